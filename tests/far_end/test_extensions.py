"""What a customer's SIP may demand beyond RFC 3261: reliable ringing, an offer from the agent, session timers."""

import asyncio

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from customer import Camera, Microphone, field, status
from test_sip import INVITE, SDP, conversation


async def answered(customer, offer):
    """The customer's answer to what the agent offers."""
    customer.pc = RTCPeerConnection()
    await customer.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    for leg in customer.pc.getTransceivers():
        leg.sender.replaceTrack(Microphone() if leg.kind == "audio" else Camera())
        leg.direction = "sendrecv"
    await customer.pc.setLocalDescription(await customer.pc.createAnswer())
    return customer.pc.localDescription.sdp


async def connected(customer):
    async with asyncio.timeout(8):
        while customer.pc.connectionState != "connected":
            await asyncio.sleep(0.05)


def sdp_of(message):
    return message.partition("\r\n\r\n")[2]


def is_final(text):
    return text.startswith("SIP/2.0 200") and "INVITE" in field(text, "CSeq")


def test_an_offer_of_the_agents_is_answered_in_the_ack_and_again_later(far_end):
    async def talk(customer):
        accepted = await customer.ask("INVITE")
        customer.learn(accepted)
        await customer.send(customer.request("ACK", await answered(customer, sdp_of(accepted)), **INVITE))
        await connected(customer)
        async with asyncio.timeout(6):
            while not room_of[0].agent.audio.hears_customer():
                await asyncio.sleep(0.05)
        again = await customer.ask("INVITE")
        await customer.pc.setRemoteDescription(RTCSessionDescription(sdp_of(again), "offer"))
        await customer.pc.setLocalDescription(await customer.pc.createAnswer())
        await customer.send(customer.request("ACK", customer.pc.localDescription.sdp, **INVITE))
        return status(accepted), status(again), status(await customer.ask("BYE"))

    room_of = []

    def opened(**settings):
        end, room = far_end(**settings)
        room_of.append(room)
        return end, room

    answers, room = conversation(opened, talk)
    assert answers == (200, 200, 200)
    (call,) = room.calls
    assert (call.offered, call.connections, call.ended_by) == (["audio", "video"], 1, "customer")


@pytest.mark.parametrize("body", ["", SDP.replace("ice-ufrag", "ufrag")])
def test_an_offer_that_is_never_answered_ends_the_call_and_says_why(far_end, body):
    async def talk(customer):
        accepted = await customer.ask("INVITE")
        customer.learn(accepted)
        await customer.send(customer.request("ACK", body, **INVITE))
        return await customer.until(lambda text: text.startswith("BYE "))

    _, room = conversation(far_end, talk)
    assert room.calls[0].confirmed_at is None
    assert [refusal.method for refusal in room.refusals] == ["ACK"]


@pytest.mark.parametrize("offers", [True, False])
def test_ringing_is_reliable_where_that_is_required(far_end, offers):
    async def talk(customer):
        invite = customer.request("INVITE", SDP if offers else "", Require="100rel", **INVITE)
        await customer.send(invite)
        sequence = customer.sequence
        ringing = await customer.until(lambda text: text.startswith("SIP/2.0 180"))
        repeated = await customer.until(lambda text: text.startswith("SIP/2.0 "))
        customer.learn(ringing)
        body = "" if offers else await answered(customer, sdp_of(ringing))
        wrong = await customer.ask("PRACK", RAck=f"9 {sequence} INVITE")
        await customer.send(customer.request("PRACK", body, RAck=f"1 {sequence} INVITE", **INVITE))
        acknowledged = await customer.until(lambda text: text.startswith("SIP/2.0 200"))
        accepted = await customer.until(is_final)
        await customer.send(customer.request("ACK", CSeq=f"{sequence} ACK"))
        if not offers:
            await connected(customer)
        return ringing, repeated, wrong, acknowledged, accepted, await customer.ask("BYE")

    (ringing, repeated, wrong, acknowledged, accepted, bye), room = conversation(far_end, talk)
    assert (field(ringing, "Require"), field(ringing, "RSeq")) == ("100rel", "1")
    assert repeated == ringing
    assert (status(wrong), status(acknowledged), status(accepted), status(bye)) == (481, 200, 200, 200)
    assert "PRACK" in field(acknowledged, "CSeq")
    assert bool(sdp_of(accepted)) is offers
    assert room.calls[0].confirmed_at


@pytest.mark.parametrize("told", ["1800", "90;refresher=uac", "1800;refresher=uas"])
def test_session_timers_are_accepted_and_refreshes_are_no_new_call(far_end, told):
    timer = {"Supported": "timer", "Require": "timer", "Session_Expires": told, "Min_SE": "90"}

    async def talk(customer):
        answers = [await customer.ask("INVITE", SDP, **INVITE, **timer)]
        customer.learn(answers[0])
        await customer.send(customer.request("ACK"))
        answers.append(await customer.ask("UPDATE", **timer))
        answers.append(await customer.ask("UPDATE", SDP, **INVITE, **timer))
        answers.append(await customer.ask("INVITE", SDP, **INVITE, **timer))
        await customer.send(customer.request("ACK"))
        return answers

    answers, room = conversation(far_end, talk)
    assert [status(answer) for answer in answers] == [200] * 4
    expected = told if "refresher" in told else f"{told};refresher=uac"
    assert {field(answer, "Session-Expires") for answer in answers} == {expected}
    assert (len(room.calls), len(room.attempts), room.calls[0].connections) == (1, 1, 1)


@pytest.mark.parametrize("tags", ["outbound, path", "gruu", "norefersub,replaces"])
def test_what_asks_nothing_of_the_agent_may_be_required(far_end, tags):
    async def talk(customer):
        return await customer.ask("INVITE", SDP, Require=tags, **INVITE)

    answer, _ = conversation(far_end, talk)
    assert status(answer) == 200
