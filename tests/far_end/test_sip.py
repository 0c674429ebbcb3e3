"""SIP as a plain WebSocket client sees it."""

import asyncio
import random
import re

import aiohttp
import pytest
from customer import Customer, field, status
from widget_conformance.fixtures.far_end.server import FarEnd, RoomTaken
from widget_conformance.fixtures.far_end.settings import AfterAck, FarEndSettings, SignalPattern, VideoOffSignals
from widget_conformance.fixtures.far_end.signalling import LOST, NOT_UNDERSTOOD
from widget_conformance.fixtures.far_end.sip import METHODS
from widget_conformance.fixtures.far_end.sources import CHROMIUM_SOURCE
from widget_conformance.fixtures.loop import PortTaken
from widget_conformance.fixtures.patterns import GIVEN_UP
from widget_conformance.fixtures.timeline import Timeline

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AA"] * 32) + "\r\n"
)
INVITE = {"Content_Type": "application/sdp"}


def conversation(far_end, talk, **settings):
    end, room = far_end(**settings)

    async def go():
        async with Customer(end.port) as customer:
            return await asyncio.wait_for(talk(customer), 15)

    return asyncio.run(go()), room


def test_registration_echoes_the_contact_with_expires(far_end):
    contact = '<sip:c@c.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";reg-id=1'

    async def talk(customer):
        first = await customer.ask("REGISTER", Contact=contact, Expires="120", To="<sip:customer@example.test>")
        last = await customer.ask("REGISTER", Contact=contact + ";expires=0", To="<sip:customer@example.test>")
        everything = await customer.ask("REGISTER", Contact="*", Expires="0", To="<sip:customer@example.test>")
        return first, last, everything

    (first, last, everything), room = conversation(far_end, talk)
    assert [status(answer) for answer in (first, last, everything)] == [200] * 3
    assert field(first, "Contact") == f"{contact};expires=120"
    assert field(last, "Contact") == f"{contact};expires=0"
    told = [event.what for event in room.timeline.events() if event.what != LOST]  # this customer goes without a word
    assert told == ["connects", "registers", "unregisters", "unregisters"]


def test_registration_is_challenged_when_there_is_a_password(far_end):
    async def talk(customer):
        return await customer.ask("REGISTER", Authorization='Digest username="a", nonce="b", response="c"')

    answer, room = conversation(far_end, talk, password="secret")
    assert status(answer) == 401
    assert "algorithm=SHA-256" in answer
    assert "algorithm=MD5" in answer
    assert "stale=true" in answer
    assert not room.timeline.events("registers")


def test_only_the_user_of_the_profile_may_register(far_end):
    async def talk(customer):
        other = await customer.ask("REGISTER", To="<sip:2001@example.test>", Contact="<sip:c@c.invalid>")
        return other, await customer.ask("REGISTER", To="<sip:2000@example.test>", Contact="<sip:c@c.invalid>")

    (other, right), room = conversation(far_end, talk, user="2000")
    assert (status(other), status(right)) == (403, 200)
    assert [event.detail["user"] for event in room.timeline.events("registers")] == ["2000"]
    (refusal,) = room.timeline.events("refuses")
    assert refusal.detail["code"] == 403
    assert refusal.detail["why"] == "the widget registers '2001', which is not the profile's far_end.user"


def test_a_wrong_password_is_told_from_none(far_end):
    async def talk(customer):
        challenge = await customer.ask("REGISTER")
        nonce, realm = (re.search(f'{key}="(.*?)"', challenge)[1] for key in ("nonce", "realm"))
        given = (
            f'Digest username="a", realm="{realm}", nonce="{nonce}", uri="sip:x", algorithm=MD5, response="{"0" * 32}"'
        )
        return await customer.ask("REGISTER", Authorization=given)

    answer, room = conversation(far_end, talk, password="secret")
    assert status(answer) == 401
    told = [event.detail["why"] for event in room.timeline.events("refuses")]
    assert told[0].endswith("and the widget gave none")
    assert told[1] == "the widget's password is not the profile's far_end.password"
    assert (room.asked_to_register, room.refused_to_register) == (True, True)


@pytest.mark.parametrize(("mark", "told"), [("off", ["off", "on"]), ("OFF", ["off", "on"]), ("none", [])])
def test_an_attribute_of_the_offer_tells_of_the_video_off(far_end, mark, told):
    patterns = (
        SignalPattern("SDP", "^a=x-camera:off", "off"),
        SignalPattern("SDP", "^a=x-camera:on", "on"),
        SignalPattern("MESSAGE", "x-camera", "off"),
    )

    async def talk(customer):
        for state in (mark, "on" if told else "none"):
            customer.learn(await customer.ask("INVITE", f"{SDP}a=x-camera:{state}\r\n", **INVITE))
            await customer.send(customer.request("ACK"))

    _, room = conversation(far_end, talk, video_off=VideoOffSignals(patterns=patterns))
    assert [event.detail["state"] for event in room.timeline.events("video signalled")] == told


def test_an_invite_gets_100_180_200_and_the_dialog_goes_on(far_end):
    async def talk(customer):
        await customer.send(customer.request("INVITE", SDP, X_Media_Type="audio", **INVITE))
        answers = [await customer.receive() for _ in range(3)]
        customer.learn(answers[2])
        await customer.send(customer.request("ACK"))
        options = await customer.ask("OPTIONS")
        again = await customer.ask("INVITE", SDP.replace("sendrecv", "sendonly"), **INVITE)
        await customer.send(customer.request("ACK"))
        old = customer.request("UPDATE", SDP, **INVITE).replace(f"CSeq: {customer.sequence} ", "CSeq: 1 ")
        await customer.send(old)
        late = await customer.receive()
        return answers, options, again, late, await customer.ask("BYE"), await customer.ask("BYE")

    (answers, options, again, late, bye, gone), room = conversation(far_end, talk)
    assert [status(answer) for answer in answers] == [100, 180, 200]
    assert "tag=" not in field(answers[0], "To")
    assert field(answers[1], "To") == field(answers[2], "To")
    assert "a=sendrecv" in answers[2]
    assert "a=recvonly" in again, "RFC 3264 section 6.1: sendonly is answered recvonly"
    assert [status(answer) for answer in (options, again, late, bye, gone)] == [200, 200, 500, 200, 481]
    (call,) = room.calls
    assert (call.state, call.ended_by, call.invites, call.connections) == ("ended", "customer", 2, 1)
    assert room.timeline.events("call invited")[0].detail["headers"] == {"X-Media-Type": "audio"}
    assert [event.what for event in room.timeline.events() if event.what.startswith("call")] == [
        "call invited", "call confirmed", "call ended",
    ]  # fmt: skip


def test_cancel_while_it_rings(far_end):
    async def talk(customer):
        await customer.send(customer.request("INVITE", SDP, branch="z9hG4bKone", **INVITE))
        ringing = [await customer.receive() for _ in range(2)]
        await customer.send(customer.request("CANCEL", branch="z9hG4bKone"))
        answers = [await customer.receive() for _ in range(2)]
        return ringing, answers, await customer.ask("CANCEL", branch="z9hG4bKtwo")

    (ringing, answers, stray), room = conversation(far_end, talk, ring_seconds=30)
    assert [status(answer) for answer in ringing] == [100, 180]
    told = [(status(answer), field(answer, "CSeq").split()[1]) for answer in answers]
    assert told == [(200, "CANCEL"), (487, "INVITE")]
    assert status(stray) == 481
    assert (room.calls[0].state, room.calls[0].ended_by) == ("ended", "customer")


@pytest.mark.parametrize(
    ("settings", "code"), [({"refuse": 486}, 486), ({"refuse": 603}, 603), ({"numbers": ("9",)}, 404)]
)
def test_refusals(far_end, settings, code):
    async def talk(customer):
        return await customer.ask("INVITE", SDP, **INVITE)

    answer, room = conversation(far_end, talk, **settings)
    assert status(answer) == code
    assert all(call.state == "ended" for call in room.calls)


@pytest.mark.parametrize(
    "body", [" ", "nonsense", SDP.replace("opus", "foo"), SDP.replace("a=ice-ufrag:abcd\r\n", ""), SDP[:150]]
)
def test_an_offer_that_cannot_be_answered_gets_488(far_end, body):
    async def talk(customer):
        return status(await customer.ask("INVITE", body, **INVITE)), status(await customer.ask("OPTIONS"))

    codes, room = conversation(far_end, talk)
    assert codes == (488, 200)
    assert room.calls[0].state == "ended"


def test_a_retransmission_is_answered_again_and_begins_nothing(far_end):
    async def talk(customer):
        invite = customer.request("INVITE", SDP, **INVITE)
        await customer.send(invite)
        first = await customer.until(lambda text: text.startswith("SIP/2.0 200"))
        await customer.send(invite)
        return first, await customer.receive()

    (first, second), room = conversation(far_end, talk)
    assert first == second
    assert len(room.calls) == 1
    assert room.calls[0].invites == 1


def test_the_200_is_repeated_until_it_is_acknowledged(far_end):
    async def talk(customer):
        await customer.send(customer.request("INVITE", SDP, **INVITE))
        answers = [await customer.until(lambda text: text.startswith("SIP/2.0 200")) for _ in range(2)]
        customer.learn(answers[0])
        await customer.send(customer.request("ACK"))
        with pytest.raises(TimeoutError):
            await customer.receive(1.5)
        return answers

    answers, _ = conversation(far_end, talk)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("method", ["BYE", "INFO", "UPDATE", "INVITE", "MESSAGE"])
def test_an_unknown_dialog_gets_481(far_end, method):
    async def talk(customer):
        customer.to = "<sip:agent@example.test>;tag=never"
        return status(await customer.ask(method, SDP, **INVITE))

    assert conversation(far_end, talk)[0] == 481


def test_unknown_methods_extensions_and_keep_alives(far_end):
    async def talk(customer):
        await customer.send("\r\n\r\n")
        pong = await customer.receive()
        await customer.send("\r\n")
        unknown, private = await customer.ask("SUBSCRIBE"), await customer.ask("_DIGEST")
        extension = await customer.ask("OPTIONS", Require="100rel, other")
        return pong, unknown, private, extension

    (pong, unknown, private, extension), _ = conversation(far_end, talk)
    assert pong == "\r\n"
    assert (status(unknown), status(private), status(extension)) == (405, 405, 420)
    assert "INVITE" in field(unknown, "Allow")
    assert field(extension, "Unsupported") == "other"


@pytest.mark.parametrize(
    "broken",
    [
        {"CSeq": "1 INVITE"}, {"CSeq": "x"}, {"From": "<<"}, {"Via": "SIP/2.0/WS"}, {"Content_Length": "9999"},
        {"Content_Length": "-1"}, {"Content_Length": "ten"}, {"To": ""},
    ],
)  # fmt: skip
def test_a_malformed_request_gets_400(far_end, broken):
    async def talk(customer):
        return status(await customer.ask("OPTIONS", **broken)), status(await customer.ask("OPTIONS"))

    assert conversation(far_end, talk)[0] == (400, 200)


def test_folded_and_compact_headers_are_read(far_end):
    async def talk(customer):
        text = customer.request("OPTIONS").replace("From: ", "f:\r\n ").replace("Call-ID", "i").replace("Via", "v")
        await customer.send(text)
        return status(await customer.receive())

    assert conversation(far_end, talk)[0] == 200


def test_hundreds_of_broken_messages_do_no_harm(far_end):
    chance = random.Random(5)

    def mutate(text):
        data = bytearray(text.encode())
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(data))
            kind = chance.randrange(4)
            if kind == 0:
                data[at] = chance.randrange(256)
            elif kind == 1:
                del data[at : at + chance.randrange(1, 40)]
            elif kind == 2:
                data[at:at] = bytes(chance.choices(b'\r\n:;<>"=, \xff\x00%', k=chance.randrange(1, 6)))
            else:
                data[at:at] = data[max(0, at - 60) : at]
            if not data:
                return b"x"
        return bytes(data)

    async def talk(customer):
        for number in range(400):
            method = chance.choice(METHODS)
            customer.call_id = f"fuzz{number}"
            body = SDP if method in ("INVITE", "UPDATE") else ""
            await customer.send(mutate(customer.request(method, body, **INVITE)))
        customer.call_id = "sound"
        await customer.send(customer.request("OPTIONS"))
        return await customer.until(lambda text: "Call-ID: sound" in text, 20)

    answer, room = conversation(far_end, talk)
    assert status(answer) == 200
    assert room.timeline.events("malformed message")


def test_who_is_not_let_in(far_end):
    end, room = far_end()

    async def code(name, protocols=("sip",)):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with Customer(end.port, name, protocols):
                pass
        return refused.value.status

    assert asyncio.run(code("s2")) == 403
    assert asyncio.run(code("s1", ())) == 400
    with pytest.raises(RoomTaken, match="s1"):
        end.open_room("S1", Timeline(), CHROMIUM_SOURCE)
    end.close_room(room)
    end.close_room(room)
    assert asyncio.run(code("s1")) == 403


def test_a_fixed_address_leads_to_the_only_open_room(far_end):
    end, room = far_end()

    async def enters() -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"http://127.0.0.1:{end.port}/sip", protocols=("sip",)) as socket,
        ):
            await socket.send_str("\r\n\r\n")
            await socket.receive_str(timeout=5)  # who answers has let us in
            return len(room.links)

    assert asyncio.run(enters()) == 1
    end.open_room("s2", Timeline(), CHROMIUM_SOURCE)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        asyncio.run(enters())


def test_a_taken_port_is_told_and_a_released_one_is_free(far_end):
    end, _ = far_end()
    with pytest.raises(PortTaken, match=str(end.port)):
        FarEnd(FarEndSettings(port=end.port)).start()
    end.stop()
    again = FarEnd(FarEndSettings(port=end.port))
    again.start()
    again.stop()


def test_messages_that_tell_of_the_video_off_and_the_message_after_ack(far_end):
    patterns = (SignalPattern("MESSAGE", '"off"', "off"), SignalPattern("INFO", '"on"', "on"))

    async def talk(customer):
        await customer.send(customer.request("INVITE", SDP, **INVITE))
        customer.learn(await customer.until(lambda text: text.startswith("SIP/2.0 200")))
        await customer.send(customer.request("ACK"))
        told = await customer.until(lambda text: text.startswith("MESSAGE "))
        await customer.ask("MESSAGE", '{"stream": "off"}')
        await customer.ask("INFO", '{"stream": "on"}')
        await customer.ask("INFO", '{"stream": "off"}')
        return told

    told, room = conversation(
        far_end, talk, video_off=VideoOffSignals(patterns=patterns), after_ack=AfterAck('{"id": "{call_id}"}')
    )
    seen = [event.detail["state"] for event in room.timeline.events("video signalled")]
    assert seen == ["off", "on"]
    (strange,) = room.timeline.events(NOT_UNDERSTOOD)
    assert strange.detail == {"method": "INFO", "body": '{"stream": "off"}'}
    assert told.endswith(f'{{"id": "{room.calls[0].call_id}"}}')


def test_a_pattern_that_would_never_end_stops_nothing(far_end):
    patterns = (SignalPattern("MESSAGE", "(a|a)+$", "off"), SignalPattern("SDP", "(y|y)+$", "off"))

    async def talk(customer):
        await customer.send(customer.request("INVITE", SDP + "a=x:" + "y" * 3000 + "!\r\n", **INVITE))
        customer.learn(await customer.until(lambda text: text.startswith("SIP/2.0 200"), 15))
        await customer.send(customer.request("ACK"))
        answers = [await customer.ask("MESSAGE", "a" * 5000 + "b") for _ in range(2)]
        return [status(answer) for answer in [*answers, await customer.ask("BYE")]]

    answers, room = conversation(far_end, talk, video_off=VideoOffSignals(patterns=patterns))
    assert answers == [200, 200, 200]
    given_up = [event.detail["key"] for event in room.timeline.events(GIVEN_UP)]
    assert given_up == ["far_end.video_off[1].pattern", "far_end.video_off[0].pattern"]
    assert "(y|y)+$" in room.unsearched


def test_a_message_outside_the_dialog_has_a_call_id_of_its_own(far_end):
    messages = (AfterAck("in {call_id}"), AfterAck("out {call_id}", "text/plain", dialog=False))

    async def talk(customer):
        await customer.send(customer.request("INVITE", SDP, **INVITE))
        customer.learn(await customer.until(lambda text: text.startswith("SIP/2.0 200")))
        await customer.send(customer.request("ACK"))
        return [await customer.until(lambda text: text.startswith("MESSAGE ")) for _ in messages]

    (within, beside), room = conversation(far_end, talk, after_ack=messages)
    (call,) = room.calls
    assert field(within, "Call-ID") == call.call_id != field(beside, "Call-ID")
    assert "tag=" in field(within, "To")
    assert "tag=" not in field(beside, "To")
    assert call.local_tag not in beside.partition("\r\n\r\n")[0]
    assert field(beside, "CSeq") == "1 MESSAGE"
    assert within.splitlines()[0] == beside.splitlines()[0]
    assert beside.endswith(f"out {call.call_id}")
