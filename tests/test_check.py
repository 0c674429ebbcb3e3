"""`widget-conformance check` against real widgets in real browsers, right and wrong profiles."""

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from widget_conformance.commands.main import main
from widget_conformance.fixtures import profile as profiles
from widget_conformance.fixtures.browsers.routes import ROUTES
from widget_conformance.fixtures.stage import Stage
from widget_conformance.fixtures.subject import reference
from widget_conformance.fixtures.trying import Look, Situation, try_profile
from widget_conformance.reference_impl.server import ReferenceServer
from widget_conformance.reports.check_page import render

NEVER = {"test_id": "never"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def far_end_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def reference_port(far_end_port: int) -> Iterator[int]:
    """Port of the reference widget, which calls the far end at `far_end_port`."""
    port = free_port()
    with ReferenceServer(far_end_port, port):
        yield port


class Shop:
    """Writes profiles and checks them."""

    def __init__(self, folder: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.port, self.capsys = folder, port, capsys

    def check(self, text: str, *words: str) -> tuple[int, str]:
        """Exit status and everything that was said, on one line."""
        profile = self.folder / "profile.toml"
        profile.write_text(text, encoding="utf-8")
        status = main(["check", str(profile), "--results", str(self.folder / "check"), *words])
        said = self.capsys.readouterr()
        return status, re.sub(r"[\s│]+", " ", said.out + said.err)

    def widget(self, release: str, far_end_port: int, more: str = "") -> str:
        return f'name = "Ours"\nurl = "{{origin}}:{self.port}/{release}/"\n[far_end]\nport = {far_end_port}\n{more}'


@pytest.fixture
def shop(tmp_path: Path, reference_port: int, capsys: pytest.CaptureFixture[str]) -> Shop:
    return Shop(tmp_path, reference_port, capsys)


@pytest.mark.parametrize(("release", "browser"), [("5.1", "chromium"), ("5.2", "firefox")])
def test_a_right_profile_is_found_whole_with_a_picture_of_each_situation(
    shop: Shop, far_end_port: int, release: str, browser: str
) -> None:
    rings = "ring_seconds = 1\n"  # long enough for what is only there meanwhile
    status, said = shop.check(shop.widget(release, far_end_port, rings), "--browser", browser)
    assert status == 0, said
    assert "not found" not in said
    every = set(profiles.default().find)
    assert {entry for entry in every if f"{entry} ✔ found" in said or f"{entry} – not seen" in said} == every
    assert "dialling ✔ found" in said
    assert "Next: widget-conformance run --profile" in said
    page = (shop.folder / "check" / "check.html").read_text("utf-8")
    assert page.count("<h2>") == page.count("data:image/png") >= 8


def test_a_kind_of_call_that_the_build_lacks_is_not_looked_for(shop: Shop, far_end_port: int) -> None:
    status, said = shop.check(
        'calls = ["audio"]\n' + shop.widget("5.1", far_end_port, '[find.video_call]\ntest_id = "no"\n')
    )
    assert status == 0, said
    assert "video" not in said.lower()


def test_a_wrong_entry_is_told_with_what_is_there_instead_and_the_rest_is_checked_all_the_same(
    shop: Shop, far_end_port: int
) -> None:
    wrong = '[find.hang_up]\nrole = "button"\nname = "goodbye"\n[version]\nstated = "Release 5.6"\n'
    status, said = shop.check(shop.widget("5.1", far_end_port, wrong))
    assert status == 3
    assert "version ✘ not found the widget claims version 'Release 5.6', which begins with no number" in said
    assert "hang_up ✘ not found hang_up: looked for role button, name /goodbye/; found none." in said
    assert "button 'Hang up'" in said
    assert "mute ✔ found" in said
    assert "camera_unavailable ✔ found" in said


def test_a_message_that_went_while_another_entry_never_came_was_found() -> None:
    build = reference("reference@5.1+V15")  # its messages go after three and a half seconds
    wrong = profiles.from_table({"url": "{origin}/", "calls": ["audio"], "find": {"microphone_blocked": NEVER}}, "test")
    route = next(route for route in ROUTES if route.id == "chromium-site-settings")
    with contextlib.closing(Stage()) as stage:
        situations = try_profile(stage, replace(build, profile=wrong), route)
    looks = {look.entry: look for situation in situations for look in situation.looks}
    assert not looks["microphone_blocked"].found
    assert looks["microphone_lost"].found
    assert re.search(r"for 3\.\d s, and is gone$", looks["microphone_lost"].what)


def test_without_a_call_at_the_far_end_it_says_what_the_far_end_saw(shop: Shop, far_end_port: int) -> None:
    status, said = shop.check(shop.widget("5.1", free_port()))
    assert status == 3
    assert "no call reached the far end" in said
    assert (
        "Nobody connected to the far end: does the widget use the address in {far_end_url}, here ws://127.0.0.1:"
        in said
    )
    status, said = shop.check(shop.widget("5.1", far_end_port, 'numbers = ["4711"]\n'))
    assert status == 3
    assert "INVITE answered 404 (the number is none of the profile's far_end.numbers)" in said


def test_a_page_without_a_widget_is_told(shop: Shop, far_end_port: int) -> None:
    status, said = shop.check(f'url = "{{origin}}:{shop.port}/nothing-here"\n')
    assert status == 3
    assert "the widget to appear" in said


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("", (), "url"),
        ('url = "not an address"', (), "expected an address"),
        ('url = "https://widget.example/"\nfnd = 1', (), "fnd"),
        ('url = "https://widget.example/"', ("--browser", "opera"), "'opera'"),
    ],
)
def test_wrong_use_is_told_in_a_line(shop: Shop, text: str, words: tuple[str, ...], told: str) -> None:
    status, said = shop.check(text, *words)
    assert status == 2
    assert told in said
    assert "Traceback" not in said


def test_nothing_that_a_widget_says_is_live_on_the_page() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    page = render(hostile, hostile, [Situation(hostile, [Look(hostile, True, hostile, hostile)], [hostile])])
    assert "<script" not in page
    assert "<img src=x" not in page
    assert page.count("&lt;script&gt;") >= 6


def test_what_a_widget_may_do_without_is_told_and_counts_for_nothing() -> None:
    situation = Situation("In the call", [Look("mute", True, "button"), Look("dismiss", False, "none", needed=False)])
    assert situation.complete
    page = render("Ours", "chromium", [situation])
    assert "Found 1 of 1 entries" in page
    assert "– not seen" in page
