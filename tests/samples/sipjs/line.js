// The way to the contact centre: SIP over WebSocket, with SIP.js.

import { Inviter, Registerer, RegistererState, SessionState, UserAgent, UserAgentState, Web } from "sip.js";

const GATHERING = 500; // ms for candidates: there are none but those of the host
const ACCOUNT = "web";
const QUAY = "7001"; // the number that every call goes to

// SIP.js would open devices itself. The widget holds them already, and a leg must outlive the track that it sends.
const addLegs = async (constraints, handler, { tracks }) => {
  for (const [kind, track] of Object.entries(tracks())) {
    handler.peerConnection.addTransceiver(track ?? kind, { direction: "sendrecv" });
  }
  return new MediaStream();
};

export class Line {
  #agent;
  #registerer;
  #opening = null;

  constructor({ gateway, domain, key }) {
    this.domain = domain;
    this.#agent = new UserAgent({
      uri: UserAgent.makeURI(`sip:${ACCOUNT}@${domain}`),
      authorizationUsername: ACCOUNT,
      authorizationPassword: key,
      transportOptions: { server: gateway },
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(addLegs),
      sessionDescriptionHandlerFactoryOptions: {
        iceGatheringTimeout: GATHERING,
        peerConnectionConfiguration: { iceServers: [] },
      },
      delegate: { onInvite: (invitation) => invitation.reject() },
      logLevel: "error",
    });
    this.#registerer = new Registerer(this.#agent);
  }

  /** Resolves as soon as calls can be placed. */
  open() {
    this.#opening ??= this.#register().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #register() {
    if (this.#agent.isConnected() && this.#registerer.state === RegistererState.Registered) return;
    await (this.#agent.state === UserAgentState.Started ? this.#agent.reconnect() : this.#agent.start());
    await new Promise((done, fail) => {
      const onReject = ({ message }) => fail(new Error(`REGISTER: ${message.statusCode}`));
      this.#registerer.register({ requestDelegate: { onAccept: done, onReject } }).catch(fail);
    });
  }

  /** Call the quay. `tracks()` are what to send, by kind; `on` holds what to do when it is `up`, and when it has `ended`. */
  call(tracks, on) {
    const quay = UserAgent.makeURI(`sip:${QUAY}@${this.domain}`);
    return new Call(new Inviter(this.#agent, quay, { sessionDescriptionHandlerOptions: { tracks } }), on);
  }

  close() {
    this.#agent.stop().catch(() => {});
  }
}

class Call {
  #session;

  constructor(session, on) {
    this.#session = session;
    session.stateChange.addListener((state) => {
      if (state === SessionState.Terminated) on.ended();
      if (state !== SessionState.Established) return;
      const handler = session.sessionDescriptionHandler;
      handler.peerConnectionDelegate = {
        onconnectionstatechange: ({ target }) => target.connectionState === "failed" && (this.hangUp(), on.ended()),
      };
      on.up(handler.remoteMediaStream);
    });
    session.invite().catch(() => on.ended());
  }

  /** Send another track in the leg of its kind, or nothing: the same call, the same connection. */
  async send(kind, track) {
    const legs = this.#session.sessionDescriptionHandler?.peerConnection?.getTransceivers() ?? [];
    await legs.find(({ receiver }) => receiver.track.kind === kind)?.sender.replaceTrack(track);
  }

  /** Tell the agent whether there is a picture of the customer. */
  tell(video) {
    const content = JSON.stringify({ picture: video ? "shown" : "hidden" });
    const body = { contentDisposition: "render", contentType: "application/json", content };
    this.#session.message({ requestOptions: { body } }).catch(() => {});
  }

  hangUp() {
    const up = this.#session.state === SessionState.Established;
    (up ? this.#session.bye() : this.#session.cancel()).catch(() => {});
  }
}
