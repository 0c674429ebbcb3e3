"""A call with media: the customer is an aiortc client."""

import asyncio
import time

import numpy as np
import pytest
from aiortc import RTCPeerConnection
from customer import Camera, Customer, Microphone, status
from widget_conformance.fixtures.timeline import now


async def become(condition, seconds=40):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.02)


def test_a_video_call_from_the_ring_to_the_agents_bye(far_end):
    end, room = far_end()
    agent, participant = room.agent, room.participant

    async def go():
        async with Customer(end.port) as customer:
            microphone, camera = Microphone(), Camera()
            assert status(await customer.call(microphone, camera)) == 200
            await become(lambda: agent.audio.hears_customer() and participant.audio.hears_customer())
            await become(lambda: agent.video.state() == "live")
            call = room.calls[0]
            identity = call.ice_user

            microphone.samples = np.zeros_like(microphone.samples)
            muted = now()
            await become(lambda: not agent.audio.hears_customer() and not participant.audio.hears_customer())
            assert agent.audio.last_heard(muted - 0.1) < muted + 0.2
            microphone.samples = Microphone().samples
            await become(lambda: agent.audio.first_heard(muted + 0.3) and participant.audio.first_heard(muted + 0.3))

            camera.frozen = True
            await become(lambda: agent.video.state() == "frozen")
            camera.frozen = False
            await become(lambda: agent.video.state() == "live")

            video = next(leg for leg in customer.pc.getTransceivers() if leg.kind == "video")
            video.direction = "recvonly"
            await customer.offer()
            await become(lambda: agent.video.state() == "off")
            video.direction = "sendrecv"
            await customer.offer("UPDATE")
            await become(lambda: agent.video.state() == "live")
            assert (call.ice_user, call.connections, call.invites) == (identity, 1, 2)

            customer.pc.addTrack(Microphone())
            await customer.offer()
            await become(lambda: {frame.track for frame in participant.audio.frames(now() - 0.3)} == {0, 1})
            await become(lambda: {frame.label for frame in participant.audio.frames(now() - 0.2)} == {"customer"})
            await become(lambda: agent.video.state() == "live")

            as_it_is = {
                "hears_customer": True, "hears": "customer", "level": pytest.approx(0.35, abs=0.25), "sees": "live",
            }  # fmt: skip
            await become(lambda: room.snapshot()["agent"] == as_it_is)
            hang_up = asyncio.get_running_loop().run_in_executor(None, room.hang_up)
            bye = await customer.until(lambda text: text.startswith("BYE "))
            await hang_up
            return bye

    assert "tag=" in asyncio.run(go())
    (call,) = room.calls
    assert (call.state, call.ended_by, call.offered) == ("ended", "agent", ["audio", "video"])
    assert agent.video.state() == "none"
    assert agent.video.picture_png().startswith(b"\x89PNG")
    heard = [event.detail["label"] == "customer" for event in room.timeline.events("hears", "agent")]
    assert heard[:3] == [True, False, True]


def test_an_agent_without_a_camera_answers_so_and_sends_no_picture(far_end):
    end, room = far_end(answer_video="recvonly")

    async def go():
        async with Customer(end.port) as customer:
            await customer.call(Microphone(), Camera())
            await become(lambda: room.agent.audio.hears_customer() and room.agent.video.sees_customer())
            return {leg.kind: leg.currentDirection for leg in customer.pc.getTransceivers()}

    assert asyncio.run(go()) == {"audio": "sendrecv", "video": "sendonly"}
    assert room.agent_spoke(now())


def test_an_agent_who_only_listens_cannot_be_heard_any_more_or_less(far_end):
    end, room = far_end(answer_audio="recvonly")

    async def go():
        async with Customer(end.port) as customer:
            await customer.call(Microphone())
            await become(room.agent.audio.hears_customer)

    asyncio.run(go())
    assert not room.agent_spoke(now())
    assert not room.publishes_only


def test_a_customer_who_only_publishes_takes_no_sound_of_the_agents(far_end):
    end, room = far_end()

    async def go():
        async with Customer(end.port) as customer:
            customer.pc = RTCPeerConnection()
            for track in (Microphone(), Camera()):
                customer.pc.addTransceiver(track, direction="sendonly")
            await customer.offer()
            await become(lambda: room.agent.audio.hears_customer() and room.agent.video.sees_customer())

    asyncio.run(go())
    assert room.publishes_only
    assert not room.agent_spoke(now())


def test_a_customer_who_vanishes_ends_the_call(far_end):
    end, room = far_end()

    async def go():
        async with Customer(end.port) as customer:
            await customer.call(Microphone())
            await become(room.agent.audio.hears_customer)
        await become(lambda: room.calls[0].state == "ended", 10)

    asyncio.run(go())
    assert room.calls[0].ended_by == "connection lost"


def test_an_ice_restart_gets_a_new_connection_in_the_same_call(far_end):
    end, room = far_end()

    async def go():
        async with Customer(end.port) as customer:
            await customer.call(Microphone())
            await become(room.agent.audio.hears_customer)
            before = customer.pc
            await customer.call(Microphone())
            await before.close()
            since = now()
            await become(lambda: room.agent.audio.first_heard(since) and room.participant.audio.first_heard(since))

    asyncio.run(go())
    (call,) = room.calls
    assert (call.connections, call.invites) == (2, 2)


def test_closing_the_room_in_the_middle_of_a_call_leaves_nothing(far_end):
    end, room = far_end()

    async def go():
        async with Customer(end.port) as customer:
            await customer.call(Microphone(), Camera())
            await become(room.agent.audio.hears_customer)
            await asyncio.get_running_loop().run_in_executor(None, end.close_room, room)

    asyncio.run(go())
    assert room.calls[0].ended_by == "room closed"
    tasks = end._loop.call(_others(end))
    assert tasks == [], f"tasks are left: {tasks}"


async def _others(end):
    """What still runs in the far end's loop, besides its own heartbeat, its web server and this question."""
    await asyncio.sleep(0.2)
    others = asyncio.all_tasks() - {end._heart, asyncio.current_task()}
    names = [task.get_coro().__qualname__ for task in others]
    return [name for name in names if not name.startswith("RequestHandler")]
