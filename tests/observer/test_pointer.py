"""Controls that hide until the mouse moves: brought back to be read or used, and nothing else by that."""

from collections.abc import Callable

import pytest
from pages import Pages
from widget_conformance.fixtures import approach
from widget_conformance.fixtures.observer import ControlNotFound, Face
from widget_conformance.fixtures.profile import CallStep, Finder

See = Callable[..., Face]

BAR = """<section style='position: relative; width: 400px; height: 300px; overflow: hidden'>
<video class=stage style='width: 400px; height: 240px; background: #ccd'></video>
<div class=bar><button onclick='window.pressed = (window.pressed ?? 0) + 1' aria-pressed=true>Mute microphone</button></div>
</section>"""
WAKES = """<script>
let away; const bar = document.querySelector(".bar");
addEventListener("pointermove", () => { bar.classList.add("on"); clearTimeout(away); away = setTimeout(() => bar.classList.remove("on"), 1500); });
</script>"""
UNMOUNTED = """<script>
const bar = document.querySelector(".bar"), place = bar.parentElement; bar.remove(); let away;
addEventListener("mousemove", () => { place.append(bar); clearTimeout(away); away = setTimeout(() => bar.remove(), 1500); });
</script>"""
HIDING = {
    "opacity": "<style>.bar { opacity: 0; transition: opacity 200ms } .bar.on { opacity: 1 }</style>" + WAKES,
    "slides out": "<style>.bar { transform: translateY(200%); visibility: hidden; transition: all 150ms } "
    ".bar.on { transform: none; visibility: visible }</style>" + WAKES,
    "display": "<style>.bar { display: none } .bar.on { display: block }</style>" + WAKES,
    "takes no pointer": "<style>.bar { opacity: 0; pointer-events: none } .bar.on { opacity: 1; pointer-events: auto }</style>"
    + WAKES,
    "over the bar": "<style>.bar { opacity: 0 } .bar:hover { opacity: 1 }</style>",
    "over the picture": "<style>.bar { position: absolute; left: 0; top: 190px; visibility: hidden } "
    ".stage:hover ~ .bar, .bar:hover { visibility: visible }</style>",
    "not on the page": UNMOUNTED,
}


def hiding(see: See, body: str) -> Face:
    """A page whose control has hidden."""
    face = see(body)
    face.page.mouse.move(790, 590)
    face.page.wait_for_timeout(300)
    face.timeline.wait(lambda: face.shown("mute") is None, 10, "the control to hide", pump=face.pump)
    return face


@pytest.mark.parametrize("kind", HIDING)
def test_a_control_that_hides_until_the_mouse_moves_is_used_and_read(see: See, kind: str) -> None:
    face = hiding(see, BAR + HIDING[kind])
    assert face.shown("mute") is None
    assert face.pointer.bring_back("mute")
    assert face.control_state("mute")["shown"]
    face.press("mute", seconds=2)
    assert face.page.evaluate("window.pressed") == 1
    assert not face.timeline.events("finding")


def test_a_control_in_a_frame_is_brought_back(see: See, site: Pages) -> None:
    inner = site.put(BAR + HIDING["slides out"], "/inner")
    face = hiding(see, f"<p>Ours</p><iframe src='{inner}' style='margin: 100px; width: 450px; height: 350px'></iframe>")
    assert face.shown("mute") is None
    face.press("mute", seconds=2)
    assert face.page.frames[1].evaluate("window.pressed") == 1


@pytest.mark.parametrize(
    "gone",
    [
        "<style>.bar { display: none }</style>",
        "<style>.bar { opacity: 0 }</style>",
        "<script>document.querySelector('.bar').remove()</script>",
        # what takes a touch, or a key, is not brought back by a movement
        "<style>.bar { opacity: 0 } .bar.on { opacity: 1 }</style><script>for (const type of ['touchstart', 'keydown']) "
        "addEventListener(type, () => document.querySelector('.bar').classList.add('on'))</script>",
    ],
)
def test_a_control_that_is_gone_stays_gone(see: See, gone: str) -> None:
    face = hiding(see, BAR + gone)
    assert not face.pointer.bring_back("mute")
    with pytest.raises(ControlNotFound):
        face.press("mute", seconds=0.2)


def test_what_a_movement_brings_up_was_not_shown_by_itself(see: See) -> None:
    notice = "<p role=alert>The microphone is blocked</p>"
    face = hiding(see, BAR.replace("</div>", f"{notice}</div>") + HIDING["over the picture"])
    assert face.pointer.bring_back("mute")
    face.timeline.wait(lambda: face.shown("microphone_lost"), 1, "the notice")
    [sighting] = face.sightings("microphone_lost")
    assert face.pointer.by_movement(sighting)
    face.turn_away()
    face.timeline.wait(lambda: face.shown("microphone_lost") is None, 2, "the notice to go with the mouse")
    face.page.wait_for_timeout(1000)
    face.page.evaluate("document.querySelector('.bar').style.visibility = 'visible'")
    later = face.timeline.wait(lambda: face.shown("microphone_lost"), 2, "the notice by itself")
    assert not face.pointer.by_movement(later)


def test_a_step_finds_what_hides_until_the_mouse_moves(see: See) -> None:
    face = hiding(see, BAR + HIDING["not on the page"])
    step = CallStep("w.toml:3: in_call[0]", "click", Finder("in_call[0].click", role=("button",), name="mute"))
    assert approach.perform(face.pages, step, 5) is None
    assert face.page.evaluate("window.pressed") == 1
