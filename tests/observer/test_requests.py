"""That a request for a device is seen whichever way a page makes it, and the devices that it holds by it."""

from collections.abc import Callable

import pytest
from pages import Pages
from playwright.sync_api import BrowserContext
from widget_conformance.fixtures.observer import Face
from widget_conformance.fixtures.profile import default
from widget_conformance.fixtures.timeline import Timeline

See = Callable[..., Face]


def told(face: Face) -> list[tuple[str, bool, bool]]:
    face.pump()
    events = face.timeline.events(actor="widget")
    return [(e.what, e.detail["audio"], e.detail["video"]) for e in events if "devices" in e.what]


@pytest.mark.parametrize(("made", "gone"), [("", False), ("srcdoc='<p>call'", True)])
def test_a_request_in_a_frame_made_by_the_page(see: See, made: str, gone: bool) -> None:
    """A frame without an address is asked at once, before any script could run in it, and may be gone before it is looked at."""
    face = see("<div id=place></div>")
    face.page.evaluate(
        """async ([made, gone]) => {
          place.innerHTML = `<iframe ${made}></iframe>`;
          const frame = place.firstChild;
          if (made) await new Promise((done) => { frame.onload = done });
          window.stream = await window[window.length - 1].navigator.mediaDevices.getUserMedia({ audio: true });
          if (gone) frame.remove();
        }""",
        [made, gone],
    )
    assert told(face) == [("requests devices", True, False), ("gets devices", True, False)]
    live = face.page.evaluate("stream.getTracks()[0].readyState") == "live"  # Chromium ends it with the frame
    assert len(face.devices()) == (1 if live else 0)
    assert live or gone
    face.page.evaluate("stream.getTracks()[0].stop()")
    assert face.devices() == []


def test_requests_are_timed_by_the_page_that_they_were_made_in(see: See) -> None:
    face = see("<div id=place></div>")
    face.page.evaluate("navigator.mediaDevices.getUserMedia({ audio: true })")
    face.page.evaluate(
        "place.innerHTML = '<iframe></iframe>', frames[0].navigator.mediaDevices.getUserMedia({ video: true })"
    )
    face.page.evaluate("navigator.mediaDevices.getUserMedia({ audio: true, video: true })")
    assert told(face)[::2] == [("requests devices", *kinds) for kinds in ((True, False), (False, True), (True, True))]


def test_a_callback_and_the_screen(see: See) -> None:
    face = see("<p>none")
    ways = face.page.evaluate(
        """async () => {
          const way = ["webkitGetUserMedia", "mozGetUserMedia"].find((one) => navigator[one]);
          await new Promise((done) => navigator[way]({ video: true }, (stream) => done(window.stream = stream), done));
          await navigator.mediaDevices.getDisplayMedia({ video: 1, audio: { deviceId: { exact: 1 } }, preferCurrentTab: 2 })
            .catch(() => {});
        }"""
    )
    assert ways is None
    assert told(face)[:2] == [("requests devices", False, True), ("gets devices", False, True)]
    assert len(told(face)) == 2
    assert face.timeline.events("requests the screen", "widget")
    assert [track["kind"] for track in face.devices()] == ["video"]


ELEMENTS = {"camera": (False, True), "microphone": (True, False), "usermedia type='camera microphone'": (True, True)}


@pytest.mark.parametrize(("element", "root"), [*((one, "page") for one in ELEMENTS), ("camera", "closed")])
def test_an_element_of_the_browser_s_own_asks_when_it_is_clicked(see: See, element: str, root: str) -> None:
    face = see("<div id=place style='width: 300px'></div>")
    if not face.page.evaluate("'HTMLCameraElement' in window"):
        pytest.skip("this browser has no such element")
    face.page.evaluate(
        """([element, root]) => {
          const where = root === "closed" ? place.attachShadow({ mode: "closed" }) : place;
          where.innerHTML = `<${element} style="width: 200px; height: 44px"></${element.split(" ")[0]}>`;
          window.one = where.firstChild;
          for (const kind of ["track", "stream", "error", "cancel"])
            window.one.addEventListener(kind, () => { window.got = one.track ?? one.stream?.getTracks()[0] ?? kind });
          window.valid = new Promise((done) => setTimeout(done, 700));  // a new one takes no click for half a second
        }""",
        [element, root],
    )
    face.page.evaluate("valid")
    assert told(face) == []
    face.page.evaluate("one.click()")  # not by a person: the browser does not ask
    assert told(face) == []
    face.page.mouse.click(100, 40)
    face.timeline.wait(lambda: len(told(face)) == 2, 3, "an answer", lambda: str(told(face)))
    assert told(face) == [(what, *ELEMENTS[element]) for what in ("requests devices", "gets devices")]
    assert len(face.devices()) == sum(ELEMENTS[element])
    face.page.evaluate("one.stream ? one.stream.getTracks().forEach((track) => track.stop()) : one.track.stop()")
    assert face.devices() == []
    assert len(told(face)) == 2


def test_speech_recognition_asks_for_the_microphone(see: See) -> None:
    face = see("<p>none")
    if not face.page.evaluate("'webkitSpeechRecognition' in window"):
        pytest.skip("this browser has none")
    face.page.evaluate(
        "() => { window.speech = new webkitSpeechRecognition(); speech.start(); speech.onend = () => { window.over = 1 } }"
    )
    assert told(face)[0] == ("requests devices", True, False)
    face.page.evaluate("speech.abort()")
    face.timeline.wait(lambda: face.page.evaluate("window.over"), 5, "the end of it")
    assert len(told(face)) == 2
    assert face.devices() == []


def test_a_window_that_the_page_opened_asks(context: BrowserContext, site: Pages) -> None:
    """It is not the one that is looked at; what it asks for is told all the same, and what it holds."""
    page = context.new_page()
    face = Face(page, default(), Timeline())
    face.install()
    face.watch_windows()
    site.put(
        "<script>navigator.mediaDevices.getUserMedia({ audio: true }).then((s) => { window.s = s })</script>", "/w"
    )
    page.goto(site.put("<button onclick=\"window.open('/w')\">Audio call</button>"))
    page.click("button")
    face.timeline.wait(lambda: len(told(face)) == 2, 5, "a request and its answer", lambda: str(told(face)))
    assert told(face) == [("requests devices", True, False), ("gets devices", True, False)]
    assert face.timeline.events("requests devices")[0].detail["window"] == "another"
    assert [track["kind"] for track in face.devices()] == ["audio"]
    face.close()
