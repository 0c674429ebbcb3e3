// A small contact widget without a framework, which keeps the promises. Its signalling is chosen by the address.

const settings = new URLSearchParams(location.search);
const { Signalling } = await import(settings.get("by") === "whip" ? "./whip.js" : "./json.js");
const $ = (id) => document.getElementById(id);
const HOW = "Open the permissions or site settings icon left of the address, in the address bar, and set it to Allow.";

/** A microphone or camera that comes and goes with its permission. */
class Device {
  track = null;
  lost = false;
  wanted = true;
  #turn = 0; // what was begun before a change must not win after it
  #permission = null;
  #timer = 0;

  constructor(name, changed) {
    this.name = name;
    this.kind = name === "microphone" ? "audio" : "video";
    this.changed = changed;
  }

  async open() {
    const turn = ++this.#turn;
    const stream = await navigator.mediaDevices.getUserMedia({ [this.kind]: true });
    const [track] = stream.getTracks();
    if (turn !== this.#turn || track.readyState === "ended") {
      track.stop();
      throw new DOMException("overtaken", "AbortError");
    }
    track.onended = () => this.#lose();
    this.track = track;
    this.lost = false;
    await this.changed();
  }

  async watch() {
    const permission = await navigator.permissions.query({ name: this.name }).catch(() => null);
    if (this.#permission) return;
    this.#permission = permission;
    if (permission) permission.onchange = () => this.#told();
    if (permission?.state === "denied" && this.track) this.#told();
  }

  #told() {
    if (this.#permission.state === "granted") this.#recover();
    else if (this.wanted || this.#permission.state === "denied") this.#lose();
  }

  #lose() {
    this.release();
    this.lost = this.wanted;
    this.changed();
    if (!this.#permission) this.#ask();
    else this.#later(500, () => this.#permission.state === "granted" && this.#recover());
  }

  #recover() {
    if (!this.lost) return;
    this.open().catch(() => {
      if (this.lost && this.#permission?.state === "granted") this.#later(1000, () => this.#recover());
    });
  }

  // A browser that tells nothing of permissions names devices only to a page that may use them.
  #ask() {
    this.#later(1000, async () => {
      const devices = await navigator.mediaDevices.enumerateDevices();
      if (devices.some((one) => one.kind === `${this.kind}input` && one.label)) this.#recover();
      if (this.lost) this.#ask();
    });
  }

  release() {
    this.#turn += 1;
    clearTimeout(this.#timer);
    if (this.track) this.track.onended = null;
    this.track?.stop();
    this.track = null;
  }

  close() {
    this.release();
    if (this.#permission) this.#permission.onchange = null;
    this.changed = () => {};
    this.lost = false;
  }

  #later(ms, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
  }
}

let talk = null; // the call, from the click on

class Talk {
  up = false;
  muted = false;
  #pc = null;
  #legs = {};
  #changing = Promise.resolve();

  constructor(video) {
    this.video = video;
    this.microphone = new Device("microphone", () => this.#deviceChanged(this.microphone));
    this.camera = new Device("camera", () => this.#deviceChanged(this.camera));
  }

  async begin() {
    try {
      await this.microphone.open();
      this.microphone.watch();
    } catch {
      if (talk !== this) return;
      this.end();
      needed();
      return;
    }
    if (this.video) await this.#openCamera();
    if (talk === this) await this.#place().catch((error) => this.#failed(error));
  }

  async #openCamera() {
    while (this.video && !this.camera.track && talk === this) {
      try {
        await this.camera.open();
        this.camera.watch();
      } catch {
        if (talk !== this) return;
        $("choice").hidden = false;
        this.video = await new Promise((choose) => {
          $("enable").onclick = () => choose(true);
          $("without").onclick = () => choose(false);
        });
        $("choice").hidden = true;
      }
    }
  }

  async #place() {
    const pc = (this.#pc = new RTCPeerConnection());
    pc.ontrack = ({ track }) => {
      const stream = $("agent").srcObject ?? new MediaStream();
      stream.addTrack(track);
      $("agent").srcObject = stream;
    };
    pc.onconnectionstatechange = () => ["failed", "closed"].includes(pc.connectionState) && this.end();
    this.#legs.audio = pc.addTransceiver(this.microphone.track ?? "audio", { direction: "sendrecv" });
    if (this.video) this.#legs.video = pc.addTransceiver(this.camera.track ?? "video", { direction: "sendrecv" });
    this.signalling = new Signalling(settings.get("far_end"), () => talk === this && this.end());
    await pc.setLocalDescription();
    await new Promise((done) => {
      if (pc.iceGatheringState === "complete") done();
      pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
      setTimeout(done, 1000);
    });
    const sdp = await this.signalling.place(pc.localDescription.sdp);
    if (talk !== this) return;
    await pc.setRemoteDescription({ type: "answer", sdp });
    pc.getTransceivers()[0].sender.transport.onstatechange = ({ target }) => target.state === "closed" && this.end();
    this.up = true;
    this.since = performance.now();
    this.clock = setInterval(render, 500);
    if (this.video && !this.camera.track) this.#showVideo();
    render();
  }

  #failed() {
    if (talk !== this) return;
    this.end();
    $("needed").textContent = "We cannot be reached just now. Please try again.";
  }

  async #deviceChanged(device) {
    if (talk !== this) return;
    if (device === this.microphone && device.lost && !this.up) {
      this.hangUp();
      needed();
      return;
    }
    if (device.track && device === this.microphone) device.track.enabled = !this.muted;
    render();
    if (!this.#pc) return;
    if (device === this.microphone) await this.#legs.audio.sender.replaceTrack(device.track).catch(() => {});
    else await this.#showVideo();
    render();
  }

  #showVideo() {
    if (!this.#legs.video) return undefined;
    const { track } = this.camera;
    const sent = this.#legs.video.sender.replaceTrack(track).catch(() => {});
    if (this.signalling.directions) {
      this.#legs.video.direction = track ? "sendrecv" : "recvonly";
      this.#changing = this.#changing.then(() => this.#renegotiate()).catch(() => {});
    } else if (this.up) this.signalling.video(Boolean(track));
    return sent;
  }

  async #renegotiate() {
    if (talk !== this || !this.up) return;
    await this.#pc.setLocalDescription();
    const sdp = await this.signalling.change(this.#pc.localDescription.sdp);
    await this.#pc.setRemoteDescription({ type: "answer", sdp });
  }

  toggleMute() {
    if (this.microphone.lost) {
      this.microphone.open().catch(() => {});
      return;
    }
    this.muted = !this.muted;
    if (this.microphone.track) this.microphone.track.enabled = !this.muted;
    render();
  }

  toggleCamera() {
    if (this.camera.track) {
      this.camera.wanted = false;
      this.camera.release();
      this.#deviceChanged(this.camera);
    } else {
      this.camera.wanted = true;
      this.camera.open().catch(() => {
        this.camera.lost = true;
        render();
      });
    }
  }

  hangUp() {
    this.signalling?.hangUp();
    this.end();
  }

  end() {
    if (talk !== this) return;
    talk = null;
    clearInterval(this.clock);
    this.microphone.close();
    this.camera.close();
    this.#pc?.close();
    $("agent").srcObject = null;
    $("choice").hidden = true;
    render();
  }
}

function needed() {
  $("needed").textContent = `Please allow your microphone: this browser has no permission for it, so no call was started. ${HOW} Then call again.`;
}

function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function render() {
  const up = talk?.up ?? false;
  $("idle").hidden = talk !== null;
  $("dialling").hidden = talk === null || up;
  $("talk").hidden = !up;
  if (!up) {
    say("lost", "");
    say("prompt", "");
    return;
  }
  const { microphone, camera, video, muted } = talk;
  const seconds = Math.floor((performance.now() - talk.since) / 1000);
  say("time", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  $("mic-blocked").hidden = !microphone.lost;
  say("lost", microphone.lost ? `Your microphone was blocked: we cannot hear you any more. ${HOW}` : "");
  say("prompt", video && camera.lost ? `Your camera was blocked. Please allow the camera again. ${HOW}` : "");
  $("mute").setAttribute("aria-label", microphone.lost ? "Microphone blocked" : muted ? "Unmute" : "Mute");
  $("camera").hidden = !video;
  $("camera").setAttribute(
    "aria-label",
    camera.lost ? "Turn camera on (blocked)" : camera.track ? "Turn camera off" : "Turn camera on",
  );
  $("self").hidden = !video;
  if ($("self").track !== camera.track) {
    $("self").track = camera.track;
    $("self").srcObject = camera.track ? new MediaStream([camera.track]) : null;
  }
}

function start(video) {
  if (talk) return;
  $("needed").textContent = "";
  talk = new Talk(video);
  render();
  talk.begin();
}

$("audio").onclick = () => start(false);
$("video").onclick = () => start(true);
$("mute").onclick = () => talk?.toggleMute();
$("camera").onclick = () => talk?.toggleCamera();
$("hang-up").onclick = () => talk?.hangUp();
addEventListener("pagehide", () => talk?.hangUp());
