"""That nothing on the widget's face goes by unseen, and that the page is not disturbed."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pages import Pages
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError
from widget_conformance.fixtures.observer import ClickNotTaken, ControlDisabled, ControlNotFound, Face, PageSilent
from widget_conformance.fixtures.observer.frame import handle
from widget_conformance.fixtures.profile import Finder, default, from_table
from widget_conformance.fixtures.timeline import Timeline, now

See = Callable[..., Face]
LOST = "Microphone access was blocked."


def wait_shown(face: Face, entry: str, seconds: float = 3.0) -> Any:
    return face.timeline.wait(lambda: face.shown(entry), seconds, entry, lambda: str(face.present(entry)))


def test_a_flash_is_recorded(see: See) -> None:
    face = see("<div role=alert id=a></div>")
    before = now()
    # The 300 ms begin once it was painted: a busy browser takes its time for that.
    face.page.evaluate(
        """async (t) => {
            a.textContent = t;
            for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
            await new Promise((done) => setTimeout(done, 300));
            a.textContent = '';
            for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
        }""",
        LOST,
    )
    after = now()
    [sighting] = face.sightings("microphone_lost")
    assert sighting.disappeared_at is not None
    assert before - sighting.error <= sighting.appeared_at
    assert sighting.disappeared_at <= after + sighting.error
    assert sighting.disappeared_at - sighting.appeared_at > 0.28
    assert sighting.announced
    assert sighting.error < 0.1
    told = [e.what for e in face.timeline.events(actor="widget") if e.detail["entry"] == "microphone_lost"]
    assert told == ["shows", "hides"]


def test_the_timeline_tells_sightings_of_one_entry_apart(see: See) -> None:
    face = see("<div role=timer id=a>0:07</div><div role=timer id=b>9:30</div>")
    face.timeline.wait(lambda: len(face.seen("call_up")) == 2, 5, "both timers", pump=face.pump)
    face.page.evaluate("() => { a.textContent = '0:08'; b.hidden = true }")
    face.timeline.wait(lambda: bool(face.timeline.events("hides")), 5, "one to go", pump=face.pump)
    face.timeline.wait(lambda: bool(face.timeline.events("says")), 5, "the other to count", pump=face.pump)
    numbers = {e.detail["text"]: e.detail["sighting"] for e in face.timeline.events("shows")}
    assert set(numbers) == {"0:07", "9:30"}
    assert [e.detail["sighting"] for e in face.timeline.events("says")] == [numbers["0:07"]]
    assert [e.detail["sighting"] for e in face.timeline.events("hides")] == [numbers["9:30"]]


def test_what_was_never_painted_is_not_recorded(see: See) -> None:
    face = see("<div role=alert id=a></div>")
    face.page.evaluate("async (t) => { a.textContent = t; await null; a.textContent = ''; }", LOST)
    time.sleep(0.3)
    assert face.sightings("microphone_lost") == []


def test_uncovering_and_fading_without_a_mutation(see: See) -> None:
    face = see(
        "<style>#a{animation:f .4s forwards}@keyframes f{from{opacity:1}to{opacity:0}}</style>"
        f"<div role=alert id=a>{LOST}</div>"
    )
    face.timeline.wait(lambda: any(s.disappeared_at for s in face.sightings("microphone_lost")), 3, "the fading")
    assert "transparent" in str(face.sightings("microphone_lost")[0].ended)


def test_scrolling(see: See) -> None:
    face = see(f"<div style='height:3000px'></div><div role=alert>{LOST}</div>")
    face.timeline.wait(lambda: face.present("microphone_lost"), 3, "the message")
    face.page.evaluate("scrollTo(0, 9999)")
    wait_shown(face, "microphone_lost")
    face.page.evaluate("scrollTo(0, 0)")
    face.timeline.wait(lambda: face.shown("microphone_lost") is None, 3, "it to go")


def test_text_that_changes(see: See) -> None:
    face = see(f"<div role=alert id=a>{LOST}</div>")
    wait_shown(face, "microphone_lost")
    face.page.evaluate("a.firstChild.data = 'Your microphone is blocked.'")
    face.timeline.wait(lambda: face.shown("microphone_lost").text == "Your microphone is blocked.", 3, "the words")  # type: ignore[union-attr]
    assert len(face.sightings("microphone_lost")) == 1


STATES = [
    ("<button id=b aria-pressed=false>Mute</button>", False, "b.ariaPressed = 'true'", True),
    ("<button id=b>Mute</button>", False, "b.textContent = 'Unmute'", True),
    ("<div role=switch id=b aria-checked=true aria-label=Microphone>m</div>", False, "b.ariaChecked = 'false'", True),
    ("<button id=b aria-label='Turn microphone off'>m</button>", False, "b.ariaLabel = 'Turn microphone on'", True),
]


@pytest.mark.parametrize(("body", "first", "act", "then"), STATES)
def test_state_of_a_control(see: See, body: str, first: bool, act: str, then: bool) -> None:
    face = see(body)
    wait_shown(face, "mute")
    assert face.control_state("mute")["active"] is first
    face.page.evaluate(act)
    face.timeline.wait(lambda: len(face.timeline.events("state", "widget")) > 1, 3, "the state", pump=face.pump)
    assert [e.detail["active"] for e in face.timeline.events("state", "widget")] == [first, then]
    assert face.control_state("mute")["active"] is then


ICONS = [
    ("<button id=b>m<svg class=mic></svg></button>", False, "b.lastChild.classList.value = 'mic-off'", True),
    ("<button id=b class=mic-off>m</button>", True, "b.className = ''", False),
    ("<button id=b>m<i hidden class=mic-off></i></button>", True, "b.lastChild.remove()", False),
    (
        "<button id=b>m<x-icon></x-icon></button>",
        False,
        "b.lastChild.attachShadow({ mode: 'open' }).innerHTML = '<i class=mic-off></i>'",
        True,
    ),
]


@pytest.mark.parametrize(("body", "first", "act", "then"), ICONS)
def test_state_that_an_icon_tells(see: See, body: str, first: bool, act: str, then: bool) -> None:
    table = {"url": "http://x/", "find": {"mute": {"css": "#b", "state": {"css": ".mic-off"}}}}
    face = see(body, from_table(table, "a table"))
    wait_shown(face, "mute")
    assert face.control_state("mute")["active"] is first
    face.page.evaluate(act)
    face.timeline.wait(lambda: face.control_state("mute")["active"] is then, 3, "the state", pump=face.pump)


@pytest.mark.parametrize(
    ("body", "active", "blocked"),
    [
        ("<button aria-label='Turn camera off'>c</button>", False, False),
        ("<button aria-label='Turn camera on'>c</button>", True, False),
        ("<button aria-label='Turn camera off' aria-pressed=true>c</button>", True, False),
        ("<button aria-label='Camera on/off'>c</button>", None, False),
        ("<button aria-label='Turn on camera (blocked)' disabled>c</button>", True, True),
    ],
)
def test_state_of_the_camera_control(see: See, body: str, active: bool | None, blocked: bool) -> None:
    face = see(body)
    wait_shown(face, "camera")
    state = face.control_state("camera")
    assert (state["active"], state["blocked"]) == (active, blocked)
    assert state["disabled"] is ("disabled" in body)


def test_names_follow_classes_of_ancestors(see: See) -> None:
    face = see(
        "<style>.x .on,.off{display:none}.x .off{display:inline}</style>"
        "<div id=w><button><span class=on>Mute</span><span class=off>Unmute</span></button></div>"
    )
    wait_shown(face, "mute")
    assert face.control_state("mute")["name"] == "Mute"
    face.page.evaluate("w.className = 'x'")
    face.timeline.wait(lambda: face.control_state("mute")["name"] == "Unmute", 3, "the name")


def test_frames_that_come_navigate_and_vanish(see: See, site: Pages) -> None:
    inner = site.put(f"<div role=alert>{LOST}</div>", "/inner")
    other = site.put("<p>nothing", "/other")
    face = see("<p>host")
    face.page.evaluate(
        "(u) => { const f = document.createElement('iframe'); f.src = u; document.body.append(f) }", inner
    )
    wait_shown(face, "microphone_lost")
    face.page.evaluate("(u) => { document.querySelector('iframe').src = u }", other)
    face.timeline.wait(lambda: face.shown("microphone_lost") is None, 3, "the message to go")
    face.page.evaluate("(u) => { document.querySelector('iframe').src = u }", inner)
    wait_shown(face, "microphone_lost")
    face.page.evaluate("document.querySelector('iframe').remove()")
    face.timeline.wait(lambda: face.shown("microphone_lost") is None, 3, "the message to go")
    assert all(s.disappeared_at for s in face.sightings("microphone_lost"))
    for _ in range(20):
        face.page.evaluate("(u) => { const f = document.createElement('iframe'); f.src = u; document.body.append(f);"
                           "setTimeout(() => f.remove(), 30) }", inner)  # fmt: skip
        face.pump()


def test_late_shadow_root(see: See) -> None:
    face = see("<x-w></x-w>")
    time.sleep(0.3)
    face.page.evaluate(
        "(t) => customElements.define('x-w', class extends HTMLElement { connectedCallback() {"
        "this.attachShadow({mode:'open'}).innerHTML = `<div role=alert>${t}</div>` } })",
        LOST,
    )
    wait_shown(face, "microphone_lost", 1)


def test_document_written_anew(see: See) -> None:
    face = see("<p>old")
    face.page.evaluate(
        "(t) => { document.open(); document.write(`<div role=alert>${t}</div>`); document.close() }", LOST
    )
    wait_shown(face, "microphone_lost")


HOSTILE = """
<script>
setTimeout(() => {
  Array.prototype.map = Array.prototype.filter = Array.prototype.push = () => { throw new Error("no map") };
  Array.prototype.toJSON = Object.prototype.toJSON = () => "nonsense";
  Object.prototype.get = Object.prototype.attributes = () => { throw new Error("polluted") };
  JSON.stringify = () => { throw new Error("no JSON") };
  RegExp.prototype.test = RegExp.prototype.exec = () => null;
  String.prototype.trim = () => "";
  Map.prototype.get = Set.prototype.has = () => undefined;
  Element.prototype.getAttribute = () => null;
  Object.defineProperty(Node.prototype, "textContent", { get() { throw new Error("no text") }, configurable: true });
  window.getComputedStyle = () => { throw new Error("no styles") };
  document.elementFromPoint = () => null;
  window.requestAnimationFrame = window.setTimeout = window.MutationObserver = null;
  performance.now = () => 0;
  window.hostile = true;
}, 50);
setInterval(() => { if (window.tell) document.getElementById("a").innerHTML = window.tell }, 20);
</script>
<div role=alert id=a></div><button>Audio call</button>
"""


def test_a_hostile_page_is_seen_and_left_alone(see: See) -> None:
    face = see(HOSTILE)
    time.sleep(0.3)
    assert face.page.evaluate("window.hostile")
    face.page.evaluate(f"window.tell = '{LOST}'")
    wait_shown(face, "microphone_lost")
    assert wait_shown(face, "audio_call").name == "Audio call"
    assert face.page.evaluate("performance.now() === 0 && String(Array.prototype.map).includes('no map')")
    assert face.timeline.events("observer error") == []


def test_a_page_that_cannot_be_asked_is_told(see: See) -> None:
    face = see("<p>x")
    face.page.evaluate(
        "setTimeout(() => { Array.prototype[Symbol.iterator] = () => { throw Error('no iteration') } }, 0)"
    )
    face.timeline.wait(lambda: bool(face.timeline.events("observer error")), 3, "word of it", pump=face.pump)
    assert "no iteration" in face.timeline.events("observer error")[0].detail["error"]
    face.pump()
    assert len(face.timeline.events("observer error")) == 1


def test_the_page_finds_nothing_changed(see: See) -> None:
    face = see("<p>x")
    told = face.page.evaluate("""() => {
      class Mine extends RTCPeerConnection {}
      const pc = new RTCPeerConnection(), mine = new Mine();
      const out = {
        keys: Object.keys(window).filter((key) => /conformance|observer/i.test(key)),
        instance: pc instanceof RTCPeerConnection && mine instanceof Mine && mine instanceof RTCPeerConnection,
        constructor: [pc, RTCPeerConnection.prototype].every((one) => one.constructor === RTCPeerConnection),
        name: RTCPeerConnection.name, statics: typeof RTCPeerConnection.generateCertificate,
        native: [RTCPeerConnection, navigator.mediaDevices.getUserMedia, MediaStreamTrack.prototype.clone,
          Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject").set]
          .every((one) => /\\[native code\\]/.test(Function.prototype.toString.call(one))),
        own: Object.keys(navigator.mediaDevices),
      };
      pc.close(); mine.close();
      try { RTCPeerConnection(); } catch (error) { out.error = error.constructor.name }
      return out;
    }""")
    assert told == {
        "keys": [],
        "instance": True,
        "constructor": True,
        "name": "RTCPeerConnection",
        "statics": "function",
        "native": True,
        "own": [],
        "error": "TypeError",
    }


def test_devices_and_hearing(see: See) -> None:
    face = see("<audio id=player autoplay></audio>")
    refused = face.page.evaluate(
        "navigator.mediaDevices.getUserMedia({}).catch((e) => [e.name, e instanceof TypeError])"
    )
    assert refused == ["TypeError", True]
    assert face.devices() == []
    face.page.evaluate("""async () => {
      window.local = await navigator.mediaDevices.getUserMedia({ audio: true });
      window.copy = local.getTracks()[0].clone();
      const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
      a.onicecandidate = (e) => b.addIceCandidate(e.candidate);
      b.onicecandidate = (e) => a.addIceCandidate(e.candidate);
      b.ontrack = (e) => { player.srcObject = e.streams[0] };
      local.getTracks().forEach((track) => a.addTrack(track, local));
      await a.setLocalDescription(); await b.setRemoteDescription(a.localDescription);
      await b.setLocalDescription(); await a.setRemoteDescription(b.localDescription);
    }""")
    assert [track["kind"] for track in face.devices()] == ["audio", "audio"]
    face.page.evaluate("player.play().catch(() => {})")
    face.timeline.wait(lambda: face.hearing()["playing"], 3, "an element that plays", lambda: str(face.hearing()))
    assert face.hearing()["connections"] == 2
    face.page.evaluate("player.muted = true")
    assert face.hearing()["playing"] is False
    face.page.evaluate("local.getTracks()[0].stop()")
    assert len(face.devices()) == 1
    face.page.evaluate("copy.stop()")
    assert face.devices() == []
    face.pump()
    asked = face.timeline.events("requests devices", "widget")
    assert [(e.detail["audio"], e.detail["video"]) for e in asked] == [(False, False), (True, False)]
    assert face.timeline.events("is refused devices")[0].detail["error"] == "TypeError"


def test_press_by_mouse_and_by_keyboard(see: See) -> None:
    face = see(
        "<button onclick='window.a=1'>Audio call</button><br><button onclick='window.v=1'>Video call</button>"
        "<div id=lid style='position:fixed;left:0;top:45px;width:300px;height:200px;background:#eee'></div>"
    )
    face.press("audio_call")
    assert face.page.evaluate("window.a") == 1
    assert face.timeline.events("finding") == []
    face.press("video_call")
    assert face.page.evaluate("window.v") == 1
    [finding] = face.timeline.events("finding")
    assert finding.detail["covered_by"] == "div#lid"


@pytest.mark.parametrize("place", ["body", "shadow"])
def test_a_modal_dialog_beside_a_control_is_taken_away_first(see: See, place: str) -> None:
    face = see(
        "<button onclick='window.a=(window.a??0)+1'>Audio call</button><x-d></x-d>"
        "<style>dialog { margin: 300px 0 0 300px }</style>"
    )
    face.page.evaluate(
        """(place) => {
          const where = place === "shadow" ? document.querySelector("x-d").attachShadow({ mode: "open" }) : document.body;
          where.innerHTML += place === "shadow" ? "<style>dialog { margin: 300px 0 0 300px }</style>" : "";
          const dialog = document.createElement("dialog");
          dialog.innerHTML = "<p>The microphone is blocked</p><button>Close</button>";
          dialog.lastChild.onclick = () => dialog.close();
          where.append(dialog);
          dialog.showModal();
        }""",
        place,
    )
    face.pump()
    assert face.shown("audio_call"), "it can be seen through the backdrop"
    face.press("audio_call")
    assert face.page.evaluate("window.a") == 1
    assert face.timeline.events("dismisses what covers a control", "customer")
    assert face.timeline.events("finding") == []


def test_a_key_is_not_pressed_on_something_else(see: See) -> None:
    face = see(
        "<button onclick='window.a=1' tabindex=0>Audio call</button>"
        "<div id=lid style='position:fixed;inset:0;background:#eee'></div><input id=other autofocus>"
        "<script>document.querySelector('button').focus = () => {}; other.onkeydown = (event) => { window.wrong = event.key }</script>"
    )
    face.page.evaluate("other.focus(); document.querySelector('button').addEventListener('focus', () => other.focus())")
    with pytest.raises(ClickNotTaken, match="nor can the keyboard reach it"):
        face.press("audio_call")
    assert face.page.evaluate("[window.a, window.wrong]") == [None, "Escape"], (
        "which closes what covers a control, as a rule"
    )


def test_press_in_a_shadow_root_of_a_frame(see: See, site: Pages) -> None:
    inner = site.put(
        "<x-w><template shadowrootmode=open><button onclick='top.pressed=1'>Hang up</button></template></x-w>", "/inner"
    )
    face = see(f"<iframe src='{inner}'></iframe>")
    face.press("hang_up")
    assert face.page.evaluate("window.pressed") == 1


def test_a_control_that_is_not_there(see: See) -> None:
    face = see("<button>Ring us</button><button hidden>Start a voice call</button><div>Voice call</div>")
    with pytest.raises(ControlNotFound, match="role button") as told:
        face.press("audio_call", seconds=0.3)
    assert "'Start a voice call'" in str(told.value)
    assert "display: none" in str(told.value)
    assert any("Ring us" in one for one in told.value.candidates)
    with pytest.raises(ControlNotFound, match="found none"):
        face.control_state("mute")


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ("<meta name=customer-widget-version content='5.1'>", "5.1"),
        ("<customer-widget data-version=5.2></customer-widget>", "5.2"),
        ("<p>none", None),
    ],
)
def test_version(see: See, body: str, version: str | None) -> None:
    assert see(body).version() == version


def test_a_page_that_is_gone_does_not_claim_to_have_no_version(see: See) -> None:
    face = see("<p>none")
    face.page.close()
    with pytest.raises(PageSilent, match="did not say which version"):
        face.version()


def test_a_page_that_hangs_does_not_claim_to_have_no_version(see: See) -> None:
    face = see("<p>none")
    face.page.evaluate("setTimeout(() => { for (const end = Date.now() + 7000; Date.now() < end; ); }, 0)")
    with pytest.raises(PageSilent, match="within 5 s"):
        face.version()


def test_a_page_that_hangs_does_not_claim_to_hold_no_device(see: See) -> None:
    face = see("<p>none")
    assert face.devices() == []
    face.page.evaluate("setTimeout(() => { for (const end = Date.now() + 7000; Date.now() < end; ); }, 0)")
    with pytest.raises(PageSilent, match="which devices it holds"):
        face.devices()


CALLED = """async () => {
  const local = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = (e) => b.addIceCandidate(e.candidate);
  b.onicecandidate = (e) => a.addIceCandidate(e.candidate);
  b.ontrack = (e) => { window.agent = e.streams[0] };
  a.addTrack(local.getTracks()[0], local);
  await a.setLocalDescription(); await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription(); await a.setRemoteDescription(b.localDescription);
  window.sounds = new AudioContext();
  window.out = sounds.createMediaStreamDestination();
  window.loudness = sounds.createGain();
  window.played = (stream) => { player.srcObject = stream; player.play().catch(() => {}); };
}"""
PLAYS = {
    "source": "sounds.createMediaStreamSource(agent).connect(loudness).connect(sounds.destination)",
    "new source": "new MediaStreamAudioSourceNode(sounds, { mediaStream: agent }).connect(sounds.destination)",
    "source of a clone": "sounds.createMediaStreamSource(agent.clone()).connect(sounds.destination)",
    "element with a clone": "played(new MediaStream([agent.getTracks()[0].clone()]))",
    "element with what Web Audio makes": "sounds.createMediaStreamSource(agent).connect(out); played(out.stream)",
    "what Web Audio makes, in Web Audio": "sounds.createMediaStreamSource(agent).connect(out); "
    "sounds.createMediaStreamSource(out.stream).connect(sounds.destination)",
}
PLAYS_NOT = {
    "level meter": "sounds.createMediaStreamSource(agent).connect(sounds.createAnalyser())",
    "disconnected": "const node = sounds.createMediaStreamSource(agent); node.connect(sounds.destination); node.disconnect()",
    "disconnected from it": "sounds.createMediaStreamSource(agent).connect(loudness).connect(sounds.destination); "
    "loudness.disconnect(sounds.destination)",
    "the customer's own": "sounds.createMediaStreamSource(new MediaStream([out.stream.getTracks()[0]])).connect(sounds.destination)",
    "suspended": "sounds.createMediaStreamSource(agent).connect(sounds.destination); sounds.suspend().catch(() => {})",
    "disabled": "sounds.createMediaStreamSource(agent).connect(sounds.destination); agent.getTracks()[0].enabled = false",
    "what nobody plays": "sounds.createMediaStreamSource(agent).connect(out)",
}


def called(see: See) -> Face:
    """A page in which the sound of a far end arrives, and which nobody keeps from playing something."""
    face = see("<audio id=player></audio>")
    face.page.mouse.click(10, 10)
    face.page.evaluate(CALLED)
    if face.page.evaluate("!navigator.getAutoplayPolicy"):
        face.timeline.wait(lambda: face.page.evaluate("sounds.state") == "running", 5, "Web Audio to run")
    return face


@pytest.mark.parametrize("script", PLAYS.values(), ids=PLAYS)
def test_sound_that_comes_by_another_way_than_the_track_in_an_element_is_played(see: See, script: str) -> None:
    face = called(see)
    assert face.hearing()["playing"] is False
    face.page.evaluate(f"() => {{ {script} }}")
    face.timeline.wait(lambda: face.hearing()["playing"], 3, "something that plays", lambda: str(face.hearing()))
    face.page.evaluate("() => { played(null); sounds.suspend(); }")
    face.timeline.wait(lambda: not face.hearing()["playing"], 3, "silence", lambda: str(face.hearing()))


@pytest.mark.parametrize("script", PLAYS_NOT.values(), ids=PLAYS_NOT)
def test_sound_that_leads_nowhere_is_not_played(see: See, script: str) -> None:
    face = called(see)
    face.page.evaluate(f"() => {{ {script} }}")
    face.timeline.wait(lambda: not face.hearing()["playing"], 3, "silence", lambda: str(face.hearing()))
    assert face.hearing()["connections"] == 2


def test_a_source_of_one_track_is_played_in_firefox(see: See) -> None:
    face = called(see)
    if not face.page.evaluate("'createMediaStreamTrackSource' in sounds"):
        pytest.skip("this browser has none")
    face.page.evaluate("() => { window.node = sounds.createMediaStreamTrackSource(agent.getTracks()[0]) }")
    assert face.hearing()["playing"] is False
    face.page.evaluate("() => { node.connect(sounds.destination) }")
    assert face.hearing()["playing"] is True
    face.page.evaluate("() => { node.disconnect(0) }")
    made = "new MediaStreamTrackAudioSourceNode(sounds, { mediaStreamTrack: agent.getTracks()[0] })"
    assert face.hearing()["playing"] is False
    face.page.evaluate(f"() => {{ {made}.connect(sounds.destination) }}")
    assert face.hearing()["playing"] is True


@pytest.mark.parametrize(
    ("script", "answer"), [("alert('Heard')", None), ("confirm('Heard')", True), ("prompt('Heard', 'yes')", "yes")]
)
def test_a_dialog_of_the_browsers_is_noted_and_answered_with_yes(see: See, script: str, answer: object) -> None:
    face = see(f"<button aria-label='Mute microphone' onclick=\"window.said = {script}; window.done = true\">")
    begun = now()
    face.press("mute")
    face.timeline.wait(lambda: face.page.evaluate("window.done"), 5, "the end of the dialog")
    assert face.page.evaluate("window.said") == answer
    (event,) = face.timeline.events("dialog", "widget", begun)
    assert event.detail == {"type": script.partition("(")[0], "text": "Heard", "accepted": True}


def test_what_the_widget_asks_by_itself_is_not_agreed_to(see: See) -> None:
    face = see("<button aria-label='Mute microphone'>")
    face.press("mute")
    face.dialogs.clicked_at = None  # a permission has changed since
    face.page.evaluate("() => { setTimeout(() => { window.said = confirm('Hang up?'); window.done = true; }) }")
    face.timeline.wait(lambda: face.page.evaluate("window.done"), 5, "the end of the dialog")
    assert face.page.evaluate("window.said") is False


DISABLED = {
    "attribute": "<button disabled aria-label='Mute microphone'>",
    "aria-disabled": "<div role=button aria-disabled=true aria-label='Mute microphone'>mute</div>",
    "fieldset": "<fieldset disabled><button aria-label='Mute microphone'></button></fieldset>",
}
ENABLE = "() => setTimeout(() => document.querySelectorAll('button, div, fieldset').forEach((e) => { e.disabled = false; e.removeAttribute('aria-disabled') }), 1000)"


@pytest.mark.parametrize("kind", ["attribute", "fieldset"])
def test_a_control_that_stays_disabled_is_told_as_that(see: See, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("widget_conformance.fixtures.observer.BUSY", 1.2)
    face = see(DISABLED[kind])
    assert not face.usable("mute")
    with pytest.raises(ControlDisabled, match=r"mute was on the screen and disabled for \d+ s"):
        face.press("mute")


@pytest.mark.parametrize("body", DISABLED.values(), ids=DISABLED)
def test_a_control_that_is_disabled_for_a_moment_is_clicked_then(see: See, body: str) -> None:
    face = see(body)
    face.page.evaluate("() => addEventListener('click', () => { window.clicked = true })")
    face.page.evaluate(ENABLE)
    face.press("mute")
    assert face.page.evaluate("window.clicked") is True


def test_a_control_that_only_says_that_it_is_disabled_is_clicked_all_the_same(see: See) -> None:
    face = see(DISABLED["aria-disabled"])
    assert wait_shown(face, "mute")
    face.page.evaluate("() => addEventListener('click', () => { window.clicked = true })")
    assert face.usable("mute")
    face.press("mute")
    assert face.page.evaluate("window.clicked") is True
    assert face.control_state("mute")["disabled"]


FINDERS = {
    "css": Finder("mute", css=".m"),
    "test id": Finder("mute", test_id="m"),
    "label": Finder("mute", label="^sound$"),
    "text": Finder("mute", text=("mic_off",)),
    "role and css": Finder("mute", role=("button",), css=".m"),
}


@pytest.mark.parametrize("finder", FINDERS.values(), ids=FINDERS)
def test_ways_to_find(see: See, finder: Finder) -> None:
    profile = replace(default(), find={**default().find, "mute": finder})
    body = "<div><div class=m data-testid=m aria-label=Sound role=button><i>mic_off</i></div></div>"
    assert wait_shown(see(body, profile), "mute")


def test_a_page_that_hangs_does_not_hang_the_harness(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widget_conformance.fixtures.observer.frame.PATIENCE", 0.5)
    face = see("<p>x")
    face.page.evaluate("() => { setTimeout(() => { const end = Date.now() + 2500; while (Date.now() < end); }, 0) }")
    time.sleep(0.1)
    face.pump()  # comes back while the page still hangs: that it does not answer is known
    assert len(face.timeline.events("does not answer")) == 1
    face.timeline.wait(lambda: not face._silent and face.devices() == [], 5, "an answer", pump=face.pump)


def test_a_page_that_hangs_names_no_element_and_takes_no_key(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widget_conformance.fixtures.observer.frame.PATIENCE", 0.5)
    monkeypatch.setattr("widget_conformance.fixtures.observer.PATIENCE", 0.5)
    face = see("<button aria-label='Mute microphone'>")
    wait_shown(face, "mute")
    element, frame = face._element("mute") or (None, None)
    assert element is not None
    assert frame is not None
    face.page.evaluate("() => { setTimeout(() => { const end = Date.now() + 6000; while (Date.now() < end); }, 0) }")
    time.sleep(0.1)
    begun = now()
    assert handle(frame, 'best("mute")') is None
    assert face._behind_modal(element) is False
    face._press_by_keyboard("mute", element, frame, PlaywrightError("intercepts pointer events"))
    assert now() - begun < 5, "it went on while the page still hung"
    assert len(face.timeline.events("does not answer")) == 1


def test_observer_that_came_late(context: BrowserContext, site: Pages) -> None:
    page = context.new_page()
    page.goto(site.put(f"<div role=alert>{LOST}</div>"))
    face = Face(page, default(), Timeline())
    face.pump()
    wait_shown(face, "microphone_lost")
    assert len(face.timeline.events("observes late")) == 1
