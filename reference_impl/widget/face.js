// What the customer sees. A layout says where things are; words say what they are called; this decides what is shown.

/** The parts that a layout must have, as `data-part`. */
export class Face {
  on = {}; // what to do when a button is pressed, by the name of its part
  #root;
  #words;
  #messages = new Map(); // by device, or "call"
  #answer = null; // settles the choice that is open
  #timer = 0;
  #hint = 0;
  #note = 0;
  #phase = null;

  constructor(root, layout, words) {
    this.#root = root;
    this.#words = words;
    root.innerHTML = layout;
    for (const name of ["audio-call", "video-call", "hang-up", "mute", "camera"]) {
      this.part(name).addEventListener("click", () => this.on[name]());
    }
    for (const name of ["enable-camera", "audio-only", "cancel"]) {
      this.part(name).addEventListener("click", () => this.#settle(name));
    }
    this.part("choice").addEventListener("keydown", (event) => event.key === "Escape" && this.#settle("cancel"));
  }

  part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  // -- state

  render({ phase, since, microphone, camera, cameraTrack }) {
    const inCall = phase === "preparing" || phase === "calling" || phase === "up";
    this.part("card").dataset.phase = phase;
    this.part("card").dataset.video = camera !== "none";
    this.part("idle").hidden = inCall;
    this.part("idle").inert = phase === "choice";
    this.part("talk").hidden = !inCall;
    this.part("timer").hidden = phase !== "up";
    this.part("status").hidden = phase === "up";
    this.part("microphone-blocked").hidden = !(phase === "up" && microphone === "blocked");
    this.#renderMute(phase, microphone);
    this.#renderCamera(phase, camera, cameraTrack);
    if (phase !== this.#phase) this.#entered(phase, since);
  }

  #renderMute(phase, microphone) {
    const mute = this.part("mute");
    const heard = microphone === "live";
    mute.disabled = phase !== "up";
    mute.dataset.state = microphone;
    // A switch says "on", a toggle says "muted": a blocked microphone is neither on nor live.
    if (mute.getAttribute("role") === "switch") mute.setAttribute("aria-checked", heard);
    else mute.setAttribute("aria-pressed", !heard);
    this.#describe(mute, microphone === "blocked");
  }

  #renderCamera(phase, camera, track) {
    const control = this.part("camera");
    control.hidden = camera === "none";
    control.disabled = phase !== "up";
    control.dataset.state = camera;
    control.setAttribute("aria-pressed", camera !== "live");
    this.#describe(control, camera === "blocked");
    this.part("self").hidden = camera === "none";
    this.part("camera-blocked").hidden = camera !== "blocked";
    this.part("camera-off").hidden = camera !== "off";
    const view = this.part("self-view");
    view.hidden = camera !== "live";
    if (view.srcObject?.getTracks()[0] !== (track ?? undefined)) view.srcObject = track && new MediaStream([track]);
  }

  #describe(control, blocked) {
    if (blocked) control.setAttribute("aria-description", "Blocked by the browser. Press to ask for it again.");
    else control.removeAttribute("aria-description");
  }

  #entered(phase, since) {
    const before = this.#phase;
    this.#phase = phase;
    this.say(phase in this.#words.status ? phase : null);
    clearInterval(this.#timer);
    if (phase === "up") {
      const tick = () => this.#showTime(performance.now() - since);
      tick();
      this.#timer = setInterval(tick, 250);
    }
    if (phase === "preparing") this.#hint = setTimeout(() => this.say("preparing", this.#words.status.hint), 800);
    else clearTimeout(this.#hint);
    // The pressed button has gone: a keyboard goes on where the customer was, not at the top of the page.
    if (before === "idle") this.part("talk").focus({ preventScroll: true });
    else if (phase === "idle" && before) this.part("audio-call").focus({ preventScroll: true });
  }

  #showTime(ms) {
    const seconds = Math.floor(ms / 1000);
    const two = (number) => String(number).padStart(2, "0");
    this.part("timer").textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  }

  /** Say where the call stands, politely (role status). */
  say(key, more = "") {
    const text = [key ? this.#words.status[key] : "", more].filter(Boolean).join(" ");
    this.part(key === "ended" ? "note" : "status").textContent = text;
  }

  // -- media of the agent

  play(track) {
    const element = this.part(track.kind === "audio" ? "agent-audio" : "agent-video");
    element.srcObject = new MediaStream([track]);
    element.play().catch(() => {}); // a page that has gone meanwhile
  }

  silence() {
    for (const name of ["agent-audio", "agent-video"]) this.part(name).srcObject = null;
  }

  // -- messages

  tellLost(name, reason) {
    const { [name]: lost } = this.#words.lost;
    this.#tell(name, lost[reason] ?? lost.blocked, { reason, ask: name, role: this.part("messages").dataset[name] });
  }

  tellNeeded(reason) {
    this.#tell("call", this.#words.needed[reason] ?? this.#words.needed.blocked, { reason });
  }

  tellFailed(cause) {
    const text = this.#words.failed[cause] ?? this.#words.failed.other;
    if (text) this.#tell("call", { title: text }, { reason: cause });
  }

  /** An attempt to get the device back has failed: for another reason, or still. */
  tellRefused(name, reason) {
    const shown = this.#messages.get(name);
    const kind = reason === "missing" || reason === "busy" ? reason : "blocked";
    if (shown?.dataset.reason !== kind) this.tellLost(name, kind);
    else if (kind === "blocked") shown.querySelector(".cw-still").textContent = this.#words.stillBlocked;
  }

  tellBack(name) {
    const note = this.part("note");
    note.textContent = this.#words.back[name];
    clearTimeout(this.#note);
    this.#note = setTimeout(() => (note.textContent = ""), 5000);
  }

  /** Take a message away; true when there was one. */
  clear(key) {
    const message = this.#messages.get(key);
    message?.remove();
    return this.#messages.delete(key);
  }

  clearAll() {
    for (const key of [...this.#messages.keys()]) this.clear(key);
    this.part("note").textContent = "";
  }

  // A message enters the page whole and never changes: assistive technology announces it once. Focus stays.
  #tell(key, { title, text, how, steps }, { reason, ask, role = "alert" }) {
    this.clear(key);
    this.part("note").textContent = ""; // good news that is no longer true
    const message = make("div", { className: "cw-message" });
    message.dataset.reason = reason;
    message.dataset.about = key;
    const spoken = make("div", { className: "cw-spoken", role });
    if (role !== "alert") spoken.setAttribute("aria-label", title);
    spoken.append(make("strong", { textContent: title }));
    if (text) spoken.append(make("p", { className: "cw-text", textContent: text }));
    if (how) spoken.append(make("p", { className: "cw-how", textContent: how }));
    if (steps) spoken.append(list(steps));
    message.append(spoken);
    if (ask) {
      const foot = make("div", { className: "cw-foot" });
      const button = make("button", { type: "button", className: "cw-ask", textContent: this.#words.askAgain });
      button.addEventListener("click", () => this.on["ask-again"](ask));
      foot.append(button, make("span", { className: "cw-still", role: "status" }));
      (role === "alert" ? message : spoken).append(foot);
    }
    this.#messages.set(key, message);
    this.part("messages").prepend(message);
  }

  // -- the choice before a video call

  /** Ask how to go on without a camera; resolves to enable-camera, audio-only or cancel. */
  choose(reason, attempt) {
    const { reason: reasons, question, steps, still } = this.#words.unavailable;
    const dialog = this.part("choice");
    const settings = reason === "blocked" || reason === "dismissed";
    this.part("choice-reason").textContent = `${reasons[reason] ?? reasons.blocked} ${question}`;
    this.part("choice-steps").replaceChildren(...(settings ? [list(steps)] : []));
    this.part("choice-still").textContent = ""; // the same words again are news again
    if (attempt > 0) setTimeout(() => (this.part("choice-still").textContent = still), 50);
    if (dialog.hidden) {
      dialog.hidden = false;
      this.part("enable-camera").focus({ preventScroll: true });
    }
    return new Promise((done) => (this.#answer = done));
  }

  endChoice() {
    this.#settle("cancel");
    this.part("choice").hidden = true;
  }

  #settle(answer) {
    const done = this.#answer;
    this.#answer = null;
    if (answer === "cancel" && done) queueMicrotask(() => this.on["hang-up"]());
    done?.(answer);
  }
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function list(items) {
  const element = make("ol", {});
  element.append(...items.map((textContent) => make("li", { textContent })));
  return element;
}
