"""Offers as browsers and widgets write them: what is stopped, bundled, odd, or in no codec that is spoken."""

import asyncio
import re

import pytest
from customer import Customer, Microphone, status
from test_call import become
from test_fuzz import AUDIO, VIDEO
from widget_conformance.fixtures.far_end.offer import (
    OfferNotAcceptable,
    Session,
    answerable,
    ice_user,
    offered_media,
    read_offer,
)

SECOND = VIDEO[VIDEO.index("m=video") :]


def line(mid: str, direction: str = "sendrecv", port: int = 9, *, only: bool = False) -> str:
    """A second line of video."""
    found = SECOND.replace("a=mid:1", f"a=mid:{mid}").replace("a=sendrecv", f"a={direction}")
    return found.replace("m=video 9", f"m=video {port}") + ("a=bundle-only\r\n" if only else "")


def with_lines(*lines: str, bundled: str = "0 1 2") -> str:
    return AUDIO.replace("BUNDLE 0", f"BUNDLE {bundled}") + "".join(lines)


@pytest.mark.parametrize(
    ("lines", "bundled", "sends"),
    [
        ([line("1", port=0, only=True)], "0 1", [True]),
        ([line("1", "recvonly", 0, only=True)], "0 1", [False]),
        ([line("1", port=0)], "0", [False]),
        ([line("1", port=0)], "0 1", [False]),
        ([line("1", port=0, only=True)], "0", [False]),
        ([line("1", "inactive"), line("2", port=0, only=True)], "0 1 2", [False, True]),
        ([line("1", port=0), line("2")], "0 2", [False, True]),
        ([line("1", "recvonly"), line("2", "recvonly", 0, only=True)], "0 1 2", [False, False]),
    ],
)
def test_port_0_is_a_stopped_line_unless_it_is_bundle_only_in_a_bundle(lines, bundled, sends):
    media = offered_media(with_lines(*lines, bundled=bundled))
    assert [one.sends for one in media if one.kind == "video"] == sends


def test_a_bundled_line_may_leave_its_transport_to_the_tagged_one():
    bare = re.sub(r"a=(ice-ufrag|ice-pwd|fingerprint|setup|rtcp-mux)[^\r]*\r\n", "", line("1", port=0, only=True))
    sections = answerable(read_offer(with_lines(bare, bundled="0 1")))
    assert [one.first("ice-ufrag") for one in sections] == ["abcd", "abcd"]


def test_the_direction_of_the_session_holds_for_lines_without_one():
    sdp = VIDEO.replace("t=0 0\r\n", "t=0 0\r\na=recvonly\r\n").replace("a=sendrecv\r\n", "", 1)
    assert [one.sends for one in offered_media(sdp)] == [False, True]


def taken(sdp: str, session: Session) -> list[str]:
    """Kind and direction of the lines that aiortc is given."""
    text = session.description(answerable(read_offer(sdp)))
    return re.findall(r"(?ms)^m=(\w+) .*?^a=(sendrecv|sendonly|recvonly|inactive)", text)


def test_a_recycled_line_gets_a_place_of_its_own():
    session = Session()
    assert taken(with_lines(line("1"), bundled="0 1"), session) == [("audio", "sendrecv"), ("video", "sendrecv")]
    assert taken(with_lines(line("1", port=0), bundled="0"), session)[1] == ("video", "inactive")
    places = taken(with_lines(line("2"), bundled="0 2"), session)
    assert places == [("audio", "sendrecv"), ("video", "inactive"), ("video", "sendrecv")]
    assert ice_user(read_offer(with_lines(line("1", port=0), bundled="0"))) == "abcd"


ODD = {
    "fmtp without its rtpmap": lambda sdp: sdp + "a=fmtp:126 0-15\r\n",
    "a number with a point": lambda sdp: sdp.replace("minptime=10", "minptime=10.0"),
    "static payload types alone": lambda sdp: sdp.replace("a=rtpmap:0 PCMU/8000\r\n", ""),
    "bandwidth": lambda sdp: sdp.replace("c=IN IP4 0.0.0.0\r\n", "c=IN IP4 0.0.0.0\r\nb=AS:many\r\nb=X-YZ:1\r\nb=\r\n"),
    "line feeds alone": lambda sdp: sdp.replace("\r\n", "\n"),
    "blanks at the end": lambda sdp: sdp.replace("\r\n", " \t\r\n"),
    "unknown lines": lambda sdp: sdp + "z=0 0\r\ny=1\r\nno line at all\r\n=\r\na=\r\na=x-vendor\r\na=x:\r\n",
    "an address of a name": lambda sdp: sdp.replace("c=IN IP4 0.0.0.0", "c=IN IP4 host.example /127"),
    "candidates of all kinds": lambda sdp: (
        sdp + "a=candidate:1 1 tcp\r\na=candidate:x\r\na=candidate:1 1 udp 1 a.local 9 typ host\r\n"
    ),
    "odd sources": lambda sdp: sdp + "a=ssrc:x y\r\na=ssrc:7\r\na=ssrc-group:FID x\r\na=ssrc:99999999999 cname:c\r\n",
    "odd extensions": lambda sdp: sdp + "a=extmap:x y\r\na=extmap:5\r\na=extmap:6/sendonly urn:x some more\r\n",
    "odd feedback": lambda sdp: sdp + "a=rtcp-fb:*\r\na=rtcp-fb:111\r\na=rtcp-fb:x nack\r\n",
    "odd rtcp and version": lambda sdp: sdp.replace("a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp:nine").replace("v=0", "v=x"),
    "a payload type of RTCP": lambda sdp: sdp.replace("SAVPF 111", "SAVPF 72 x 111"),
    "another way to write the transport": lambda sdp: sdp.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF"),
    "a line of text": lambda sdp: sdp + "m=text 9 RTP/AVP 98\r\na=rtpmap:98 t140/1000\r\n",
    "a transport that nobody knows": lambda sdp: sdp + "m=audio 9 QUIC/ROQ 0\r\na=mid:9\r\n",
    "no mid": lambda sdp: sdp.replace("a=mid:0\r\n", "").replace("a=group:BUNDLE 0\r\n", ""),
    "no setup": lambda sdp: sdp.replace("a=setup:actpass\r\n", ""),
    "the fingerprint for the session": lambda sdp: re.sub(
        r"(a=group.*?)(m=audio.*?)(a=fingerprint[^\r]*\r\n)", r"\1\3\2", sdp, flags=re.DOTALL
    ),
}


def test_what_is_not_understood_in_an_offer_is_passed_over(far_end):
    end, _ = far_end()

    async def go() -> dict[str, str]:
        said = {}
        for name, change in ODD.items():
            async with Customer(end.port) as customer:
                said[name] = await customer.ask("INVITE", change(AUDIO), Content_Type="application/sdp")
        return said

    said = asyncio.run(go())
    assert {name: status(answer) for name, answer in said.items()} == dict.fromkeys(ODD, 200)
    assert "\r\nm=text 0 RTP/AVP 98\r\n" in said["a line of text"]
    assert "\r\nm=audio 0 QUIC/ROQ 0\r\n" in said["a transport that nobody knows"]
    assert " RTP/SAVPF 111\r\n" in said["another way to write the transport"]
    assert "a=mid" not in said["no mid"]
    assert "BUNDLE" not in said["no mid"]


@pytest.mark.parametrize(
    ("sdp", "told"),
    [
        (VIDEO.replace("VP8", "VP9"), "no codec in common for video (offered VP9, rtx)"),
        (VIDEO.replace("VP8", "AV1").replace("rtx", "red"), "no codec in common for video (offered AV1, red)"),
        (
            AUDIO.replace("opus", "lyra").replace("PCMU", "iLBC"),
            "no codec in common for audio (offered lyra, red, iLBC)",
        ),
        (VIDEO.replace("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 QUIC/ROQ"), "a line of video by QUIC/ROQ"),
        (AUDIO.replace("a=rtcp-mux\r\n", ""), "no rtcp-mux of audio"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_its_name(far_end, sdp, told):
    with pytest.raises(OfferNotAcceptable, match=re.escape(told)):
        answerable(read_offer(sdp))
    end, room = far_end()

    async def go() -> int:
        async with Customer(end.port) as customer:
            return status(await customer.ask("INVITE", sdp, Content_Type="application/sdp"))

    assert asyncio.run(go()) == 488
    assert told in (room.refused(0) or "")


def test_simulcast_is_answered_with_the_extensions_that_it_stands_on():
    names = [f"urn:ietf:params:rtp-hdrext:sdes:{one}" for one in ("rtp-stream-id", "repaired-rtp-stream-id")]
    more = "".join(f"a=extmap:{10 + number} {name}\r\n" for number, name in enumerate(names))
    offer = read_offer(VIDEO + more + "a=rid:h send\r\na=rid:l send\r\na=simulcast:send h;l\r\n")
    session = Session()
    answer = session.answer(offer, answerable(offer), session.description(answerable(offer)))
    assert all(f"a=extmap:{10 + number} {name}\r\n" in answer for number, name in enumerate(names))


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722"])
def test_a_call_in_narrowband_is_heard_by_all(far_end, codec):
    end, room = far_end()

    async def go() -> None:
        async with Customer(end.port) as customer:
            ask = customer.ask
            others = {"opus", "PCMU", "PCMA", "G722"} - {codec}

            async def munged(method: str, body: str = "", **fields: str) -> str:
                return await ask(method, re.sub("|".join(others), "x-unknown", body), **fields)

            customer.ask = munged  # type: ignore[method-assign]
            assert f" {codec}/8000" in await customer.call(Microphone())
            await become(lambda: room.agent.audio.hears_customer() and room.participant.audio.hears_customer())

    asyncio.run(go())


def test_a_line_that_an_answer_rejects_is_held():
    session, offer = Session(), read_offer(VIDEO)
    answer = read_offer(with_lines(line("1", port=0), bundled="0").replace("actpass", "active"))
    text = session.agreed(offer, answer)
    assert re.findall(r"(?ms)^m=(\w+) .*?^a=(sendrecv|inactive)", text) == [
        ("audio", "sendrecv"),
        ("video", "inactive"),
    ]
    with pytest.raises(OfferNotAcceptable, match="an answer with 0 of 2 lines"):
        session.agreed(offer, read_offer(with_lines(line("1", port=0), bundled="0").replace("m=audio 9", "m=audio 0")))
