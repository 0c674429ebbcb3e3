"""Widgets that have nothing to do with the reference, judged as a vendor would: by a profile alone."""

import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
import pytest
from aiohttp import web
from widget_conformance.fixtures.loop import LoopThread, listen
from widget_conformance.fixtures.node import install, node_home, run_node
from widget_conformance.reports.model import Result, Verdict

SAMPLES = Path(__file__).parent / "samples"
SOME = (
    *("--scenario", "The widget states its version"),
    *("--scenario", "The microphone and the camera are revoked in a video call"),
    *("--scenario", "The camera is revoked in a video call"),
    *("--scenario", "The microphone is enabled and a video call is tried again"),
    *("--scenario", "The customer proceeds with an audio-only call"),
)
FLAWS = {
    "MIC-LIVE-5",  # no icon while the microphone is blocked
    "AIM-2",  # its mute control goes on saying "on"; and JsSIP lifts the mute with the offer that brings the camera back
    *("AIM-1", "CAM-LIVE-5"),  # one message at a time: of two losses at once only one is told
}
"""What the launcher sample breaks."""
MATERIAL = (
    *("--scenario", "The microphone and the camera are revoked in a video call"),
    *("--scenario", "The microphone is allowed again in an audio call"),
    *("--scenario", "The camera is revoked in a video call"),
    *("--scenario", "The camera is allowed again in a video call"),
    *("--scenario", "an audio call is tried while the microphone is blocked"),
    *("--scenario", "a video call is tried while the microphone is blocked"),
    *("--scenario", "The customer proceeds with an audio-only call"),
)
MATERIAL_FLAWS = {
    "MIC-LIVE-8",  # the microphone comes back with the next click on its control, not by itself
    "MIC-PRE-4",  # it does not say how to allow the microphone
    *("MIC-PRE-3", "AIM-1"),  # before a video call a blocked microphone is told as an unavailable camera
    *("CAM-LIVE-7", "AIM-2"),  # the camera's new track is shown to the customer and never sent; its control says "on"
}
"""What the material sample breaks in both browsers."""
MATERIAL_IN_CHROMIUM = {
    "CAM-LIVE-4",  # it asks for both devices at once: of such a request Chromium ends both tracks when one is revoked
}
"""What it breaks besides, where the browser makes the difference."""
ROUTES = ("--route", "chromium-site-settings", "--route", "firefox-settings-dialog")


def _page(file: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        del request
        return web.FileResponse(file)

    return serve


def bundled(entry: Path, packages: Path, made: Path) -> Path:
    """Make one module of a script and the npm packages in `packages` that it imports."""
    words: list[str | Path] = [node_home() / "node_modules" / "esbuild" / "bin" / "esbuild", entry]
    options = ("--bundle", "--format=esm", "--log-level=error", "--jsx=automatic", "--loader:.woff2=dataurl")
    defined = '--define:process.env.NODE_ENV="production"'
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NODE_PATH", os.pathsep.join(str(one / "node_modules") for one in (packages, node_home())))
        run_node([*words, *options, defined, f"--outfile={made}"], cwd=entry.parent, seconds=120)
    return made


@pytest.fixture(scope="session")
def packages() -> Path:
    """Folder with the npm packages that only samples need, as `samples/package-lock.json` names them."""
    return install(wanted=SAMPLES, home=node_home() / "samples")


@contextmanager
def served(sample: str, **more: Path) -> Iterator[int]:
    """Serve the folder of a sample, and more files by their names; the port."""
    app = web.Application()
    app.router.add_get("/", _page(SAMPLES / sample / "index.html"))
    for name, file in more.items():
        app.router.add_get(f"/{name}.mjs", _page(file))
    app.router.add_static("/", SAMPLES / sample)
    loop = LoopThread("sample")
    runner, port = loop.call(listen(app))
    try:
        yield port
    finally:
        loop.call(runner.cleanup())
        loop.stop()


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    """Port of the sample that speaks no SIP."""
    with served("plain") as port:
        yield port


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of the sample on JsSIP, behind a launcher and a form."""
    made = tmp_path_factory.mktemp("jssip") / "jssip.mjs"
    bundled(node_home() / "node_modules" / "jssip" / "lib" / "JsSIP.js", node_home(), made)
    with served("launcher", jssip=made) as port:
        yield port


@pytest.fixture(scope="module")
def sipjs(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of the sample on SIP.js."""
    made = tmp_path_factory.mktemp("sipjs") / "harbour.mjs"
    bundled(SAMPLES / "sipjs" / "widget.js", packages, made)
    with served("sipjs", harbour=made) as port:
        yield port


@pytest.fixture(scope="module")
def material(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of the sample on React and Material UI."""
    made = bundled(SAMPLES / "material" / "widget.jsx", packages, tmp_path_factory.mktemp("material") / "material.mjs")
    with served("material", material=made) as port:
        yield port


@pytest.mark.parametrize("by", ["whip", "json"])
@pytest.mark.alone
def test_a_widget_that_speaks_no_sip_conforms_in_both_browsers(tmp_path: Path, plain: int, by: str) -> None:
    profile = SAMPLES / "plain" / f"{by}.toml"
    words = ("run", "--profile", profile, *SOME, *ROUTES, "--no-allure", "--results", tmp_path)
    ended = harness.command(*words, seconds=900, SAMPLE_PORT=str(plain))
    found = harness.results(tmp_path)
    assert [(r["route"], r["scenario"], r["reason"]) for r in found if r["verdict"] != "pass"] == []
    assert len(found) == 10
    assert ended.status == 0, ended.said


@pytest.mark.alone
def test_a_widget_on_sipjs_with_words_of_its_own_conforms_in_both_browsers(tmp_path: Path, sipjs: int) -> None:
    profile = SAMPLES / "sipjs" / "profile.toml"
    words = ("run", "--profile", profile, *SOME, *ROUTES, "--no-allure", "--results", tmp_path)
    ended = harness.command(*words, seconds=900, SAMPLE_PORT=str(sipjs), HARBOUR_KEY="quay-side")
    found = harness.results(tmp_path)
    assert [(r["route"], r["scenario"], r["reason"]) for r in found if r["verdict"] != "pass"] == []
    assert len(found) == 10
    assert ended.status == 0, ended.said


def test_a_profile_that_knows_nothing_of_the_message_about_the_video_accuses_nobody(tmp_path: Path, sipjs: int) -> None:
    whole = (SAMPLES / "sipjs" / "profile.toml").read_text("utf-8")
    profile = tmp_path / "profile.toml"
    profile.write_text(whole[: whole.index("video_off")], "utf-8")
    keys = {"SAMPLE_PORT": str(sipjs), "HARBOUR_KEY": "quay-side"}
    checked = harness.command("check", profile, "--results", tmp_path / "check", seconds=300, **keys)
    said = " ".join(checked.said.replace("│", " ").split())
    assert "The agent is not told of the video being off" in said
    assert "say how in far_end.video_off" in said
    assert checked.status == 3, checked.said
    words = ("--scenario", "The camera is revoked in a video call", "--route", "chromium-site-settings", "--no-allure")
    ended = harness.command("run", "--profile", profile, *words, "--results", tmp_path, seconds=300, **keys)
    (found,) = harness.results(tmp_path)
    assert found["verdict"] == "inconclusive"
    assert '"picture":"hidden"' in found["reason"]
    assert ended.status == 3, ended.said


@pytest.mark.alone
def test_a_widget_with_three_flaws_breaks_just_the_promises_about_them(tmp_path: Path, launcher: int) -> None:
    profile = SAMPLES / "launcher" / "profile.toml"
    words = ("run", "--profile", profile, *SOME, *ROUTES, "--no-allure", "--results", tmp_path)
    ended = harness.command(*words, seconds=900, SAMPLE_PORT=str(launcher))
    found = [Result.from_json(line) for line in harness.results(tmp_path)]
    assert not [(r.route, r.scenario, r.reason) for r in found if r.verdict is Verdict.INCONCLUSIVE]
    for browser in ("chromium", "firefox"):
        judged = harness.verdicts(tmp_path)
        broken = {key[2] for key, verdict in judged.items() if key[1] == browser and verdict is Verdict.FAIL}
        assert broken == FLAWS, browser
    assert ended.status == 1, ended.said


def test_one_prompt_for_both_devices_blocks_more_than_a_scenario_says(tmp_path: Path, material: int) -> None:
    profile = SAMPLES / "material" / "profile.toml"
    scenarios = [
        "an audio call is tried while the microphone is blocked",
        "A video call is tried while the camera is blocked",
        "The customer proceeds with an audio-only call",
        "The microphone is enabled and a video call is tried again",
    ]
    chosen = [word for title in scenarios for word in ("--scenario", title)]
    words = ("run", "--profile", profile, *chosen, "--route", "firefox-prompt", "--workers", "1", "--no-allure")
    harness.command(*words, "--results", tmp_path, seconds=300, SAMPLE_PORT=str(material))
    found = {r["scenario"]: (r["verdict"], r["reason"]) for r in harness.results(tmp_path)}
    assert found.pop(scenarios[0])[0] == "fail"  # one device in question, and a promise that the widget breaks
    assert set(found) == set(scenarios[1:])
    for verdict, reason in found.values():
        assert (verdict, reason[:43]) == ("not applicable", "the widget asks for both devices in one pro")


@pytest.mark.alone
def test_a_widget_of_icons_without_names_breaks_just_the_promises_about_its_flaws(
    tmp_path: Path, material: int
) -> None:
    profile = SAMPLES / "material" / "profile.toml"
    words = ("run", "--profile", profile, *MATERIAL, *ROUTES, "--no-allure", "--results", tmp_path)
    ended = harness.command(*words, seconds=900, SAMPLE_PORT=str(material))
    found = [Result.from_json(line) for line in harness.results(tmp_path)]
    assert not [(r.route, r.scenario, r.reason) for r in found if r.verdict is Verdict.INCONCLUSIVE]
    assert len(found) == 14
    for browser, flaws in (("chromium", MATERIAL_FLAWS | MATERIAL_IN_CHROMIUM), ("firefox", MATERIAL_FLAWS)):
        judged = harness.verdicts(tmp_path)
        broken = {key[2] for key, verdict in judged.items() if key[1] == browser and verdict is Verdict.FAIL}
        assert broken == flaws, browser
    assert ended.status == 1, ended.said


RELIABLE = [('logLevel: "error"', 'logLevel: "error", sipExtension100rel: "Required"')]
"""Edits of the sample on SIP.js: its calls demand that ringing is acknowledged."""
LATE = [
    ("(this.#agent, quay, { ", "(this.#agent, quay, { inviteWithoutSdp: true, "),
    # a transceiver that is there before the offer comes would take no line of it (RFC 9429 section 5.10)
    ("return new MediaStream();", "return new MediaStream(Object.values(tracks()).filter(Boolean));"),
    ('handler.peerConnection.addTransceiver(track ?? kind, { direction: "sendrecv" });', ""),
]
"""Its calls leave the offer to the agent, and answer it."""


@pytest.mark.parametrize("edits", [RELIABLE, LATE], ids=["100rel", "no offer"])
@pytest.mark.alone
def test_sipjs_in_other_ways_of_sip_conforms(tmp_path: Path, packages: Path, edits: list[tuple[str, str]]) -> None:
    sample = shutil.copytree(SAMPLES / "sipjs", tmp_path / "sample")
    line = (sample / "line.js").read_text("utf-8")
    for before, after in edits:
        assert before in line
        line = line.replace(before, after)
    (sample / "line.js").write_text(line, "utf-8")
    made = bundled(sample / "widget.js", packages, tmp_path / "harbour.mjs")
    words = ("--scenario", "The camera is revoked in a video call", "--route", "chromium-site-settings", "--no-allure")
    with served("sipjs", harbour=made) as port:
        keys = {"SAMPLE_PORT": str(port), "HARBOUR_KEY": "quay-side"}
        profile = SAMPLES / "sipjs" / "profile.toml"
        ended = harness.command("run", "--profile", profile, *words, "--results", tmp_path, seconds=300, **keys)
    assert [(one["verdict"], one["reason"]) for one in harness.results(tmp_path)] == [("pass", "")], ended.said
