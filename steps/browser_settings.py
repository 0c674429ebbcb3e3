"""The browser's own permission settings, changed the way a customer changes them."""

from pytest_bdd import given, then, when
from widget_conformance.fixtures.observations import agent, call, widget
from widget_conformance.fixtures.world import World
from widget_conformance.steps.wording import named, proves, words


@given(words("the microphone is blocked in the browser"))
def _(world: World) -> None:
    world.block_before(named("microphone"))


@given(words("the camera is blocked in the browser"))
def _(world: World) -> None:
    world.block_before(named("camera"))


@given(words("the microphone and the camera are blocked in the browser"))
def _(world: World) -> None:
    world.block_before(named("microphone and camera"))


@when(words("the customer revokes {devices}"))
def _(world: World, devices: str) -> None:
    world.revoke(named(devices))


@when(words('the customer sets {devices} back to "ask"'))
def _(world: World, devices: str) -> None:
    world.reset(named(devices))


@given(words("the customer has revoked {devices}"))
def _(world: World, devices: str) -> None:
    world.revoke(named(devices))
    agent.all_stopped(world, named(devices))


@given(words('the customer has set {devices} back to "ask"'))
def _(world: World, devices: str) -> None:
    world.reset(named(devices))
    agent.all_stopped(world, named(devices))


@given("the customer has lost the microphone and got it back")
def _(world: World) -> None:
    agent.lose_and_regain(world, named("microphone"), times=1)
    world.need(agent.everybody_hears_again(world))
    world.need(widget.clears(world, "microphone_blocked", "microphone_lost"))


@given("the customer has lost the camera and got it back")
def _(world: World) -> None:
    agent.lose_and_regain(world, named("camera"), times=1)
    world.need(agent.seen_again(world))
    world.need(widget.clears(world, None, "camera_prompt"))


@when(words("the customer revokes {devices}, allows it and revokes it again at once"))
def _(world: World, devices: str) -> None:
    world.revoke_twice(named(devices))


@when(words("the customer revokes {devices} and allows it again, three times"))
def _(world: World, devices: str) -> None:
    agent.lose_and_regain(world, named(devices), times=3)


@given("the browser tells pages nothing of their permissions")
def _(world: World) -> None:
    world.tell_nothing()


@when(words("the customer allows {devices} again"))
def _(world: World, devices: str) -> None:
    call.timer_counts(world)
    world.allow(named(devices))


@then("the browser lets the widget use the microphone again")
@proves("MIC-LIVE-7")
def _(world: World) -> None:
    world.judge(call.device_usable(world, "microphone"))


@then("the browser lets the widget use the camera again")
@proves("CAM-LIVE-6")
def _(world: World) -> None:
    world.judge(call.device_usable(world, "camera"))
