"""`widget-conformance setup`: what pip cannot install. Quick when all is there."""

import argparse
import os
import shutil
import subprocess
import sys

from widget_conformance.fixtures.browsers.finding import BROWSERS, BrowserMissing, find
from widget_conformance.fixtures.node import install, node_home
from widget_conformance.fixtures.observer.bundle import bundle as bundle_observer
from widget_conformance.reference_impl.jssip import bundle as bundle_jssip

_DEBIAN = {"chromium": "chromium", "firefox": "firefox-esr"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--no-browsers", action="store_true", help="install no Debian packages")


def execute(options: argparse.Namespace) -> int:
    """Install and say what was done; a missing browser is told but stops nothing."""
    missing = _missing()
    if missing and not options.no_browsers and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [_DEBIAN[name] for name in missing]
        print(f"set-up: installing {' and '.join(packages)} from the system's packages", file=sys.stderr)
        _apt("update")
        for package in packages:
            _apt("install", "--yes", "--no-install-recommends", package, "fonts-dejavu-core")
        missing = _missing()
    for problem in missing.values():
        print(f"set-up: {problem}", file=sys.stderr)
    if not (node_home() / "node_modules").is_dir():
        print("set-up: installing Allure, JsSIP and esbuild from npm", file=sys.stderr)
    home = install()
    bundle_jssip(home)
    bundle_observer(home)
    return 0


def _missing() -> dict[str, str]:
    missing: dict[str, str] = {}
    for name in BROWSERS:
        try:
            find(name)
        except BrowserMissing as error:
            missing[name] = str(error)
    return missing


def _apt(*words: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", "--quiet", "--quiet", *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        print(f"set-up: apt-get {' '.join(words)} failed: {' '.join(last)}", file=sys.stderr)
