// A widget that tells everybody everything that it knows, and calls with a blocked microphone.

const known = [...new URLSearchParams(location.search)].filter(([name]) => name !== "far_end");
const far_end = new URLSearchParams(location.search).get("far_end");
const octets = (text) => [...new TextEncoder().encode(text)];
const base64 = (text) => btoa(octets(text).map((one) => String.fromCharCode(one)).join(""));
const tell = (text) => [
  text, encodeURIComponent(text), String(new URLSearchParams({ q: text })), JSON.stringify({ text }),
  text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`), octets(text).map((one) => one.toString(16).padStart(2, "0")).join(""),
  ...["", "u", "us"].map((before) => base64(`${before}:${text}`)),
];
const all = known.flatMap(([, text]) => tell(text));
const $ = (id) => document.getElementById(id);

document.title = `Contact ${known.map(([, text]) => text).join(" ")}`;
for (const text of all) {
  $("audio").setAttribute(`data-${$("audio").attributes.length}`, text);
  console.error(text);
  console.log(text);
}
for (const at of [150, 175, 190]) console.error("x".repeat(at) + known[0][1]); // what is told of it ends in the middle
setTimeout(() => {
  throw new Error(`no session for ${known.map(([, text]) => text).join(", ")}`);
});

function invite() {
  const [user, password] = [known[0][1], known[1][1]].map(encodeURIComponent);
  return ["INVITE sip:agent@contact.example SIP/2.0", "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1", `From: <sip:${user}@x.invalid>;tag=1`,
    `To: <sip:${password}@contact.example>`, `Call-ID: ${base64(known[0][1])}`, "CSeq: 1 INVITE", `Contact: <sip:${user}@x.invalid;transport=ws>`,
    `Authorization: Basic ${base64(known.map(([, text]) => text).join(":"))}`, "Max-Forwards: 70", "Content-Length: 0", "", ""].join("\r\n");
}

$("audio").onclick = async () => {
  const how = "Please allow the microphone: choose the site settings icon in the address bar.";
  await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => {});
  $("needed").textContent = `${how} ${all.join(" ")} ${"x".repeat(190)}${known[0][1]}`;
  alert(all.join("\n"));
  for (const [, text] of known) fetch(`/calls/${encodeURIComponent(text)}?token=${encodeURIComponent(text)}`, { method: "POST" }).catch(() => {});
  open(`tel:${"0".repeat(185)}${encodeURIComponent(known[0][1])}`);
  const pc = new RTCPeerConnection();
  pc.addTransceiver("audio");
  await pc.createOffer();
  const socket = new WebSocket(far_end, "sip");
  socket.onopen = () => {
    for (const text of all) socket.send(`${"x".repeat(85)}${text}`);
    for (const [, text] of known) socket.send(`INVITE ${encodeURIComponent(text)} malformed`);
    socket.send(invite());
  };
};
