// Shows the room's state, which comes about ten times a second.

const at = (id) => document.getElementById(id);
const HEARS = { customer: "The customer", other: "Somebody else", agent: "Their own voice", silence: "Silence", nothing: "Nothing" };
const SEES = {
  live: "The customer, live", frozen: "A frozen picture", black: "A black picture", placeholder: "A placeholder",
  off: "Video Off", none: "No video",
};
const WITH_PICTURE = ["live", "frozen", "black", "placeholder"];
const STATES = { trying: "Trying", ringing: "Ringing", confirmed: "Connected", ended: "Ended" };

const put = (id, text) => at(id).textContent !== text && (at(id).textContent = text);

function meter(id, rms) {
  const decibels = Math.max(-60, Math.min(0, 20 * Math.log10(Math.max(rms, 1e-6))));
  at(id).setAttribute("aria-valuenow", Math.round(decibels));
  at(id).firstElementChild.style.transform = `scaleX(${(decibels + 60) / 60})`;
}

function hears(id, levelId, participant) {
  const heard = participant?.hears_customer ? "customer" : participant?.hears ?? "nothing";
  put(id, HEARS[heard] ?? heard);
  at(id).dataset.state = heard;
  meter(levelId, participant?.level ?? 0);
}

function clock(seconds) {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${two(seconds / 60)}:${two(seconds % 60)}`;
}

function show({ room, calls, agent, participant }) {
  const call = calls.at(-1);
  put("room", room);
  put("call", call ? STATES[call.state] ?? call.state : "No call");
  at("call").dataset.state = call?.state ?? "none";
  put("call-more", call ? `${call.offered.join(" and ")} · ${clock(call.seconds)} · ${call.call_id}` : "");
  hears("hears", "level", agent);
  hears("other-hears", "other-level", participant);
  const sees = agent?.sees ?? "none";
  put("sees", SEES[sees] ?? sees);
  put("caption", SEES[sees] ?? sees);
  at("screen").dataset.sees = sees;
  const pictured = WITH_PICTURE.includes(sees);
  at("caption").hidden = pictured;
  at("picture").hidden = !pictured;
  if (pictured) refresh();
}

// One picture at a time: the next is asked for when the last one is there.
let loading = false;
function refresh() {
  if (loading) return;
  loading = true;
  const next = Object.assign(new Image(), { id: "picture", alt: at("picture").alt });
  next.onload = () => {
    at("picture").replaceWith(next);
    loading = false;
  };
  next.onerror = () => (loading = false);
  next.src = `/console/picture.png?${performance.now()}`;
}

function connect() {
  const socket = new WebSocket(`ws://${location.host}/console/states`);
  socket.onopen = () => put("link", "Live");
  socket.onmessage = ({ data }) => show(JSON.parse(data));
  socket.onclose = () => {
    put("link", "No connection to the far end; trying again…");
    setTimeout(connect, 1000);
  };
}
connect();
