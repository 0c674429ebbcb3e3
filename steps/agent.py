"""The agent and the other participant: what they really hear and see, and the call that they are in."""

from pytest_bdd import given, then
from widget_conformance.fixtures.browsers.permissions import CallKind
from widget_conformance.fixtures.observations import agent, call
from widget_conformance.fixtures.observations.beginnings import unless_camera_rests
from widget_conformance.fixtures.world import World
from widget_conformance.steps.wording import proves, words


@given("the agent and the other participant hear the customer")
def _(world: World) -> None:
    agent.everybody_hears(world)


@given("the agent lets the call ring for a while")
def _(world: World) -> None:
    world.let_ring(call.RING_S)


@given("the agent sees the customer")
def _(world: World) -> None:
    agent.agent_sees(world)


@then("the customer's audio stops immediately")
@proves("MIC-LIVE-2")
def _(world: World) -> None:
    world.judge(agent.audio_stopped(world))


@then("the customer's video stops immediately")
@proves("CAM-LIVE-2")
def _(world: World) -> None:
    world.judge(agent.video_stopped(world))


@then("the agent no longer hears the customer")
@proves("MIC-LIVE-3")
def _(world: World) -> None:
    world.judge(agent.not_heard(world, "the agent"))


@then("the other participant no longer hears the customer")
@proves("MIC-LIVE-4")
def _(world: World) -> None:
    world.judge(agent.not_heard(world, "the other participant"))


@then('the agent is given "Video Off" or a placeholder in place of the picture')
@proves("CAM-LIVE-3")
def _(world: World) -> None:
    world.judge(agent.video_off(world))


@then('the agent is still given "Video Off" or a placeholder in place of the picture')
@proves("CAM-LIVE-3")
def _(world: World) -> None:
    world.judge(agent.video_still_off(world))


@then("the agent and the other participant go on hearing the customer")
@proves("CAM-LIVE-4")
def _(world: World) -> None:
    world.judge(agent.everybody_goes_on_hearing(world))


@then("the agent and the other participant hear the customer again, though the customer did nothing in the widget")
@proves("MIC-LIVE-8")
def _(world: World) -> None:
    world.judge(agent.everybody_hears_again(world))


@then("the agent sees the customer again, though the customer did nothing in the widget")
@proves("CAM-LIVE-7")
def _(world: World) -> None:
    world.judge(agent.seen_again(world))


@then("the call stays connected")
@proves("MIC-LIVE-1", "CAM-LIVE-1", "AIM-3")
def _(world: World) -> None:
    world.judge(call.stays_connected(world))


@then("it is still the same call")
@proves("MIC-LIVE-9", "AIM-3")
def _(world: World) -> None:
    world.judge(call.still_same(world))


@then("the widget opens no device and calls nobody")
@proves("AIM-3")
def _(world: World) -> None:
    world.judge(call.stays_ended(world))


@then("no call is started")
@proves("MIC-PRE-1", "MIC-PRE-2")
def _(world: World) -> None:
    world.judge(call.none_started(world))


@then("no call is started before the customer has chosen")
@proves("CAM-PRE-2")
def _(world: World) -> None:
    world.judge(unless_camera_rests(world, call.none_started(world)))


@then(words("{call} is placed"))
@proves("MIC-PRE-5", "CAM-PRE-4")
def _(world: World, kind: CallKind) -> None:
    world.judge(call.placed(world, kind))


@then("an audio-only call is placed")
@proves("CAM-PRE-3")
def _(world: World) -> None:
    world.judge(call.audio_only_placed(world))
