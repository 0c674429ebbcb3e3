"""`widget-conformance doctor`: tries each part once and says what fails and what to do."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from widget_conformance.commands.exits import CONFORMING, UNDECIDED
from widget_conformance.fixtures.browsers.finding import BROWSERS, find
from widget_conformance.fixtures.browsers.permissions import Device, Permission
from widget_conformance.fixtures.browsers.routes import ROUTES, Route
from widget_conformance.fixtures.catalogue import cases
from widget_conformance.fixtures.node import node_home, run_node
from widget_conformance.fixtures.observations import agent
from widget_conformance.fixtures.stage import Stage
from widget_conformance.fixtures.subject import reference
from widget_conformance.fixtures.verdicts import Inconclusive
from widget_conformance.fixtures.world import World

Check = tuple[str, Callable[[], str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are no options of its own."""


def execute(options: argparse.Namespace) -> int:
    """Run every check, also after one has failed."""
    failed = 0
    with closing(Stage()) as stage:
        for what, check in _checks(stage):
            try:
                print(f"ok    {what}: {check()}", flush=True)
            except Exception as error:
                if options.debug:
                    raise
                failed += 1
                print(f"FAIL  {what}: {error}", flush=True)
    print("all is well" if not failed else f"{failed} check(s) failed")
    return UNDECIDED if failed else CONFORMING


def _checks(stage: Stage) -> Iterator[Check]:
    yield "Node", lambda: run_node(["--version"], node_home(), 20).strip()
    yield "npm packages", _packages
    for name in BROWSERS:
        yield name, partial(_installed, name)
        for route in (route for route in ROUTES if route.browser == name and route.primary):
            yield f"{name}, permissions", partial(_permissions, stage, route)
            yield f"{name}, media path", partial(_media, stage, route)


def _installed(name: str) -> str:
    browser = find(name)
    return f"{browser.executable}, {browser.version}"


def _packages() -> str:
    wanted = ("allure", "jssip", "esbuild", "dom-accessibility-api")
    missing = [name for name in wanted if not (node_home() / "node_modules" / name).is_dir()]
    if missing:
        raise RuntimeError(f"{', '.join(missing)} not in {node_home()}; run widget-conformance setup")
    return f"{', '.join(wanted)} in {node_home()}"


def _world(stage: Stage, route: Route) -> World:
    case = next(case for case in cases() if route in case.routes and case.demand.kind == "video")
    world = World(stage, reference("reference@5.1"), case, route, stage.browser(route.browser))
    world.open_page()
    return world


def _permissions(stage: Stage, route: Route) -> str:
    with closing(_world(stage, route)) as world:
        for permission in (Permission.BLOCK, Permission.ALLOW):
            for device in Device:
                world.browser.store(world.tab, device, permission)
            if set(world.permissions().values()) != {permission}:
                raise Inconclusive(f"set to {permission}, the browser's record says {world.permissions()}")
    return "microphone and camera can be blocked and allowed"


def _media(stage: Stage, route: Route) -> str:
    with closing(_world(stage, route)) as world:
        world.give(Device)
        world.press("video_call")
        agent.in_call(world, "video")
        agent.everybody_hears(world)
        agent.agent_sees(world)
    return "the agent hears and sees the customer of the reference widget"
