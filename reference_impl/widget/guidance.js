// How to allow a device again, in the words of the browser in use.

const agent = navigator.userAgent;
export const browser = agent.includes("Firefox/") ? "firefox" : agent.includes("Chrom") ? "chromium" : "other";

const HOW = {
  chromium: (Device) => [
    "Select the site settings icon, left of the address in the address bar.",
    `Set ${Device} to Allow.`,
  ],
  firefox: (Device) => [
    "Select the permissions icon, left of the address in the address bar.",
    `Clear “Blocked” beside ${Device}.`,
  ],
  other: (Device) => [
    "Open this website’s settings from the lock icon in the address bar.",
    `Set ${Device} to Allow.`,
  ],
};

const capital = (name) => name[0].toUpperCase() + name.slice(1);

/** Steps for one device, as short sentences; `last` is what the customer does when it is done. */
export const steps = (name, last) => {
  return [...HOW[browser](capital(name)), last];
};

const SHORTLY = {
  chromium: (Device) => `Open the site settings, left of the address bar, and set ${Device} to Allow.`,
  firefox: (Device, again) => `Clear “Blocked” at the permissions icon in the address bar, then press “${again}”.`,
  other: (Device) => `Open the lock icon in the address bar and set ${Device} to Allow.`,
};

/** The same in a sentence or two, for the middle of a call. `again` is the name of the button that asks again. */
export const shortly = (name, again, then) => `${SHORTLY[browser](capital(name), again)} ${then}`;
