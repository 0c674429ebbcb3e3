"""The widget: what it shows and says on the screen."""

from pytest_bdd import then
from widget_conformance.fixtures.observations import widget
from widget_conformance.fixtures.observations.beginnings import unless_camera_rests
from widget_conformance.fixtures.world import World
from widget_conformance.steps.wording import proves


@then("the widget claims a version to which the article applies")
@proves("SCOPE-1")
def _(world: World) -> None:
    world.judge(widget.claims_version(world))


@then('the widget shows a "Microphone Blocked" icon')
@proves("MIC-LIVE-5")
def _(world: World) -> None:
    world.judge(widget.icon_blocked(world))


@then("the widget explains that access to the microphone has been lost")
@proves("MIC-LIVE-6", "AIM-1")
def _(world: World) -> None:
    world.judge(widget.shows_after_change(world, "microphone_lost"))


@then("the widget tells the customer about the microphone")
@proves("AIM-1")
def _(world: World) -> None:
    world.judge(widget.tells_of(world, "microphone"))


@then("the widget tells the customer about the camera")
@proves("AIM-1")
def _(world: World) -> None:
    world.judge(widget.tells_of(world, "camera"))


@then("the widget says nothing of a blocked microphone")
@proves("AIM-2")
def _(world: World) -> None:
    world.judge(widget.says_nothing_of_microphone(world))


@then("the widget asks the customer to allow the camera again")
@proves("CAM-LIVE-5", "AIM-1")
def _(world: World) -> None:
    world.judge(widget.shows_after_change(world, "camera_prompt"))


@then("the widget still asks the customer to allow the camera")
@proves("AIM-1")
def _(world: World) -> None:
    world.judge(widget.still_asks_for_camera(world))


@then("the widget no longer says that the microphone is blocked")
@proves("AIM-2")
def _(world: World) -> None:
    world.judge(widget.clears(world, "microphone_blocked", "microphone_lost"))


@then("the widget no longer asks for the camera")
@proves("AIM-2")
def _(world: World) -> None:
    world.judge(widget.clears(world, None, "camera_prompt"))


@then("the mute control agrees with what the agent hears")
@proves("AIM-2")
def _(world: World) -> None:
    world.judge(widget.mute_control_agrees(world))


@then("after a while the mute control still agrees with what the agent hears")
@proves("AIM-2")
def _(world: World) -> None:
    world.judge(widget.mute_control_still_agrees(world))


@then("after a while the camera control still agrees with what the agent sees")
@proves("AIM-2")
def _(world: World) -> None:
    world.judge(widget.camera_control_still_agrees(world))


@then("the camera control agrees with what the agent sees")
@proves("AIM-2")
def _(world: World) -> None:
    world.judge(widget.camera_control_agrees(world))


@then("the widget shows an error that asks to add microphone permissions in the browser")
@proves("MIC-PRE-3", "AIM-1")
def _(world: World) -> None:
    world.judge(widget.shows_after_action(world, "microphone_needed"))


@then("the widget tells how to enable the microphone in the browser's settings")
@proves("MIC-PRE-4")
def _(world: World) -> None:
    world.judge(widget.shows_after_action(world, "microphone_how"))


@then("the widget tells that the camera is unavailable")
@proves("CAM-PRE-1", "AIM-1")
def _(world: World) -> None:
    world.judge(unless_camera_rests(world, widget.shows_after_action(world, "camera_unavailable")))


@then("the widget offers to enable the camera and to proceed with an audio-only call")
@proves("CAM-PRE-2")
def _(world: World) -> None:
    world.judge(unless_camera_rests(world, widget.offers_choice(world)))
