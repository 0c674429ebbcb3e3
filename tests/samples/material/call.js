// The call and its devices; what the panel shows of them is one state.
import JsSIP from "jssip";

export const VERSION = "5.6.2";
const FADES_MS = 3500;
const settings = new URLSearchParams(location.search);
const idle = { phase: "home", video: false, microphone: "on", camera: "on", begun: 0, agent: null, self: null };

let state = { ...idle, messages: [] };
const listeners = new Set();
export const current = () => state;
export const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
function set(change) {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

let session = null;
let tracks = {};
let permissions = {};
let choose = null;
let link = null; // what the agent's side has told of the call: before that it takes no messages
let told = "on";

const ua = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(settings.get("sip"))],
  uri: `sip:2000@${settings.get("domain")}`,
  session_timers: false,
});
ua.on("newMessage", ({ originator, request }) => {
  const body = originator === "remote" ? JSON.parse(request.body) : {};
  if (body.event !== "callLinked" || !session?.id.startsWith(body.callId)) return;
  link = body;
  tell();
});
ua.start();

function say(text) {
  const message = { id: performance.now(), text };
  set({ messages: [...state.messages, message] });
  setTimeout(() => set({ messages: state.messages.filter((one) => one !== message) }), FADES_MS);
}

/** The agent's side learns of the camera by messages alone; nothing is told of the microphone. */
function tell() {
  const streamStatus = state.camera === "on" ? "on" : "off";
  if (!link || !state.video || told === streamStatus) return;
  told = streamStatus;
  const body = JSON.stringify({ event: "mediaStreamUpdate", stream: "video", streamStatus, callId: link.callId, extension: link.extension });
  session.sendRequest(JsSIP.C.MESSAGE, { extraHeaders: ["Content-Type: application/json"], body });
}

function hold(track) {
  tracks[track.kind] = track;
  track.onended = () => lost(track.kind);
  watch(track.kind);
  if (track.kind === "video") set({ self: new MediaStream([track]) });
}

async function watch(kind) {
  if (permissions[kind]) return;
  const mine = (permissions[kind] = {});
  const record = await navigator.permissions.query({ name: kind === "audio" ? "microphone" : "camera" }).catch(() => null);
  if (!record || permissions[kind] !== mine) return;
  mine.record = record;
  record.onchange = () => (record.state === "granted" ? back(kind) : lost(kind));
}

function lost(kind) {
  const track = tracks[kind];
  if (!track) return;
  track.onended = null;
  track.stop();
  delete tracks[kind];
  if (kind === "audio") {
    if (state.phase === "dialling") return refuse();
    set({ microphone: "blocked" });
    say("Microphone access was lost. The agent cannot hear you until you allow it in your browser.");
  } else {
    set({ camera: state.camera === "off" ? "blocked-off" : "blocked", self: null });
    say("Please add Camera permissions in your browser to enable video.");
    tell();
  }
}

function back(kind) {
  if (kind === "audio" && state.microphone === "blocked") {
    // Flaw: the microphone is opened only by the next click on its control.
    set({ microphone: "off" });
    say("Your microphone can be used again. Click on its symbol to talk.");
  }
  if (kind === "video" && state.camera === "blocked") camera();
  if (kind === "video" && state.camera === "blocked-off") set({ camera: "off" });
}

async function camera() {
  try {
    const [track] = (await navigator.mediaDevices.getUserMedia({ video: true })).getTracks();
    if (state.phase !== "up") return track.stop();
    // Flaw: the new picture is shown to the customer, and the sender keeps the old track, which has ended.
    hold(track);
    set({ camera: "on" });
    tell();
  } catch {
    say("Please add Camera permissions in your browser to enable video.");
  }
}

export async function toggleMicrophone() {
  if (!tracks.audio) {
    try {
      const [track] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks();
      if (state.phase !== "up") return track.stop();
      hold(track);
      const sender = session.connection.getTransceivers().find((one) => one.receiver.track.kind === "audio").sender;
      await sender.replaceTrack(track);
    } catch {
      return say("Please add microphone permissions in your browser.");
    }
  }
  const muted = state.microphone === "on";
  tracks.audio.enabled = !muted;
  set({ microphone: muted ? "off" : "on" });
}

export function toggleCamera() {
  if (!tracks.video) return camera();
  const off = state.camera === "on";
  tracks.video.enabled = !off;
  set({ camera: off ? "off" : "on" });
  tell();
}

const refuse = () => {
  hangUp();
  say("Please add microphone permissions in your browser."); // Flaw: it does not say how.
};

/** Devices for the call, of the customer's choice; null when there is to be none. */
async function devices(video) {
  for (;;) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
      return state.phase === "dialling" ? stream : stream.getTracks().forEach((track) => track.stop());
    } catch {
      if (!video) return refuse();
      // Flaw: whichever of the two was refused, the camera is blamed.
      set({ phase: "choice" });
      const chosen = await new Promise((chooses) => (choose = chooses));
      if (chosen === null) return hangUp();
      video = chosen;
      set({ phase: "dialling", video });
    }
  }
}

export const answer = (video) => choose?.(video);

export async function call(video) {
  if (state.phase !== "home") return;
  set({ ...idle, phase: "dialling", video });
  const mediaStream = await devices(video);
  if (!mediaStream) return;
  mediaStream.getTracks().forEach(hold);
  session = ua.call(`sip:100@${settings.get("domain")}`, {
    mediaStream,
    pcConfig: { iceServers: [] },
    extraHeaders: [`X-Media-Type: ${state.video ? "video" : "audio"}`],
    eventHandlers: {
      peerconnection: ({ peerconnection }) => {
        const agent = new MediaStream();
        peerconnection.addEventListener("track", ({ track }) => agent.addTrack(track));
        set({ agent });
      },
      icecandidate: ({ ready }) => setTimeout(ready, 500),
      confirmed: () => set({ phase: "up", begun: Date.now() }),
      ended: hangUp,
      failed: hangUp,
    },
  });
}

export function hangUp() {
  const ending = session;
  session = link = null;
  told = "on";
  for (const { record } of Object.values(permissions)) if (record) record.onchange = null;
  permissions = {};
  for (const track of Object.values(tracks)) {
    track.onended = null;
    track.stop();
  }
  tracks = {};
  set({ ...idle });
  if (ending && !ending.isEnded()) ending.terminate();
}

addEventListener("pagehide", () => ua.stop());
