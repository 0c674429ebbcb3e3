// Harbour Contact: a contact widget on SIP.js. What the customer sees, and what a call goes through.

import { Device } from "./device.js";
import { Line } from "./line.js";

window.HarbourContact = { version: "6.2.0" };

const HOW = "Choose the icon beside the web address and set it to Allow";
const NEEDED = `Please allow the microphone: without it nobody would hear you, so no call was begun. ${HOW}, then call again.`;
const $ = (id) => document.getElementById(id);
const say = (id, text) => $(id).textContent !== text && ($(id).textContent = text);
const settings = Object.fromEntries(new URLSearchParams(location.search));
const line = new Line(settings);
let talk = null; // from the click on a call button to the end of that call

class Talk {
  #call = null;
  #hidden = false; // what the agent was told of the picture
  up = false;
  muted = false;

  constructor(video) {
    this.video = video;
    this.microphone = new Device("microphone", (device) => this.#changed(device));
    this.camera = new Device("camera", (device) => this.#changed(device));
  }

  async begin() {
    try {
      await this.microphone.open();
    } catch {
      this.end(NEEDED);
      return;
    }
    this.microphone.watch();
    while (this.video && this.camera.state !== "on" && talk === this) await this.#openCamera();
    if (talk !== this) return;
    try {
      await line.open();
    } catch {
      this.end("Nobody can be reached at the quay just now. Please try again.");
    }
    if (talk !== this) return;
    const tracks = () => ({ audio: this.microphone.track, ...(this.video && { video: this.camera.track }) });
    this.#call = line.call(tracks, {
      up: (stream) => this.#answered(stream),
      ended: () => this.end(this.up ? "" : "The call did not come about. Please try again."),
    });
  }

  async #openCamera() {
    try {
      await this.camera.open();
      this.camera.watch();
    } catch {
      if (talk !== this) return;
      this.choosing = true;
      render();
      $("with-camera").focus();
      this.video = await new Promise((choose) => {
        $("with-camera").onclick = () => choose(true);
        $("with-sound").onclick = () => choose(false);
      });
      this.choosing = false;
      render();
    }
  }

  #answered(stream) {
    if (talk !== this) return;
    this.up = true;
    this.since = performance.now();
    this.clock = setInterval(render, 500);
    $("agent").srcObject = stream;
    this.#changed(this.microphone); // whatever happened while it rang
    if (this.video) this.#changed(this.camera);
    $("mute").focus();
  }

  #changed(device) {
    if (talk !== this) return;
    if (device === this.microphone && device.state === "lost" && !this.up) {
      this.end(NEEDED);
      return;
    }
    render();
    if (!this.up) return;
    this.#call.send(device.kind, device.track).catch(() => {}); // the connection has closed just now
    const hidden = this.video && !this.camera.track;
    if (hidden !== this.#hidden) this.#call.tell(!hidden);
    this.#hidden = hidden;
  }

  toggleMute() {
    if (this.microphone.state === "lost") {
      this.microphone.ask();
      return;
    }
    this.muted = !this.muted;
    this.microphone.silence(this.muted);
    render();
  }

  toggleCamera() {
    if (this.camera.state === "on") this.camera.rest();
    else this.camera.ask();
  }

  end(why = "") {
    if (talk !== this) return;
    talk = null;
    clearInterval(this.clock);
    this.microphone.close();
    this.camera.close();
    this.#call?.hangUp();
    $("agent").srcObject = null;
    render();
    say("refused", why);
    $("voice").focus();
  }
}

function render() {
  const up = talk?.up ?? false;
  const lost = (name) => up && talk[name].state === "lost";
  $("ready").hidden = talk !== null;
  $("choice").hidden = !talk?.choosing;
  $("dialling").hidden = !talk || up || talk.choosing;
  $("talk").hidden = !up;
  $("unheard").hidden = !lost("microphone");
  say("lost-microphone", lost("microphone") ? `The browser has blocked your microphone: nobody hears you. ${HOW}.` : "");
  say("lost-camera", lost("camera") ? `The browser has blocked your camera. Please allow it again. ${HOW}.` : "");
  if (!up) return;
  const seconds = Math.floor((performance.now() - talk.since) / 1000);
  say("clock", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  say("mute", lost("microphone") ? "Microphone blocked" : talk.muted ? "Unmute" : "Mute");
  say("camera", talk.camera.track ? "Stop my camera" : "Start my camera");
  $("camera").hidden = $("self").hidden = !talk.video;
  if ($("self").srcObject?.getTracks()[0] !== (talk.camera.track ?? undefined)) {
    $("self").srcObject = talk.camera.track && new MediaStream([talk.camera.track]);
  }
}

function start(video) {
  if (talk) return;
  say("refused", "");
  talk = new Talk(video);
  render();
  talk.begin();
}

$("open").onclick = () => {
  $("open").replaceWith($("panel").content.cloneNode(true));
  $("voice").onclick = () => start(false);
  $("video").onclick = () => start(true);
  $("mute").onclick = () => talk?.toggleMute();
  $("camera").onclick = () => talk?.toggleCamera();
  $("finish").onclick = $("not-now").onclick = () => talk?.end();
  $("voice").focus();
  line.open().catch(() => {}); // a call tries again
};
addEventListener("pagehide", () => {
  talk?.end();
  line.close();
});
