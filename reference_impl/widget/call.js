// Calls over SIP on a WebSocket (RFC 7118), with JsSIP.

import JsSIP from "/jssip.mjs";

const REGISTERED_WITHIN = 8000; // ms
const GATHERED_WITHIN = 500; // ms after the first candidate: none but host candidates are to come

/** The account with which the widget reaches the contact centre. */
export class Line {
  #ua = null;
  #config;

  constructor(config) {
    this.#config = config;
  }

  /** Resolves when calls can be placed; rejects when the contact centre cannot be reached. */
  async open() {
    if (this.#ua?.isRegistered()) return;
    this.#ua ??= this.#start();
    await new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error("no answer to REGISTER")), REGISTERED_WITHIN);
      this.#ua.once("registered", () => (clearTimeout(timer), done()));
      this.#ua.once("registrationFailed", ({ cause }) => (clearTimeout(timer), fail(new Error(cause))));
    }).catch((error) => {
      this.close();
      throw error;
    });
  }

  #start() {
    const { websocket, domain, user, password } = this.#config;
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(websocket)],
      uri: `sip:${user}@${domain}`,
      password,
      session_timers: false,
      user_agent: "reference widget",
    });
    ua.on("newRTCSession", ({ originator, session }) => originator === "remote" && session.terminate());
    ua.start();
    return ua;
  }

  /** Place a call that sends these tracks. A kind with `null` for a track is offered for receiving only. */
  call(tracks) {
    return new Call(this.#ua, `sip:${this.#config.agent}@${this.#config.domain}`, tracks);
  }

  close() {
    this.#ua?.stop(); // ends a call that is up, and the registration
    this.#ua = null;
  }
}

/** One SIP dialog and its peer connection. Events: `ringing`, `confirmed`, `media` (`track`), `ended` (`cause`). */
export class Call extends EventTarget {
  #session;
  #legs = {};
  #negotiating = false;
  #untold = false; // a direction changed that the agent has not been told

  constructor(ua, target, tracks) {
    super();
    const tell = (type, detail = {}) => this.dispatchEvent(Object.assign(new Event(type), detail));
    this.#session = ua.call(target, {
      mediaConstraints: { audio: false, video: false }, // JsSIP must open no device: the widget has opened them
      pcConfig: { iceServers: [] },
      eventHandlers: {
        peerconnection: ({ peerconnection }) => this.#addLegs(peerconnection, tracks, tell),
        icecandidate: ({ ready }) => setTimeout(ready, GATHERED_WITHIN),
        progress: () => tell("ringing"),
        confirmed: () => (tell("confirmed"), this.#renegotiate()),
        ended: ({ cause, originator }) => tell("ended", { cause, byAgent: originator === "remote" }),
        failed: ({ cause }) => tell("ended", { cause, byAgent: false }),
      },
    });
  }

  #addLegs(connection, tracks, tell) {
    connection.addEventListener("track", ({ track }) => tell("media", { track }));
    for (const [kind, track] of Object.entries(tracks)) {
      const direction = track ? "sendrecv" : "recvonly";
      this.#legs[kind] = connection.addTransceiver(track ?? kind, { direction });
    }
  }

  has(kind) {
    return kind in this.#legs;
  }

  /** Send another track, or nothing, in the same leg of the same connection. */
  send(kind, track) {
    return this.#legs[kind].sender.replaceTrack(track);
  }

  /** Say in the SDP whether this side sends (RFC 3264, section 5.1); a re-INVITE tells the agent. */
  direct(kind, direction) {
    if (this.#legs[kind].direction === direction) return;
    this.#legs[kind].direction = direction;
    this.#untold = true;
    this.#renegotiate();
  }

  // One re-INVITE at a time: whatever changed meanwhile goes into the next one.
  #renegotiate() {
    if (!this.#untold || this.#negotiating || !this.#session.isEstablished()) return;
    const done = () => {
      this.#negotiating = false;
      this.#renegotiate();
    };
    this.#untold = false;
    this.#negotiating = true;
    this.#tellMute();
    if (this.#session.renegotiate({}, done)) return;
    this.#untold = true; // the answer before is still on its way
    setTimeout(done, 50);
  }

  // With a new offer JsSIP enables every track, unless it knows that the customer is muted.
  #tellMute() {
    const muted = this.#legs.audio?.sender.track?.enabled === false;
    this.#session[muted ? "mute" : "unmute"]({ audio: true });
  }

  hangUp() {
    if (!this.#session.isEnded()) this.#session.terminate();
  }
}
