// Offer and answer as JSON over a WebSocket. No vendor's far end: a sample.

export class Signalling {
  #socket;
  #call = crypto.randomUUID();
  #answers = [];

  constructor(url, ended) {
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "answer") this.#answers.shift()?.done(message.sdp);
      if (message.type === "error") this.#answers.shift()?.fail(new Error(message.reason));
      if (message.type === "bye") ended();
    });
  }

  async #say(type, fields = {}) {
    if (this.#socket.readyState === WebSocket.CONNECTING)
      await new Promise((done, fail) => {
        this.#socket.addEventListener("open", done);
        this.#socket.addEventListener("error", () => fail(new Error("nobody answers")));
      });
    this.#socket.send(JSON.stringify({ type, call: this.#call, ...fields }));
  }

  #offer(sdp) {
    return new Promise((done, fail) => {
      this.#answers.push({ done, fail });
      this.#say("offer", { sdp }).catch(fail);
    });
  }

  place = (sdp) => this.#offer(sdp);
  change = (sdp) => this.#offer(sdp);
  directions = false;

  video(on) {
    this.#say("video", { state: on ? "on" : "off" });
  }

  hangUp() {
    this.#say("bye").catch(() => {}).finally(() => this.#socket.close());
  }
}
