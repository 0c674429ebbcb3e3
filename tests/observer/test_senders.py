"""What the sender-side witness sees of a page's talk over HTTP."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pages import Pages
from widget_conformance.fixtures.observer import Face
from widget_conformance.fixtures.profile import default

ASKS = "fetch('/ask?call=1')"
OBJECT = "fetch(new Request('/ask', { method: 'put', body: 'x' }))"
XHR = "(() => { const one = new XMLHttpRequest(); one.open('post', 'ask'); one.send('down'); })()"
FORM = "fetch('/ask', { method: 'POST', body: new URLSearchParams({ camera: 'off' }) })"
BINARY = "fetch('/ask', { method: 'POST', body: new Uint8Array(3) })"
BEACON = "navigator.sendBeacon('/ask', 'gone')"
LOCAL = "fetch('data:text/plain,7').then(() => fetch('/after'))"
REFUSED = "fetch('http://user:word@x.localhost/').catch(() => fetch('/after'))"


def collect(face: Face, enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    """Messages of the page, in order, once there are enough."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 15
    while not enough(found):
        assert time.monotonic() < deadline, f"only these messages came: {found}"
        face.page.wait_for_timeout(50)
        face.pump()
        found += [message for sent in face.sent() for message in sent.value["messages"]]
    return found


@pytest.fixture
def see_senders(see: Callable[..., Face]) -> Callable[[str], Face]:
    """Open a page whose own connections are looked at."""
    profile = replace(default(), far_end=replace(default().far_end, witness="sender"))
    return lambda body: see(body, profile)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (ASKS, ["GET {site}ask?call=1"]),
        (OBJECT, ["PUT {site}ask"]),
        (XHR, ["POST {site}ask\n\ndown"]),
        (FORM, ["POST {site}ask\n\ncamera=off"]),
        (BINARY, ["POST {site}ask\n\n(Uint8Array, 3 bytes)"]),
        (LOCAL, ["GET {site}after"]),
    ],
    ids=["fetch", "Request", "XMLHttpRequest", "form", "binary", "data URL"],
)
def test_a_request_and_its_response_are_seen(see_senders: Callable[[str], Face], script: str, said: list[str]) -> None:
    face = see_senders(f"<script>{script}</script>")
    found = collect(face, lambda messages: any(one["way"] == "in" for one in messages))
    site = face.page.url
    told = [text.format(site=site) for text in said]
    assert [(one["by"], one["text"]) for one in found if one["way"] == "out"] == [("HTTP", text) for text in told]
    assert [one["text"] for one in found if one["way"] == "in"] == told
    assert all(0 <= one["took"] < 10 for one in found)


def test_a_beacon_is_seen(see_senders: Callable[[str], Face]) -> None:
    face = see_senders(f"<script>{BEACON}</script>")
    (one,) = collect(face, bool)
    assert one["text"] == f"POST {face.page.url}ask\n\ngone"


def test_what_cannot_be_requested_fails_as_ever(see_senders: Callable[[str], Face]) -> None:
    face = see_senders(f"<script>{REFUSED}</script>")
    found = collect(face, lambda messages: any("/after" in one["text"] for one in messages))
    assert [one["text"] for one in found if one["way"] == "in"] in ([], [f"GET {face.page.url}after"])


def test_events_of_a_stream_are_news(see_senders: Callable[[str], Face], site: Pages) -> None:
    site.put("data: 1\n\nevent: over\ndata: 2\n\n", "/events")
    site.types["/events"] = "text/event-stream"
    face = see_senders(
        "<script>const source = new EventSource('/events'); window.heard = [];"
        "source.addEventListener('over', ({ data }) => { heard.push(data); source.close(); });"
        "source.onmessage = ({ data }) => heard.push(data)</script>"
    )
    found = collect(face, lambda messages: sum(one["way"] == "in" for one in messages) == 2)
    assert {one["text"] for one in found} == {f"GET {face.page.url}events"}
    assert face.page.evaluate("heard") == ["1", "2"]
