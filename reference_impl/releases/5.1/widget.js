// Release 5.1: keeps every promise; tells the agent "video off" by signalling.

import { element, styleSheet } from "/widget/embed.js";
import { Face } from "/widget/face.js";
import { layout } from "/widget/layout.js";
import { bySignalling } from "/widget/videooff.js";
import { stateVersion } from "/widget/widget-version.js";
import { configuredLine, CustomerWidget } from "/widget/widget.js";
import { words } from "/widget/words.js";

const VERSION = "5.1";

stateVersion(VERSION);
const host = element(VERSION);
const [line] = await Promise.all([configuredLine(), styleSheet(document.head, "/widget/style.css")]);
new CustomerWidget({ face: new Face(host, layout, words), line, videoOff: bySignalling });
document.body.append(host);
