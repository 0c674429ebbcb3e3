// The customer's microphone and camera: one request, one track and one permission each, independent of each other.

const KIND = { microphone: "audio", camera: "video" };
const CONSTRAINTS = {
  microphone: { echoCancellation: true, noiseSuppression: true },
  camera: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } },
};
const RETRY = 1000; // ms between attempts while the browser allows a device that does not open
const SETTLE = 500; // ms in which `change` may follow `ended`

/** Why a device did not open: blocked, dismissed, system, missing, busy, insecure or policy. */
export class DeviceRefused extends Error {
  constructor(device, reason, cause) {
    super(`${device}: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** The request was overtaken: by the end of the call, another revocation, or the customer. */
export class Overtaken extends Error {}

async function requestTrack(name, deviceId) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DeviceRefused(name, "insecure");
  const wish = deviceId ? { ...CONSTRAINTS[name], deviceId: { ideal: deviceId } } : CONSTRAINTS[name];
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ [KIND[name]]: wish });
    return stream.getTracks()[0];
  } catch (error) {
    throw new DeviceRefused(name, await reasonOf(name, error), error);
  }
}

// The error's name first, the permission only to tell two refusals apart.
async function reasonOf(name, error) {
  if (error.name === "NotFoundError" || error.name === "OverconstrainedError") return "missing";
  if (error.name === "NotReadableError" || error.name === "AbortError") return "busy";
  if (/by system/i.test(error.message)) return "system";
  if (document.featurePolicy?.allowsFeature?.(name) === false) return "policy";
  return (await permissionOf(name))?.state === "prompt" ? "dismissed" : "blocked";
}

/** The browser's live record of the permission, or null where it cannot be asked (older or hardened browsers). */
async function permissionOf(name) {
  try {
    return await navigator.permissions.query({ name });
  } catch {
    return null;
  }
}

/**
 * One device during one call. Events: `live`, `lost`, `resting`, `refused` (a retry failed; `reason` tells why).
 * States: idle, live, resting (the customer switched it off), lost.
 */
export class Device extends EventTarget {
  state = "idle";
  reason = "blocked"; // why it is lost
  track = null;
  /** Puts a track, or null, into the call; the device counts as live only when that is done. */
  attach = async () => {};

  #enabled = true;
  #deviceId = null;
  #generation = 0; // whoever awaits something compares it afterwards: an old one must not win
  #request = null;
  #permission = null; // kept: a record that nobody holds is collected, and its events with it
  #wanted = true;
  #watching = null;
  #unwatchTrack = () => {};
  #timer = 0;

  constructor(name) {
    super();
    this.name = name;
  }

  /** Request the device; several callers share one request. Rejects with `DeviceRefused` or `Overtaken`. */
  open() {
    if (this.#request) return this.#request;
    const request = this.#open(this.#generation).finally(() => {
      if (this.#request === request) this.#request = null;
    });
    this.#request = request;
    return request;
  }

  async #open(generation) {
    const overtaken = () => generation !== this.#generation;
    let track;
    try {
      track = await requestTrack(this.name, this.#deviceId);
    } catch (error) {
      throw overtaken() ? new Overtaken() : error;
    }
    track.enabled = this.#enabled;
    if (!overtaken()) await this.attach(track).catch(() => {}); // the connection may have closed meanwhile
    if (overtaken() || track.readyState === "ended") {
      track.stop();
      if (overtaken()) throw new Overtaken();
      throw new DeviceRefused(this.name, "blocked");
    }
    this.#keep(track);
    this.#become("live");
    return track;
  }

  #keep(track) {
    this.track = track;
    this.#deviceId = track.getSettings().deviceId ?? null;
    const ended = () => this.#ended();
    if (this.#watching) track.addEventListener("ended", ended);
    this.#unwatchTrack = () => track.removeEventListener("ended", ended);
  }

  /** From now on notice what happens to the permission and to the track, in whichever order it is told. */
  async watch() {
    if (this.#watching) return;
    const watching = (this.#watching = new AbortController());
    const { signal } = watching;
    if (this.track) this.#keep(this.track);
    const permission = await permissionOf(this.name);
    if (signal.aborted) return;
    this.#permission = permission;
    permission?.addEventListener("change", () => this.#changed(), { signal });
    if (permission?.state === "denied" && this.state === "live") this.#changed();
    navigator.mediaDevices.addEventListener("devicechange", () => this.#retryIfAllowed(), { signal });
  }

  #changed() {
    if (this.#permission.state === "granted") {
      this.recover();
    } else if (this.state !== "resting" || this.#permission.state === "denied") {
      // "prompt" while resting is no loss: Firefox forgets an allowance that is not in use.
      this.#lose("blocked");
    }
  }

  #ended() {
    this.#lose("blocked");
    const generation = this.#generation;
    if (!this.#permission) return;
    // An end without a revocation: the device was pulled out, or went with the other one of a joint request.
    this.#later(SETTLE, () => generation === this.#generation && this.#retryIfAllowed());
  }

  #lose(reason) {
    this.#overtake();
    this.#drop();
    this.reason = reason;
    if (this.state !== "lost") this.#become("lost");
    if (!this.#permission) this.#lookForLabels();
  }

  /** Get a lost device back without being asked: the browser allows it again. */
  recover() {
    if (this.state === "lost" && !this.#wanted) {
      this.#become("resting");
    } else if (this.state === "lost") {
      this.open().catch((error) => this.#refused(error));
    }
  }

  /** The customer asks for a lost device: where the browser has a prompt, it opens. */
  askAgain() {
    this.#wanted = true;
    return this.open().catch((error) => {
      if (this.state !== "lost" && error instanceof DeviceRefused) {
        this.reason = error.reason;
        this.#become("lost");
      }
      this.#refused(error);
    });
  }

  #refused(error) {
    if (error instanceof Overtaken) return;
    this.reason = error.reason ?? "blocked";
    this.dispatchEvent(new Event("refused"));
    if (this.#permission?.state === "granted") this.#later(RETRY, () => this.#retryIfAllowed());
  }

  #retryIfAllowed() {
    if (this.state === "lost" && this.#permission?.state === "granted") this.recover();
  }

  // Without a permission record: labels of devices are told only to a page that may use them, and asking never prompts.
  #lookForLabels() {
    this.#later(RETRY, async () => {
      if (this.state !== "lost") return;
      const devices = await navigator.mediaDevices.enumerateDevices();
      const allowed = devices.some((device) => device.kind === `${KIND[this.name]}input` && device.label);
      if (this.state !== "lost") return;
      if (allowed) this.recover();
      this.#lookForLabels();
    });
  }

  /** The customer's own mute: the device stays open, nothing of it is sent; it outlives a loss. */
  set enabled(enabled) {
    this.#enabled = enabled;
    if (this.track) this.track.enabled = enabled;
  }

  get enabled() {
    return this.#enabled;
  }

  /** Whether the customer wants the device to be on. */
  get wanted() {
    return this.#wanted;
  }

  /** The customer switches the device off: it is released, and nothing but the customer opens it again. */
  rest() {
    this.#wanted = false;
    this.#overtake();
    this.#drop();
    this.#become("resting");
  }

  /** The call is over or was never placed: nothing stays open, nobody listens any more. */
  close() {
    this.#overtake();
    this.#watching?.abort();
    this.#watching = this.#permission = null;
    this.attach = async () => {};
    this.#drop();
    this.state = "idle";
  }

  #overtake() {
    this.#generation += 1;
    this.#request = null;
    clearTimeout(this.#timer);
  }

  #drop() {
    this.#unwatchTrack();
    this.track?.stop();
    this.track = null;
    this.attach(null).catch(() => {}); // a closed connection sends nothing anyway
  }

  #later(ms, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event(state));
  }
}
