"""The customer: opens the page, clicks in the widget, listens."""

from pytest_bdd import given, then, when
from widget_conformance.fixtures.browsers.permissions import CallKind, needed_for
from widget_conformance.fixtures.observations import agent, call, widget
from widget_conformance.fixtures.observations.beginnings import unless_camera_rests
from widget_conformance.fixtures.verdicts import Inconclusive
from widget_conformance.fixtures.world import World
from widget_conformance.steps.wording import proves, words


@given("the customer has opened the page with the widget")
def _(world: World) -> None:
    world.open_page()


@given(words("the customer is in {call}"))
def _(world: World, kind: CallKind) -> None:
    world.open_page()
    world.give(needed_for(kind))
    world.press(f"{kind}_call")
    agent.in_call(world, kind)


@given(words("the customer has placed {call}, which rings"))
def _(world: World, kind: CallKind) -> None:
    world.open_page()
    world.give(needed_for(kind))
    world.press(f"{kind}_call")
    call.rings(world)


@given("the customer has gone to another tab")
def _(world: World) -> None:
    world.leave_page()


@when("the customer returns to the widget")
def _(world: World) -> None:
    world.return_to_page()


@given("the customer has switched the camera off")
def _(world: World) -> None:
    world.press("camera")
    world.need(widget.camera_switched_off(world))


@given("the customer has muted the microphone")
def _(world: World) -> None:
    world.press("mute")
    world.change = None
    if not widget.mute_control_agrees(world).kept or world.room.agent.audio.hears_customer():
        raise Inconclusive("the customer could not be muted, so that nothing can be said of a muted customer")


@given(words("the customer has tried to start {call} and was refused"))
def _(world: World, kind: CallKind) -> None:
    world.press_call(kind)
    world.need(widget.shows_after_action(world, "microphone_needed", lasting_s=0.0))
    world.need(call.none_came(world))


@given("the customer has tried to start a video call and was given the choice")
def _(world: World) -> None:
    world.press_call("video")
    world.need(unless_camera_rests(world, widget.offers_choice(world)))


@when(words("the customer clicks the button for {call}"))
def _(world: World, kind: CallKind) -> None:
    world.press_call(kind)


@when("the customer clicks the mute control")
def _(world: World) -> None:
    world.press("mute")


@when("the customer clicks the mute control twice")
def _(world: World) -> None:
    for _turn in range(2):  # whoever toggles a mute of their own this way is unmuted afterwards
        world.press_if_usable("mute")


@when("the customer clicks the camera control twice")
def _(world: World) -> None:
    for _turn in range(2):
        world.press_if_usable("camera")


@when("the customer clicks the camera control")
def _(world: World) -> None:
    world.press("camera")


@when("the customer hangs up")
def _(world: World) -> None:
    world.press("hang_up")
    call.hung_up(world)


@when("the customer chooses the audio-only call")
def _(world: World) -> None:
    world.press("audio_only")


@when("the customer chooses to enable the camera")
def _(world: World) -> None:
    if not call.goes_on_by_itself(world):
        world.press("enable_camera")


@then("the customer still hears the agent")
@proves("MIC-LIVE-1", "CAM-LIVE-1")
def _(world: World) -> None:
    world.judge(call.hears_agent(world))
