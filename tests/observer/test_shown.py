"""What a person can see, and why not, on pages that real widgets and real defects look like."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pages import Pages
from playwright.sync_api import Frame
from widget_conformance.fixtures.observer import Face
from widget_conformance.fixtures.observer.frame import ask
from widget_conformance.fixtures.profile import default

LOST = "Microphone access was blocked."

SHOWN = {
    "alert": f"<div role=alert>{LOST}</div>",
    "live wrapper without a height": f"<div role=alert><div style='position:fixed;top:9px'>{LOST}</div></div>",
    "display: contents": f"<div role=alert style='display:contents'><p>{LOST}</p></div>",
    "mouse passes through": f"<div role=alert style='position:fixed;pointer-events:none'>{LOST}</div><p>below</p>",
    "under a clear overlay": f"<div role=alert>{LOST}</div><div style='position:fixed;inset:0'></div>",
    "under a light veil": f"<div role=alert>{LOST}</div><div style='position:fixed;inset:0;background:#0006'></div>",
    "status": f"<output>{LOST}</output>",
    "text in pieces": "<div role=alert>Micro<b>phone</b> <i>access</i> was blocked</div>",
    "shadow root": f"<x-w><template shadowrootmode=open><div role=alert>{LOST}</div></template></x-w>",
    "slotted": f"<x-w><template shadowrootmode=open><div role=alert><slot></slot></div></template><p>{LOST}</p></x-w>",
    "nested shadow roots": "<x-a><template shadowrootmode=open><x-b><template shadowrootmode=open>"
    f"<div role=alert>{LOST}</div></template></x-b></template></x-a>",
    "form that hides DOM properties": "<form><input name=parentNode><input name=childNodes>"
    f"<div role=alert>{LOST}</div></form>",
    "dialog": f"<dialog open style='top:50px'>{LOST}</dialog>",
    "modal dialog": f"<dialog id=d>{LOST}</dialog><script>d.showModal()</script>",
    "white on a dark layer between": "<div style='background:#fff'><div style='position:fixed;inset:0;background:#123'></div>"
    f"<div role=alert style='position:relative;color:#fff'>{LOST}</div></div>",
    "white on a picture": "<div style='background:#fff'><div role=alert style='background-image:linear-gradient(#123,#234);"
    f"color:#fff'>{LOST}</div></div>",
    "white with a shadow": f"<div role=alert style='background:#fff;color:#fff;text-shadow:0 0 2px #000'>{LOST}</div>",
    "grey on white": f"<div role=alert style='background:#fff;color:#ddd'>{LOST}</div>",
    "partly hidden text": f"<div role=alert>{LOST}<span hidden> secret</span></div>",
}

HIDDEN = {
    "display": (f"<div role=alert style='display:none'>{LOST}</div>", "display: none"),
    "hidden attribute above": (f"<div hidden><div role=alert>{LOST}</div></div>", "display: none"),
    "visibility": (f"<div role=alert style='visibility:hidden'>{LOST}</div>", "visibility"),
    "opacity": (f"<div style='opacity:.2'><div role=alert style='opacity:.3'>{LOST}</div></div>", "transparent"),
    "filter": (f"<div role=alert style='filter:opacity(0)'>{LOST}</div>", "transparent"),
    "colourless text": (f"<div role=alert style='color:transparent'>{LOST}</div>", "colour"),
    "colour of the paper": (
        f"<div style='background:#fff'><div role=alert style='color:#fdfdfd'>{LOST}</div></div>",
        "colour",
    ),
    "colour of a layer": (
        "<div style='background:#fff'><div style='position:fixed;inset:0;background:#123'></div>"
        f"<div role=alert style='position:relative;background:#123;color:#132435'>{LOST}</div></div>",
        "colour",
    ),
    "font size": (f"<div role=alert style='font-size:0'>{LOST}</div>", "size"),
    "off screen": (f"<div role=alert style='position:fixed;left:-9999px'>{LOST}</div>", "viewport"),
    "below the fold": (f"<div style='height:3000px'></div><div role=alert>{LOST}</div>", "viewport"),
    "indented away": (f"<div role=alert style='text-indent:-9999px;white-space:nowrap'>{LOST}</div>", "viewport"),
    "covered": (
        f"<div role=alert>{LOST}</div><div id=lid style='position:fixed;inset:0;background:#fff'></div>",
        "covered by div#lid",
    ),
    "covered by a picture": (
        f"<div role=alert>{LOST}</div><canvas id=lid style='position:fixed;inset:0;width:100%;height:100%'></canvas>",
        "covered by canvas#lid",
    ),
    "clip": (f"<div role=alert style='position:absolute;clip:rect(0,0,0,0)'>{LOST}</div>", "clipped"),
    "clip-path": (f"<div role=alert style='clip-path:inset(50%)'>{LOST}</div>", "clipped"),
    "for screen readers only": (
        "<div role=alert style='position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
        f"white-space:nowrap'>{LOST}</div>",
        "clipped",
    ),
    "overflow": (f"<div style='height:1px;overflow:hidden'><p></p><div role=alert>{LOST}</div></div>", "clipped"),
    "scaled to nothing": (f"<div role=alert style='transform:scale(0)'>{LOST}</div>", "size"),
    "words of it are hidden": ("<div role=alert>Microphone<span hidden> access was blocked</span></div>", "display"),
}


@pytest.mark.parametrize("body", SHOWN.values(), ids=SHOWN)
def test_message_that_can_be_read(see: Callable[..., Face], body: str) -> None:
    face = see(body)
    face.timeline.wait(
        lambda: face.shown("microphone_lost"), 3, "the message", lambda: str(face.present("microphone_lost"))
    )
    sighting = face.shown("microphone_lost")
    assert sighting is not None
    assert sighting.text.startswith("Microphone access was blocked")
    assert "secret" not in sighting.text


@pytest.mark.parametrize(("body", "why"), HIDDEN.values(), ids=HIDDEN)
def test_message_that_nobody_can_read(see: Callable[..., Face], body: str, why: str) -> None:
    face = see(body)
    face.timeline.wait(lambda: bool(face.timeline.events("present", "widget")), 3, "a verdict", pump=face.pump)
    assert face.shown("microphone_lost") is None
    hidden = face.present("microphone_lost")
    assert hidden is not None
    assert why in hidden.why


ICON = "<span role=img aria-label='Microphone blocked' {}>{}</span>"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (ICON.format("", "X"), True),
        (ICON.format("style='display:inline-block;width:20px;height:20px;background:red'", ""), True),
        (ICON.format("style='display:inline-block;width:20px;height:20px'", ""), False),
        (ICON.format("style='display:inline-block;width:3px;height:3px;background:red'", ""), False),
        ("<svg role=img width=20 height=20><title>Microphone blocked</title><path d='M0 0h20v20z'/></svg>", True),
        ("<svg role=img width=20 height=20 aria-label='Microphone is blocked'></svg>", False),
        (
            "<button>x<svg role=img width=20 height=20 aria-label='Microphone blocked'>"
            "<path d='M0 0h20v20z'/></svg></button>",
            True,
        ),
        (ICON.format("style='position:fixed;left:790px;width:40px;height:20px;background:red'", ""), False),
        (ICON.format("style='position:fixed;left:770px;width:40px;height:20px;background:red'", ""), True),
    ],
)
def test_icon(see: Callable[..., Face], body: str, shown: bool) -> None:
    face = see(body)
    face.timeline.wait(
        lambda: face.shown("microphone_blocked") or face.present("microphone_blocked"), 3, "the icon", pump=face.pump
    )
    assert (face.shown("microphone_blocked") is not None) is shown


@pytest.mark.parametrize(
    ("body", "announced"),
    [
        (f"<div role=alert>{LOST}</div>", True),
        (f"<div aria-live=polite><div role=dialog>{LOST}</div></div>", True),
        (f"<div role=dialog>{LOST}</div>", False),
        # autofocus waits for the browser to paint, which a page that nobody looks at may not do
        (f"<div role=dialog>{LOST}<button id=ok>OK</button></div><script>ok.focus()</script>", True),
        (f"<div role=alert aria-live=off>{LOST}</div>", False),
        (f"<div aria-hidden=true><div role=alert>{LOST}</div></div>", False),
        (f"<div inert><div role=alert>{LOST}</div></div>", False),
    ],
)
def test_announcement_is_told_beside_sight(see: Callable[..., Face], body: str, announced: bool) -> None:
    face = see(body)
    face.timeline.wait(lambda: face.shown("microphone_lost"), 3, "the message")
    if announced:
        face.timeline.wait(lambda: face.shown("microphone_lost").announced, 3, "the announcement")  # type: ignore[union-attr]
    else:
        assert not face.shown("microphone_lost").announced  # type: ignore[union-attr]


def in_frame(inner: str, outer: str, style: str = "width:300px;height:200px") -> str:
    return f"<iframe id=f src='{inner}' style='border:5px solid;padding:7px;{style}'></iframe>{outer}"


def looks(frame: Frame) -> int:
    """How often the observer has looked at a frame that is there as a whole."""
    cost = ask(frame, "cost()").value
    return int(cost["checks"]) if cost and frame.query_selector("[role=alert], iframe") else 0


SHADOW = (
    "<call-widget></call-widget><script>document.querySelector('call-widget').attachShadow({ mode: 'open' })"
    ".innerHTML = '<div role=alert>Microphone blocked: ours</div>'</script>"
)


@pytest.mark.parametrize(
    ("within", "texts"),
    [
        ((), {"ours", "theirs", "beside"}),
        (("#f",), {"ours", "beside"}),
        (("#f", "call-widget"), {"ours"}),
        (("body > #f", "main", "call-widget"), {"ours"}),
        (("call-widget", "#f"), set()),
        (("#other",), {"theirs"}),
    ],
)
def test_only_what_lies_in_the_frames_and_shadow_roots_of_the_widget_is_its_own(
    see: Callable[..., Face], site: Pages, within: tuple[str, ...], texts: set[str]
) -> None:
    inner = site.put(f"<main>{SHADOW}<div role=alert>Microphone blocked: beside</div></main>", "/inner")
    other = site.put("<div role=alert>Microphone blocked: theirs</div>", "/other")
    body = in_frame(inner, f"<iframe id=other src='{other}'></iframe>")
    face = see(body, replace(default(), within=within))
    told = lambda: {s.text.partition(": ")[2] for s in face.sightings("microphone_lost")}  # noqa: E731
    face.timeline.wait(lambda: told() >= texts, 5, "the messages", lambda: str(told()), face.pump)
    face.timeline.wait(lambda: all(looks(frame) > 2 for frame in face.page.frames), 5, "looks", pump=face.pump)
    assert told() == texts


@pytest.mark.parametrize(
    ("style", "outer", "why"),
    [
        ("width:300px;height:200px", "", None),
        ("width:300px;height:200px;transform:scale(.7)", "", None),
        ("width:300px;height:200px;opacity:0", "", "transparent"),
        ("width:300px;height:200px;visibility:hidden", "", "visibility"),
        ("width:300px;height:200px;position:fixed;left:790px", "", "viewport"),
        ("width:300px;height:200px", "<div id=lid style='position:fixed;inset:0;background:#fff'></div>", "div#lid"),
        ("width:300px;height:10px", "", "viewport"),
    ],
)
@pytest.mark.parametrize("host", ["s1.localhost", "127.0.0.1"], ids=["same origin", "other origin"])
def test_frames(see: Callable[..., Face], site: Pages, style: str, outer: str, why: str | None, host: str) -> None:
    inner = site.put(f"<div role=alert style='margin-top:60px'>{LOST}</div>", "/inner", host)
    middle = site.put(f"<iframe src='{inner}' style='width:260px;height:150px'></iframe>", "/middle")
    face = see(in_frame(middle, outer, style))
    if why is None:
        face.timeline.wait(
            lambda: face.shown("microphone_lost"), 3, "the message", lambda: str(face.present("microphone_lost"))
        )
    elif host == "s1.localhost":
        face.timeline.wait(lambda: face.present("microphone_lost"), 3, "the hidden message", pump=face.pump)
        assert face.shown("microphone_lost") is None
        assert why in face.present("microphone_lost").why  # type: ignore[union-attr]
    else:
        face.timeline.wait(
            lambda: bool(face.timeline.events("present", "widget")), 3, "the hidden message", pump=face.pump
        )
        assert face.shown("microphone_lost") is None
