// Offer and answer over HTTP (RFC 9725); a later offer goes into the same call with PATCH. No vendor's far end: a sample.

export class Signalling {
  #location = null;
  #ringing = new AbortController();

  constructor(url) {
    this.url = url;
  }

  async #send(method, url, sdp, signal) {
    const headers = sdp ? { "Content-Type": "application/sdp" } : {};
    const answer = await fetch(url, { method, headers, body: sdp, signal, keepalive: method === "DELETE" });
    if (!answer.ok) throw new Error(`${method} ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  async place(sdp) {
    const answer = await this.#send("POST", this.url, sdp, this.#ringing.signal);
    this.#location = new URL(answer.headers.get("Location"), this.url);
    return answer.text();
  }

  async change(sdp) {
    return (await this.#send("PATCH", this.#location, sdp)).text();
  }

  /** Whether the direction in SDP has to say that the video is off. */
  directions = true;

  video() {}

  hangUp() {
    if (this.#location) this.#send("DELETE", this.#location).catch(() => {});
    else this.#ringing.abort();
    this.#location = null;
  }
}
