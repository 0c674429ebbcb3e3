// Puts the widget's element and its style sheet into a page, or into a shadow root of one.

/** Add a style sheet; resolves when it is in force, so that nobody sees the widget without it. */
export function styleSheet(root, href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  root.append(link);
  return new Promise((done) => (link.onload = link.onerror = done));
}

/** The element that carries the widget and states its version. */
export function element(version) {
  const widget = document.createElement("customer-widget");
  widget.dataset.version = version;
  return widget;
}
