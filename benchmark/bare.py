"""The same actions as three scenarios in a bare script: Playwright, aiortc, and nothing else that costs time.

No observer in the page, no signatures, no second participant, no evidence, no pytest. Launching a browser and writing
a permission are one Playwright call each, and the harness's own, so that both sides do the same to the same browser.
How long something is watched is part of a scenario: those times are imported from the observations.

Run by `run.py`, which names a scenario on standard input and reads the time that it took from standard output.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import sleep

from bare_agent import BareAgent
from paced import SCENARIOS, Answers, serve
from playwright.sync_api import Page, sync_playwright
from widget_conformance.fixtures import profile
from widget_conformance.fixtures.browsers.browser import Browser, Tab
from widget_conformance.fixtures.browsers.chromium import Chromium
from widget_conformance.fixtures.browsers.finding import find
from widget_conformance.fixtures.browsers.firefox import Firefox
from widget_conformance.fixtures.browsers.permissions import Device, Permission
from widget_conformance.fixtures.observations.agent import GAP_S, QUIET_S, SETUP_S, STAYS_S, WATCHED_S
from widget_conformance.fixtures.observations.widget import READABLE_S, STEADY_S
from widget_conformance.fixtures.timeline import now
from widget_conformance.reference_impl.server import ReferenceServer

LOOK_S = 0.02
HEARING_S = 0.25
"""Seconds of sound after which the agent "hears"; `AudioMeter.hears_customer` looks at as many."""
_KEEP_CONNECTIONS = """{
  const Native = RTCPeerConnection;
  window.RTCPeerConnection = class extends Native { constructor(...all) { super(...all); window.bareConnection = this; } };
}"""
_PACKETS = """async () => {
  for (const one of (await window.bareConnection.getStats()).values())
    if (one.type === "inbound-rtp" && one.kind === "audio") return one.packetsReceived;
  return 0;
}"""
_QUERY = "(name) => navigator.permissions.query({ name }).then((status) => status.state)"
_BUDGETS = profile.default().budgets


class DidNotHappen(RuntimeError):
    """Something that the scenario needs did not come in time."""


def until(condition: Callable[[], object], awaited: str, seconds: float = SETUP_S) -> None:
    """Wait for a condition; raises `DidNotHappen`."""
    deadline = now() + seconds
    while not condition():
        if now() > deadline:
            raise DidNotHappen(f"waited {seconds:g} s for {awaited}")
        sleep(LOOK_S)


def watch(end: float) -> None:
    """Let time pass up to a moment, so that something can be seen not to happen."""
    sleep(max(end - now(), 0.0))


class Customer:
    """One tab at an origin of its own, from opening the page to closing it."""

    def __init__(self, browser: Browser, agent: BareAgent, url: str) -> None:
        self.browser, self.agent = browser, agent
        agent.forget()
        self.page: Page = browser.new_page()
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.page.add_init_script(_KEEP_CONNECTIONS)
        self.page.goto(url, wait_until="domcontentloaded")
        self.tab = Tab(self.page, self.page.evaluate("location.origin"))

    def allow(self, device: Device, permission: Permission = Permission.ALLOW) -> float:
        """Change a permission and read it back; returns the moment just before."""
        at = now()
        self.browser.store(self.tab, device, permission)
        until(lambda: self.browser.record(self.tab, device) is permission, f"the {device} to be on {permission}", 3)
        return at

    def revoke(self, device: Device) -> float:
        """Block a device; returns the moment just before."""
        return self.allow(device, Permission.BLOCK)

    def call(self, kind: str) -> None:
        """Click the call button and wait until the call is up."""
        self.page.get_by_role("button", name=f"{kind} call").click()
        until(lambda: self.agent.confirmed, f"the {kind} call")
        self.heard_since(0.0)

    def heard_since(self, at: float) -> None:
        """Wait until sound is heard steadily."""

        def steady() -> bool:
            recent = [moment for moment in self.agent.heard if moment >= max(at, now() - HEARING_S)]
            return len(recent) * 0.02 >= 0.6 * HEARING_S

        until(steady, "the customer's sound")

    def stays(self, first: float) -> None:
        """Sound that came back is still there after a while."""
        watch(first + STAYS_S)
        until(lambda: self.agent.heard[-1] >= first + STAYS_S, "the customer's sound to stay")

    def quiet(self, moments: list[float], at: float) -> None:
        """Wait until nothing has come for `QUIET_S`."""
        until(lambda: now() - max(moments[-1] if moments else at, at) > QUIET_S, "silence", 5)

    def message(self, text: str) -> float:
        """Wait for an alert; returns when it was seen."""
        self.page.get_by_role("alert").filter(has_text=text).wait_for()
        return now()

    def control(self, name: str, pressed: bool) -> None:
        """See for a while that a control says something."""
        self.page.get_by_role("button", name=name, pressed=pressed).wait_for()
        watch(now() + STEADY_S)

    def hears(self) -> None:
        """More of the agent's packets arrive."""
        before = self.page.evaluate(_PACKETS)
        until(lambda: self.page.evaluate(_PACKETS) > before, "more of the agent's sound")

    def connected(self) -> None:
        """The call is up at both ends."""
        if self.agent.ended or not self.page.get_by_role("timer").is_visible():
            raise DidNotHappen("the call is no longer up")

    def leave(self) -> None:
        """Close the tab and the call."""
        self.page.close()
        self.agent.hang_up()


def microphone_revoked(customer: Customer) -> None:
    """`SCENARIOS`, the first."""
    customer.allow(Device.MICROPHONE)
    customer.call("audio")
    at = customer.revoke(Device.MICROPHONE)
    customer.quiet(customer.agent.heard, at)
    customer.page.get_by_role("img", name="microphone blocked").wait_for()
    watch(max(customer.message("microphone access lost"), at) + READABLE_S)
    customer.control("mute", pressed=True)
    watch(at + _BUDGETS.stopped + WATCHED_S)
    if customer.agent.heard[-1] > at + _BUDGETS.stopped:
        raise DidNotHappen("the customer is still heard")
    customer.hears()
    customer.connected()


def microphone_allowed_again(customer: Customer) -> None:
    """`SCENARIOS`, the second."""
    customer.allow(Device.MICROPHONE)
    customer.call("audio")
    customer.quiet(customer.agent.heard, customer.revoke(Device.MICROPHONE))
    at = customer.allow(Device.MICROPHONE)
    until(lambda: customer.page.evaluate(_QUERY, "microphone") == "granted", "the page to be told")
    customer.heard_since(at)
    customer.stays(next(moment for moment in customer.agent.heard if moment >= at))
    customer.page.get_by_role("img", name="microphone blocked").wait_for(state="hidden")
    customer.page.get_by_role("alert").wait_for(state="hidden")
    customer.control("mute", pressed=False)
    customer.connected()


def camera_revoked(customer: Customer) -> None:
    """`SCENARIOS`, the third."""
    for device in Device:
        customer.allow(device)
    customer.call("video")
    until(lambda: len(customer.agent.seen) > 2, "the customer's picture")
    at = customer.revoke(Device.CAMERA)
    customer.quiet(customer.agent.seen, at)
    watch(customer.message("allow the camera again") + READABLE_S)
    until(lambda: not customer.agent.sends_video, '"Video Off"')
    customer.control("turn camera off", pressed=True)
    watch(at + GAP_S + QUIET_S)
    customer.heard_since(at)
    customer.hears()
    customer.connected()


def main(name: str, answers: Answers) -> None:
    """Serve scenarios on one browser until standard input ends."""
    run = dict(zip(SCENARIOS, (microphone_revoked, microphone_allowed_again, camera_revoked), strict=True))
    agent = BareAgent()
    browsers: dict[str, type[Chromium] | type[Firefox]] = {"chromium": Chromium, "firefox": Firefox}
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as scratch,
        ReferenceServer(agent.port) as server,
        sync_playwright() as playwright,
    ):
        browser = browsers[name](playwright, find(name), Path(scratch))
        count = 0

        def perform(scenario: str) -> str:
            nonlocal count
            count += 1
            customer = Customer(browser, agent, server.url("5.1", f"s{count}"))
            try:
                run[scenario](customer)
            finally:
                customer.leave()
            return ""

        serve(answers, perform)
        browser.close()
    agent.stop()


if __name__ == "__main__":
    main(sys.argv[1], Answers())
