"""`widget-conformance init`: pages of several kinds, hostile ones among them, each in a real browser."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from widget_conformance.commands.main import main
from widget_conformance.fixtures import profile as profiles
from widget_conformance.fixtures.discovery import exactly, quoted
from widget_conformance.fixtures.loop import LoopThread, listen
from widget_conformance.reference_impl.server import ReferenceServer

HOSTILE = '"]\n[budgets]\nshown = 9 # <script>alert(1)</script> \\ \x7f \U0001f600'
LONG = "Phone our friendly people, " + "who know everything about spades and rakes, " * 3
PAGES = {
    "long": f"<button>{LONG}</button>",
    "named": '<meta name="x-version" content="5.4"><button>Audio call</button><button>Video call</button>',
    "ligatures": (
        '<button class="round call"><span class="material-icons">call</span></button>'
        '<button data-testid="start-video"><span class="material-icons">videocam</span></button>'
        '<button hidden id="end"><i class="material-icons">call_end</i></button>'
    ),
    "shadow": "<x-w></x-w><script>customElements.define('x-w', class extends HTMLElement { constructor() { super();"
    "this.attachShadow({mode: 'open'}).innerHTML = '<button title=\"Voice\"><svg></svg></button>'; } })</script>",
    "launcher": "<button>Chat with us</button><p>Version 7.2.1</p>",
    "socket": "<button>Voice call</button><script>new WebSocket('ws://127.0.0.1:1/sip', 'sip')</script>",
    "incall": '<button>Phone us</button><div style="display:none"><button>Mute</button>'
    "<button class=snd>Mute sounds</button><button>Video on</button></div><div style='opacity:0'><button>Voice call 2</button></div>",
    "hidden": "<div style='visibility:hidden'><button>Audio call</button><button>Video call</button></div>"
    "<button>Call history</button><button>Leave a voice message</button><button>Mute notifications</button>",
    "beside": "<button>Voice call</button><script>const at = `ws://${location.host}`;"
    "new WebSocket(`${at}/chat`, ['chat.v1']); new WebSocket(`${at}/socket.io/?EIO=4&transport=websocket`);"
    "const s = new WebSocket(`${at}/line`); s.onopen = () => s.send('REGISTER sip:a.example SIP/2.0\\r\\n\\r\\n');"
    "new WebSocket('ws://127.0.0.1:1/named', ['sip'])</script>",
    "icon": '<button class="round"><span class="material-icons">videocam</span></button>',
    "guarded": "<button onclick=\"this.outerHTML = '<button>Voice call</button>'\">Chat with us</button>",
    "empty": "<p>Nothing here.</p>",
    "silent": "<button>Voice call</button><script>"
    "Object.defineProperty(document, 'title', {get() { for (;;); }})</script>",
    "hostile": "<title></title><button id=b></button><script>"
    f"const t = {quoted(HOSTILE).replace('</', '<' + chr(92) + '/')}; document.title = t; b.title = 'audio ' + t; b.dataset.testid = 'call ' + t;</script>",
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serves the pages; the address without a path."""

    async def page(request: web.Request) -> web.Response:
        if request.match_info["name"] == "guarded" and "Authorization" not in request.headers:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="staging"'}, text="log in")
        body = f"<!doctype html><html lang=en><meta charset=utf-8>{PAGES.get(request.match_info['name'], '')}"
        return web.Response(text=body, content_type="text/html")

    app = web.Application()

    async def socket(request: web.Request) -> web.WebSocketResponse:
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        async for _ in opened:
            pass
        return opened

    for path in ("/chat", "/socket.io/", "/line"):
        app.router.add_get(path, socket)
    app.router.add_get("/{name}", page)
    loop = LoopThread("pages")
    runner, port = loop.call(listen(app, 0))
    yield f"http://localhost:{port}"
    loop.call(runner.cleanup())
    loop.stop()


class Outcome:
    """What one call of the command did."""

    def __init__(self, status: int, said: str, file: Path) -> None:
        self.status, self.said = status, said
        self.text = file.read_text("utf-8") if file.exists() else ""

    @property
    def table(self) -> dict[str, Any]:
        return tomllib.loads(self.text)


@pytest.fixture
def init(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(url: str, *words: str) -> Outcome:
        file = tmp_path / "profile.toml"
        status = main(["init", url, "--output", str(file), *words])
        said = capsys.readouterr()
        if file.exists():
            profiles.load(file)
        return Outcome(status, said.out + said.err, file)

    return run


def test_a_widget_with_names_needs_next_to_nothing(init: Any, site: str) -> None:
    done = init(f"{site}/named", "--query", "sip={far_end_url}")
    assert done.status == 0
    assert set(done.table) == {"name", "url", "query", "version"}
    assert done.table["version"] == {"meta": "x-version"}
    assert done.table["query"] == {"sip": "{far_end_url}"}
    assert "# audio_call: the default profile finds button 'Audio call'" in done.text
    assert "# TODO [find.microphone_blocked]" in done.text
    assert "Next: widget-conformance check" in done.said


def test_icons_made_of_ligatures_are_proposed_to_be_checked(init: Any, site: str) -> None:
    done = init(f"{site}/ligatures")
    assert '# query = { sip = "{far_end_url}" }' in done.text
    assert done.status == 0
    find = done.table["find"]
    assert find["audio_call"]["name"] == "^call$"
    assert find["video_call"] == {"test_id": "start-video"}
    assert find["hang_up"]["name"] == "^call_end$"
    assert done.text.count("# please check") == 3


def test_one_icon_is_proposed_for_one_control_only(init: Any, site: str) -> None:
    done = init(f"{site}/icon")
    assert done.table["find"]["video_call"]["name"] == "^videocam$"
    assert "# TODO [find.camera]" in done.text


def test_an_open_shadow_root_is_looked_into_and_an_attribute_taken(init: Any, site: str) -> None:
    done = init(f"{site}/shadow", "--browser", "firefox")
    assert done.status == 0
    assert done.table["find"]["audio_call"] == {"css": 'button[title="Voice"]'}


def test_a_launcher_a_version_and_a_socket_are_told(init: Any, site: str) -> None:
    done = init(f"{site}/launcher")
    assert done.status == 3
    assert '# click = { role = "button", name = "^Chat with us$" }' in done.text
    assert "the page says 'Version 7.2.1' somewhere" in done.said
    done = init(f"{site}/socket", "--force")
    assert done.status == 0
    assert "# The page opened ws://127.0.0.1:1/sip" in done.text


def test_what_is_hidden_is_no_call_button_and_no_control(init: Any, site: str) -> None:
    done = init(f"{site}/incall")
    assert (done.status, set(done.table["find"])) == (0, {"audio_call"})
    assert done.table["find"]["audio_call"]["name"] == "^Phone us$"
    done = init(f"{site}/hidden", "--force")
    assert (done.status, done.table.get("find", {})) == (3, {})


def test_only_a_socket_that_speaks_sip_is_told(init: Any, site: str) -> None:
    done = init(f"{site}/beside")
    told = re.findall("# The page opened [^ ]*?(/[^/ ]*): the far end", done.text)
    assert sorted(told) == ["/line", "/named"]
    assert str(Path.home()) not in done.text
    assert "#:schema" not in done.text


def test_a_name_with_what_nobody_can_see_is_a_pattern_that_a_profile_takes() -> None:
    assert exactly("Voice\x7f call") == r"^Voice\x7f call$"
    assert re.search(exactly("Voice\x7f call"), "Voice\x7f call")


def test_a_page_with_nothing_gives_a_profile_full_of_todo(init: Any, site: str) -> None:
    done = init(f"{site}/empty")
    assert done.status == 3
    assert set(done.table) == {"name", "url"}
    assert done.text.count("# TODO") >= 14


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_page_that_does_not_answer_is_told_and_nothing_is_written(init: Any, site: str, browser: str) -> None:
    done = init(f"{site}/silent", "--browser", browser)
    assert done.status == 3
    assert not done.text
    assert "the page could not be looked at: a frame did not answer within 5 s" in done.said


def test_what_a_page_calls_itself_changes_nothing_in_the_profile_but_a_string(init: Any, site: str) -> None:
    done = init(f"{site}/hostile")
    assert done.status == 0
    assert set(done.table) == {"name", "url", "find"}
    assert set(done.table["find"]) == {"audio_call"}
    assert "budgets" not in done.table
    assert "\x1b" not in done.said


def test_the_reference_widget_is_found_whole(init: Any) -> None:
    with ReferenceServer(1) as server:
        for release in ("5.1", "5.2"):
            done = init(server.url(release, "s1"), "--force")
            assert done.status == 0, done.said
            assert "find" not in done.table
            assert f"# The version is found: {release}" in done.text


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("no address",), 2, "expected an address"),
        (("ftp://widget.example/",), 2, "expected an address"),
        (("http://localhost:1/{sip}",), 2, "{far_end_url}"),
        (("http://localhost:1/", "--query", "sip"), 2, "expected NAME=VALUE, such as sip={far_end_url}"),
        (("http://localhost:1/", "--query", "=x"), 2, "expected NAME=VALUE"),
        (("http://localhost:1/", "--browser", "opera"), 2, "'opera'"),
        (("http://localhost:1/",), 3, "cannot be opened"),
    ],
)
def test_wrong_use_is_told_in_a_line(init: Any, words: tuple[str, ...], status: int, told: str) -> None:
    done = init(*words)
    assert done.status == status
    assert told in done.said
    assert done.said.count("\n") == 1
    assert not done.text


LOGGED_IN = """
before_call = [{ click = { role = "button", name = "^chat" } }]
[access]
user = "tester"
password = "${INIT_PASSWORD}"
"""


def test_a_page_behind_a_log_in_and_a_launcher_is_looked_at_by_what_another_profile_says(
    init: Any, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INIT_PASSWORD", "open sesame")
    (tmp_path / "reach.toml").write_text(LOGGED_IN, "utf-8")
    without = init(f"{site}/guarded")
    assert (without.status, without.text) == (3, "")
    assert "access.user and access.password log in" in without.said
    done = init(f"{site}/guarded", "--extends", str(tmp_path / "reach.toml"))
    assert done.status == 0, done.said
    assert done.table["extends"] == "reach.toml"
    assert "# audio_call: the default profile finds button 'Voice call'" in done.text
    assert "sesame" not in done.text + done.said


def test_a_step_that_cannot_be_done_is_told_with_its_place(init: Any, site: str, tmp_path: Path) -> None:
    (tmp_path / "reach.toml").write_text('before_call = [{ press = "Nothing" }]\n', "utf-8")
    assert init(f"{site}/named", "--extends", str(tmp_path / "reach.toml")).status == 2
    (tmp_path / "reach.toml").write_text('before_call = [{ click = { role = "button", name = "^Start" } }]\n', "utf-8")
    done = init(f"{site}/named", "--extends", str(tmp_path / "reach.toml"))
    assert (done.status, done.text) == (3, "")
    assert "reach.toml:1: before_call[0]: could not click role button" in done.said


def test_a_place_where_nothing_can_be_written_is_told_in_a_line(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "missing" / "profile.toml"
    assert main(["init", f"{site}/named", "--output", str(file)]) == 3
    assert capsys.readouterr().err == (
        f"widget-conformance: {file}: No such file or directory; choose another place, or mend this one\n"
    )


def test_a_name_longer_than_what_is_read_makes_a_pattern_that_finds_it(init: Any, site: str) -> None:
    find = init(f"{site}/long").table["find"]["audio_call"]
    assert re.search(find["name"], LONG)
    assert not find["name"].endswith("$")


def test_a_profile_is_never_replaced_unasked(init: Any, tmp_path: Path) -> None:
    (tmp_path / "profile.toml").write_text('url = "https://mine.example/"\n', encoding="utf-8")
    done = init("http://localhost:1/")
    assert (done.status, done.text) == (2, 'url = "https://mine.example/"\n')
    assert "--force replaces it" in done.said


@pytest.mark.parametrize("name", ["Call (free)", "a.b*c", "$5 [now] {x} | \\d", "^"])
def test_a_name_as_a_pattern_matches_just_itself(name: str) -> None:
    finder = profiles.from_table({"url": "{origin}/", "find": {"audio_call": {"name": exactly(name)}}}, "x")
    assert finder.find["audio_call"].name == exactly(name)
