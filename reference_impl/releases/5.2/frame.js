// Release 5.2, in its frame: keeps every promise; shows the agent a still in place of a camera that is off.

import { element, styleSheet } from "/widget/embed.js";
import { Face } from "/widget/face.js";
import { ByPicture } from "/widget/videooff.js";
import { configuredLine, CustomerWidget } from "/widget/widget.js";
import { layout } from "./layout.js";
import { words } from "./words.js";

const host = element("5.2");
const shadow = host.attachShadow({ mode: "open" });
const inside = shadow.appendChild(document.createElement("div"));
inside.style.height = "100%";
document.body.append(host);

const sheets = ["/widget/style.css", "/5.2/style.css"].map((href) => styleSheet(shadow, href));
inside.hidden = true;
const [line] = await Promise.all([configuredLine(), ...sheets]);
const still = new ByPicture("C", "camera off");
const videoOff = Object.assign(still.show, { stop: () => still.stop() });
new CustomerWidget({ face: new Face(inside, layout, words), line, videoOff });
inside.hidden = false;
