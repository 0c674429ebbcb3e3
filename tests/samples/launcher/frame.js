// A contact widget on JsSIP as many are: messages for three seconds, and no sign of a blocked microphone after them.
// What is wrong with it: no icon stays while the microphone is blocked, its mute control goes on saying "on", and of two
// devices that are lost at once only one is told, for there is one message at a time.
import JsSIP from "./jssip.mjs";

const $ = (selector) => document.querySelector(selector);
const settings = new URLSearchParams(location.search);
let session = null;
let devices = {};
let video = false;
let clock = 0;

function toast(text) {
  clearTimeout(toast.timer);
  $(".toast").textContent = text;
  $(".toast").hidden = false;
  toast.timer = setTimeout(() => ($(".toast").hidden = true), 3000);
}

const show = (id) => {
  for (const one of ["chat", "lobby", "ask", "dialling", "call"]) $(`#${one}`).hidden = one !== id;
};

const ua = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(settings.get("sip"))],
  uri: `sip:2000@${settings.get("domain")}`,
  session_timers: false,
});
ua.start();

async function open(kind) {
  const stream = await navigator.mediaDevices.getUserMedia({ [kind]: true });
  const [track] = stream.getTracks();
  devices[kind] = track;
  track.onended = () => lost(kind);
  return track;
}

async function watch(kind) {
  const name = kind === "audio" ? "microphone" : "camera";
  const permission = await navigator.permissions.query({ name });
  watch[kind] = permission; // a record that nobody holds is collected
  permission.onchange = () => (permission.state === "granted" ? back(kind) : lost(kind));
}

const sender = (kind) => session?.connection?.getTransceivers().find((one) => one.receiver.track.kind === kind);

async function send(kind, track) {
  const leg = sender(kind);
  if (!leg) return;
  await leg.sender.replaceTrack(track);
  if (kind === "video") {
    leg.direction = track ? "sendrecv" : "recvonly";
    tell();
    $("#self").srcObject = track && new MediaStream([track]);
    $(".cam").textContent = track ? "videocam" : "videocam_off";
  }
}

// JsSIP does one renegotiation at a time.
function tell() {
  if (session?.isEstablished() && !session.renegotiate({})) setTimeout(tell, 100);
}

function lost(kind) {
  const track = devices[kind];
  if (!track || !session) return;
  track.onended = null;
  track.stop();
  devices[kind] = null;
  if (!session.isEstablished() && kind === "audio") {
    end();
    toast("Please add microphone permissions in your browser: the icon in the address bar.");
    return;
  }
  send(kind, null);
  toast(kind === "audio" ? "Access to your microphone was lost." : "Please allow the camera again in your browser.");
}

async function back(kind) {
  if (devices[kind] !== null || !session) return;
  devices[kind] = undefined;
  try {
    const track = await open(kind);
    if (kind === "audio") track.enabled = $(".mic").textContent === "mic";
    await send(kind, track);
  } catch {
    devices[kind] = null;
    setTimeout(() => watch[kind].state === "granted" && back(kind), 1000);
  }
}

async function start(withVideo) {
  video = withVideo;
  devices = {};
  show("dialling");
  try {
    await open("audio");
    watch("audio");
  } catch {
    show("lobby");
    toast("Please add microphone permissions in your browser: the icon in the address bar.");
    return;
  }
  while (video && !devices.video) {
    try {
      await open("video");
      watch("video");
    } catch {
      show("ask");
      video = await new Promise((choose) => {
        $(".again").onclick = () => choose(true);
        $(".sound").onclick = () => choose(false);
      });
      show("dialling");
    }
  }
  session = ua.call(`sip:100@${settings.get("domain")}`, {
    mediaConstraints: { audio: false, video: false },
    pcConfig: { iceServers: [] },
    eventHandlers: {
      peerconnection: ({ peerconnection }) => {
        const heard = new MediaStream();
        $("#agent").srcObject = heard;
        peerconnection.addEventListener("track", ({ track }) => heard.addTrack(track));
        peerconnection.addTransceiver(devices.audio ?? "audio", { direction: "sendrecv" });
        if (video) peerconnection.addTransceiver(devices.video ?? "video", { direction: "sendrecv" });
      },
      icecandidate: ({ ready }) => setTimeout(ready, 500),
      confirmed: () => {
        const begun = performance.now();
        clock = setInterval(() => {
          const seconds = Math.floor((performance.now() - begun) / 1000);
          $(".clock").textContent = new Date(seconds * 1000).toISOString().slice(14, 19);
        }, 500);
        $(".cam").hidden = $("#self").hidden = !video;
        $(".mic").textContent = "mic";
        if (video) $("#self").srcObject = new MediaStream([devices.video]);
        show("call");
      },
      ended: end,
      failed: end,
    },
  });
}

function end() {
  const ending = session;
  session = null;
  clearInterval(clock);
  for (const kind of ["audio", "video"]) {
    if (watch[kind]) watch[kind].onchange = null;
    devices[kind]?.stop();
  }
  devices = {};
  if (ending && !ending.isEnded()) ending.terminate();
  show("lobby");
}

$("#chat").onsubmit = (event) => {
  event.preventDefault();
  show("lobby");
};
$(".call").onclick = () => start(false);
$(".video").onclick = () => start(true);
$(".end").onclick = end;
$(".mic").onclick = () => {
  const muted = $(".mic").textContent === "mic";
  $(".mic").textContent = muted ? "mic_off" : "mic";
  if (devices.audio) devices.audio.enabled = !muted;
};
$(".cam").onclick = () => (devices.video ? (devices.video.stop(), (devices.video = undefined), send("video", null)) : open("video").then((track) => send("video", track)));
addEventListener("pagehide", () => ua.stop());
