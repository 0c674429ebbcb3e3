// Release 5.2, in the site's page: the widget lives in a frame of its own, so that the site's styles cannot reach it.

import { stateVersion } from "/widget/widget-version.js";

stateVersion("5.2");
const frame = document.createElement("iframe");
frame.src = "/5.2/frame.html";
frame.title = "Live help";
frame.allow = "microphone; camera; autoplay";
frame.style.cssText =
  "position: fixed; z-index: 2147483000; right: 24px; bottom: 24px; width: min(384px, calc(100vw - 32px));" +
  "height: min(640px, calc(100vh - 32px)); border: 0; border-radius: 14px; color-scheme: light dark;" +
  "box-shadow: 0 2px 6px rgb(8 20 30 / 14%), 0 20px 56px rgb(8 20 30 / 28%)";
document.body.append(frame);
