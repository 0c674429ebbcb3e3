// Two ways to tell the agent that the customer's video is off. Each puts a camera track, or none, into the call.

/** By signalling: nothing is sent, and the SDP says so (5.1). */
export const bySignalling = async (call, track) => {
  const sent = call.send("video", track);
  call.direct("video", track ? "sendrecv" : "recvonly");
  await sent;
};

/** By a picture: a still with the customer's initials takes the camera's place (5.2). */
export class ByPicture {
  #canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  #still = null;
  #camera = null;
  #timer = 0;
  #turn = 0;

  constructor(initials, text) {
    this.initials = initials;
    this.text = text;
  }

  show = async (call, track) => {
    const turn = ++this.#turn;
    call.direct("video", "sendrecv");
    await call.send("video", track ?? this.#start());
    if (track && turn === this.#turn) this.stop();
  };

  #start() {
    if (this.#still) return this.#still;
    this.#paint();
    const stream = this.#canvas.captureStream(0);
    this.#still = stream.getVideoTracks()[0];
    this.#camera = this.#still.requestFrame ? this.#still : stream; // Firefox has it on the stream
    this.#timer = setInterval(() => this.#frame(), 250); // an encoder with no frames would leave the last live picture
    this.#frame();
    return this.#still;
  }

  #frame() {
    this.#paint();
    this.#camera.requestFrame();
  }

  #paint() {
    const paint = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    const shade = paint.createLinearGradient(0, 0, width, height);
    shade.addColorStop(0, "#22304f");
    shade.addColorStop(1, "#3d5a80");
    paint.fillStyle = shade;
    paint.fillRect(0, 0, width, height);
    paint.fillStyle = "#98c1d9";
    paint.beginPath();
    paint.arc(width / 2, height / 2 - 40, 96, 0, 2 * Math.PI);
    paint.fill();
    paint.textAlign = "center";
    paint.textBaseline = "middle";
    paint.fillStyle = "#16213a";
    paint.font = "600 80px system-ui, sans-serif";
    paint.fillText(this.initials, width / 2, height / 2 - 36);
    paint.fillStyle = "#ffffff";
    paint.font = "500 34px system-ui, sans-serif";
    paint.fillText(this.text, width / 2, height - 90);
  }

  stop() {
    clearInterval(this.#timer);
    this.#still?.stop();
    this.#still = null;
  }
}
