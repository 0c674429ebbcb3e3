"""What a page does that may start a call elsewhere is seen, and what has nothing to do with calls is not."""

from collections.abc import Callable

from widget_conformance.fixtures.observer import Face

DOES = """async () => {
  const pc = new RTCPeerConnection();
  pc.addTransceiver("audio");
  const offer = await pc.createOffer();
  const quietly = (promise) => promise.catch(() => {});
  await quietly(fetch("/statistics", { method: "POST", body: JSON.stringify({ event: "call_blocked" }) }));
  await quietly(fetch("/calls/42"));
  await quietly(fetch(`/anything/${"x".repeat(300)}/kestrel-9041`, { method: "POST", body: offer.sdp }));
  await quietly(fetch(new Request("/api/callback", { method: "POST" })));
  navigator.sendBeacon("/beacon", new TextEncoder().encode(JSON.stringify({ sdp: offer.sdp })));
  const request = new XMLHttpRequest();
  request.open("PUT", "/x");
  request.send("INVITE sip:agent@example.test SIP/2.0\\r\\n");
  open("tel:+41");
  new WebSocket("ws://127.0.0.1:9/sip");
  try { fetch("http://["); } catch {}
}"""


def test_what_may_start_a_call_elsewhere_is_seen(see: Callable[..., Face]) -> None:
    face = see("<p>x</p>")
    face.page.evaluate(DOES)
    face.timeline.wait(lambda: face.timeline.events("opens a socket"), 5, "the socket", pump=face.pump)
    told = [
        (e.what, e.detail.get("step") or e.detail["url"].replace(face.page.url, "/"), e.detail.get("offer"))
        for e in face.timeline.events(actor="widget")
        if e.what in ("negotiates", "opens a socket", "opens a telephone", "sends")
    ]
    assert told == [
        ("negotiates", "createOffer", None),
        ("sends", f"/anything/{'x' * 300}/kestrel-9041", True),  # whole: a secret at a cut would be found by nobody
        ("sends", "/api/callback", False),
        ("sends", "/beacon", True),
        ("sends", "/x", True),
        ("opens a telephone", "tel:+41", None),
        ("opens a socket", "ws://127.0.0.1:9/sip", None),
    ]


REFUSED = """() => {
  const leg = new RTCPeerConnection().addTransceiver("video");
  const rtx = RTCRtpReceiver.getCapabilities("video").codecs.filter(({ mimeType }) => mimeType === "video/rtx");
  const names = [];
  for (const wanted of [rtx, 7, []]) {
    try { leg.setCodecPreferences(wanted); } catch (error) { names.push(error.name); }
  }
  return names;
}"""


def test_codecs_that_the_browser_refuses_are_told_and_the_page_meets_the_same_error(see: Callable[..., Face]) -> None:
    face = see("<p>x</p>")
    assert face.page.evaluate(REFUSED) == ["InvalidModificationError", "TypeError"]
    face.timeline.wait(lambda: face.timeline.events("is refused codecs"), 5, "the event", pump=face.pump)
    (event,) = face.timeline.events("is refused codecs")
    assert set(event.detail["wanted"]) == {"video/rtx"}
    assert "video/VP8" in event.detail["has"]
    assert (event.detail["kind"], event.detail["error"]) == ("video", "InvalidModificationError")
