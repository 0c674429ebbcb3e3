// A microphone or a camera, for as long as one call.

const SETTLES = 400; // ms in which a permission may follow the end of its track
const AGAIN = 1000; // ms between two attempts

export class Device {
  state = "off"; // off: not wanted now; on; lost: wanted, and the browser does not give it
  track = null;
  #round = 0; // an answer that belongs to an earlier round comes too late
  #permission = null;
  #timer = 0;
  #silenced = false;

  /** `report` is called after every change of state. */
  constructor(name, report) {
    this.name = name;
    this.kind = name === "camera" ? "video" : "audio";
    this.report = report;
  }

  /** Ask the browser for it; rejects when that is refused, or when something else has happened meanwhile. */
  async open() {
    const round = ++this.#round;
    const stream = await navigator.mediaDevices.getUserMedia({ [this.kind]: true });
    const [track] = stream.getTracks();
    if (round !== this.#round || track.readyState === "ended") {
      track.stop();
      throw new Error(`${this.name}: too late`);
    }
    track.enabled = !this.#silenced;
    track.onended = () => this.#lose();
    this.#become("on", track);
  }

  /** As `open`; a refusal makes it a lost one. */
  async ask() {
    await this.open().catch(() => this.state === "on" || this.#lose());
  }

  /** Notice what the customer does in the browser's settings. */
  async watch() {
    const round = this.#round;
    let permission = null;
    try {
      permission = await navigator.permissions.query({ name: this.name });
    } catch {
      // this browser tells nothing of permissions
    }
    if (this.state === "closed") return;
    this.#permission = permission;
    if (!permission) return;
    permission.onchange = () => this.#permitted();
    if (permission.state === "denied" && round === this.#round) this.#permitted();
  }

  #permitted() {
    if (this.#permission.state === "granted") this.#regain();
    else if (this.state !== "off") this.#lose();
  }

  #lose() {
    this.#round += 1;
    this.#become("lost", null);
    if (this.#permission) this.#later(SETTLES, () => this.#regainIfGranted());
    else this.#later(AGAIN, () => this.#regainIfNamed());
  }

  #regain() {
    if (this.state !== "lost") return;
    this.open().catch(() => this.#later(AGAIN, () => this.#regainIfGranted()));
  }

  #regainIfGranted() {
    if (this.#permission?.state === "granted") this.#regain();
  }

  // Devices have names only for a page that may use them, and to look at the names never opens a prompt.
  async #regainIfNamed() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (this.state !== "lost") return;
    if (devices.some(({ kind, label }) => kind === `${this.kind}input` && label)) this.#regain();
    this.#later(AGAIN, () => this.#regainIfNamed());
  }

  /** The customer's mute, which outlives a loss. */
  silence(silenced) {
    this.#silenced = silenced;
    if (this.track) this.track.enabled = !silenced;
  }

  /** The customer switches it off. */
  rest() {
    this.#round += 1;
    this.#become("off", null);
  }

  /** The call is over: nothing stays open and nobody listens. */
  close() {
    this.report = () => {};
    if (this.#permission) this.#permission.onchange = null;
    this.#round += 1;
    this.#become("closed", null);
  }

  #become(state, track) {
    clearTimeout(this.#timer);
    if (this.track) this.track.onended = null;
    this.track?.stop();
    this.track = track;
    this.state = state;
    this.report(this);
  }

  #later(ms, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.state === "lost" && act(), ms);
  }
}
