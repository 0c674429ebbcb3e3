"""The wheel, which a vendor installs, holds what a checkout holds, and runs from docs/ci."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from harness import results
from widget_conformance.fixtures.node import node_home

ROOT = Path(__file__).parent.parent
FOLDERS = ("commands", "features", "fixtures", "reference_impl", "reports", "steps")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release is."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # setuptools writes into the folder that it builds from
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    words = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_every_package_and_nothing_at_the_top(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = [file for name in FOLDERS for file in (ROOT / name).rglob("*") if file.is_file()]
    wanted = {f"widget_conformance/{f.relative_to(ROOT).as_posix()}" for f in files if "__pycache__" not in f.parts}
    assert wanted - packed == set()
    assert {name.split("/")[0] for name in packed if ".dist-info/" not in name} == {"widget_conformance"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that sees everything that is installed here, but the suite: pip has nothing to fetch."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    others = folder / "others"
    others.mkdir()
    for installed in Path(sysconfig.get_path("purelib")).iterdir():
        if "widget_conformance" not in installed.name:
            (others / installed.name).symlink_to(installed)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(f"{others}\n", "utf-8")
    return folder / "venv"


def conformance(environment: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the script for continuous integration, without a network."""
    given = {
        "CONFORMANCE_VENV": str(environment),
        "PIP_NO_INDEX": "1",
        "WIDGET_CONFORMANCE_NODE_HOME": str(node_home()),
    }
    command = ["sh", str(ROOT / "docs" / "ci" / "conformance.sh"), *map(str, words)]
    return subprocess.run(
        command, env={**os.environ, **given}, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_script_installs_the_wheel_and_judges_by_the_profile(
    wheel: Path, environment: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('url = "http://127.0.0.1:9/"\ncolour = "red"\n', "utf-8")
    ended = conformance(environment, wheel, profile, tmp_path / "results", "--no-allure")
    assert ended.returncode == 2, ended.stderr
    assert f"{profile}:2: colour: unknown key" in ended.stderr

    (installed,) = environment.glob("lib/python*/site-packages/widget_conformance/commands/exits.py")
    of_the_wheel = installed.read_text("utf-8")
    installed.write_text("raise SystemExit(9)  # an older wheel of the same version, from a cache\n", "utf-8")
    assert conformance(environment, wheel, profile).returncode == 2
    assert installed.read_text("utf-8") == of_the_wheel


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder's page, as the examples serve a build."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_script_comes_to_a_verdict(wheel: Path, environment: Path, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<!doctype html><meta name="customer-widget-version" content="5.1"><button>Video call</button>', "utf-8"
    )
    one = ("--scenario", "The widget states its version", "--route", "chromium-site-settings", "--no-allure")
    with served(tmp_path) as url:
        (tmp_path / "profile.toml").write_text(f'url = "{url}"\n', "utf-8")
        ended = conformance(environment, wheel, tmp_path / "profile.toml", tmp_path / "results", *one)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (result,) = results(tmp_path / "results")
    assert (result["verdict"], result["version"], result["browser"]) == ("pass", "5.1", "chromium")
    assert (tmp_path / "results" / "conformance.html").exists()


def test_the_examples_let_no_status_pass_that_judges_nothing() -> None:
    examples = [path.read_text("utf-8") for path in (ROOT / "docs" / "ci").glob("*.yml")]
    assert len(examples) == 2
    for example in examples:
        told = "\n".join(line for line in example.splitlines() if not line.strip().startswith("#"))
        assert "conformance.sh conformance/" in told
        for way in ("allow_failure", "continue-on-error", "|| true", "set +e"):
            assert way not in told


def test_the_script_says_how_it_is_called(tmp_path: Path) -> None:
    ended = conformance(tmp_path / "none", "some.whl")
    assert (ended.returncode, ended.stderr.count("usage: conformance.sh WHEEL PROFILE")) == (2, 1)
    ended = conformance(tmp_path / "none", tmp_path / "no.whl", "profile.toml")
    assert (ended.returncode, ended.stderr) == (2, f"conformance.sh: there is no file {tmp_path / 'no.whl'}\n")
    assert not (tmp_path / "none").exists()


def test_a_set_up_that_fails_accuses_no_widget(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "broken-1.0-py3-none-any.whl").write_bytes(b"no wheel")
    ended = conformance(environment, tmp_path / "broken-1.0-py3-none-any.whl", "profile.toml")
    assert ended.returncode == 3
