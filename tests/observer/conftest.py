import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from pages import Pages, pages
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright
from widget_conformance.fixtures.observer import Face
from widget_conformance.fixtures.profile import Profile, default
from widget_conformance.fixtures.timeline import Timeline

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOX = ("firefox-esr", "firefox")


@pytest.fixture(scope="module")  # its event loop holds the main thread: other tests have loops of their own
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def browser(request: pytest.FixtureRequest, playwright: Playwright) -> Iterator[Browser]:
    names = CHROMIUM if request.param == "chromium" else FIREFOX
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip(f"{request.param} is not installed")
    if request.param == "chromium":
        args = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        launched = playwright.chromium.launch(executable_path=path, args=args + sandbox)
    else:
        launched = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=path,
            firefox_user_prefs={
                "media.navigator.streams.fake": True,
                "media.navigator.permission.disabled": True,
                "media.peerconnection.ice.loopback": True,
            },
        )
    yield launched
    launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 800, "height": 600})
    yield made
    made.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Pages]:
    with pages() as served:
        yield served


@pytest.fixture
def see(context: BrowserContext, site: Pages) -> Callable[..., Face]:
    """Open a page with this HTML, watched from the start."""

    def open_page(body: str, profile: Profile | None = None) -> Face:
        page = context.new_page()
        face = Face(page, profile or default(), Timeline())
        face.install()
        page.goto(site.put(body))
        return face

    return open_page
