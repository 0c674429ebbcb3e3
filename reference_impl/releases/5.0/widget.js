// Release 5.0: before the feature. It takes the devices that it gets, and notices nothing afterwards.

import { element, styleSheet } from "/widget/embed.js";
import { Face } from "/widget/face.js";
import { layout } from "/widget/layout.js";
import { bySignalling } from "/widget/videooff.js";
import { stateVersion } from "/widget/widget-version.js";
import { configuredLine, CustomerWidget } from "/widget/widget.js";
import { words } from "/widget/words.js";

const VERSION = "5.0";

class BeforeTheFeature extends CustomerWidget {
  async prepare() {
    await this.microphone.open().catch(() => {});
    if (this.video) await this.camera.open().catch(() => (this.video = false));
  }

  deviceLost() {}

  microphoneState() {
    return this.microphone.enabled ? "live" : "muted";
  }

  cameraState() {
    const state = super.cameraState();
    return state === "blocked" ? "off" : state;
  }
}

stateVersion(VERSION);
const host = element(VERSION);
const [line] = await Promise.all([configuredLine(), styleSheet(document.head, "/widget/style.css")]);
new BeforeTheFeature({ face: new Face(host, layout, words), line, videoOff: bySignalling });
document.body.append(host);
