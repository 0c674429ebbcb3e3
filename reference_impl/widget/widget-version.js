// The version, where a page can read it.

/** State the version in the site's page, unless the site has done so. */
export function stateVersion(version) {
  if (document.querySelector('meta[name="customer-widget-version"]')) return;
  const meta = Object.assign(document.createElement("meta"), { name: "customer-widget-version", content: version });
  document.head.append(meta);
}
