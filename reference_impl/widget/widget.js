// What the widget does: from the click on a call button to the end of the call. Releases override single steps.

import { Line } from "./call.js";
import { Device, DeviceRefused, Overtaken } from "./media.js";

export class CustomerWidget {
  phase = "idle"; // idle, preparing, choice, calling, up
  video = false;
  call = null;
  microphone = new Device("microphone");
  camera = new Device("camera");
  since = 0; // when the call was confirmed, ms of performance.now()
  #attempt = null;

  /** `videoOff(call, track)` puts a camera track, or none, into a call; see videooff.js. */
  constructor({ face, line, videoOff }) {
    Object.assign(this, { face, line, videoOff });
    face.on = {
      "audio-call": () => this.start(false),
      "video-call": () => this.start(true),
      "hang-up": () => this.hangUp(),
      mute: () => this.toggleMicrophone(),
      camera: () => this.toggleCamera(),
      "ask-again": (name) => this[name].askAgain(),
    };
    addEventListener("pagehide", () => {
      this.hangUp();
      this.line.close();
    });
    this.render();
  }

  async start(video) {
    if (this.phase !== "idle") return;
    const attempt = (this.#attempt = Symbol("attempt"));
    const overtaken = () => attempt !== this.#attempt;
    this.video = video;
    this.face.clearAll();
    this.microphone = this.#newDevice("microphone");
    this.camera = this.#newDevice("camera");
    this.enter("preparing");
    try {
      await this.prepare();
      await this.line.open();
      if (!overtaken()) this.place();
    } catch (error) {
      if (overtaken() || error instanceof Overtaken) return;
      this.end();
      if (error instanceof DeviceRefused) this.face.tellNeeded(error.reason);
      else this.face.tellFailed("Connection Error");
    }
  }

  #newDevice(name) {
    const device = new Device(name);
    for (const type of ["live", "lost", "resting", "refused"]) {
      device.addEventListener(type, () => this.deviceChanged(device, type));
    }
    return device;
  }

  /** Hold the devices before anything is said to the contact centre. The browser is asked each time: it may have changed. */
  async prepare() {
    await this.microphone.open();
    this.microphone.watch();
    if (this.video) await this.prepareCamera();
  }

  async prepareCamera() {
    for (let attempt = 0; this.video && this.camera.state !== "live"; attempt += 1) {
      try {
        await this.camera.open();
        this.camera.watch();
      } catch (error) {
        if (!(error instanceof DeviceRefused)) throw error;
        this.enter("choice");
        const answer = await this.face.choose(error.reason, attempt);
        if (answer === "cancel") throw new Overtaken();
        this.video = answer === "enable-camera";
      }
    }
    this.face.endChoice();
    this.enter("preparing");
  }

  /** The tracks to offer; `null` offers to receive only. */
  tracks() {
    return { audio: this.microphone.track, ...(this.video && { video: this.camera.track }) };
  }

  place() {
    const call = (this.call = this.line.call(this.tracks()));
    const current = (act) => (event) => call === this.call && act(event);
    this.microphone.attach = (track) => call.send("audio", track);
    this.camera.attach = (track) => this.videoOff(call, track);
    if (this.video && !this.camera.track) this.camera.attach(null);
    call.addEventListener("ringing", current(() => this.face.say("ringing")));
    call.addEventListener("media", current(({ track }) => this.face.play(track)));
    call.addEventListener("confirmed", current(() => {
      this.since = performance.now();
      this.enter("up");
    }));
    call.addEventListener("ended", current(({ cause, byAgent }) => this.callEnded(cause, byAgent)));
    this.enter("calling");
  }

  deviceChanged(device, type) {
    if (type === "lost") this.deviceLost(device);
    if (type === "refused") this.face.tellRefused(device.name, device.reason);
    if (type === "live" || type === "resting") {
      const told = this.face.clear(device.name);
      if (told && type === "live" && device.enabled) this.face.tellBack(device.name);
    }
    this.render();
  }

  deviceLost(device) {
    if (device.name === "microphone" && this.phase !== "up") {
      // Nobody has picked up yet: a call that the agent could not hear is not placed.
      this.hangUp();
      this.face.tellNeeded(device.reason);
    } else if (this.phase !== "choice" && device.wanted) {
      this.face.tellLost(device.name, device.reason);
    }
  }

  toggleMicrophone() {
    if (this.microphone.state === "lost") this.microphone.askAgain();
    else this.microphone.enabled = !this.microphone.enabled;
    this.render();
  }

  toggleCamera() {
    if (this.camera.state === "live") this.camera.rest();
    else this.camera.askAgain();
  }

  hangUp() {
    if (this.phase === "idle") return;
    const call = this.call;
    this.end();
    call?.hangUp();
  }

  callEnded(cause, byAgent) {
    const confirmed = this.phase === "up";
    this.end();
    if (!confirmed) this.face.tellFailed(cause);
    else if (byAgent) this.face.say("ended");
  }

  /** Back to the call buttons: no device stays open, nobody listens for one. */
  end() {
    this.#attempt = this.call = null;
    this.microphone.close();
    this.camera.close();
    this.videoOff.stop?.();
    this.face.endChoice();
    this.face.clearAll();
    this.face.silence();
    this.enter("idle");
  }

  enter(phase) {
    if (phase === this.phase) return;
    this.phase = phase;
    this.render();
  }

  microphoneState() {
    if (this.microphone.state === "lost") return "blocked";
    return this.microphone.enabled ? "live" : "muted";
  }

  cameraState() {
    if (!this.video) return "none";
    return { lost: "blocked", live: "live" }[this.camera.state] ?? "off";
  }

  render() {
    this.face.render({
      phase: this.phase,
      since: this.since,
      microphone: this.microphoneState(),
      camera: this.cameraState(),
      cameraTrack: this.camera.track,
    });
  }
}

/** The contact centre's address, from the configuration that lies on the widget's server. */
export async function configuredLine() {
  const answer = await fetch("/config.json");
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  return new Line(await answer.json());
}
