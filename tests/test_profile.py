"""Profiles: what they may say, and how wrong ones are told."""

import asyncio
import copy
import json
import pickle
import re
import tomllib
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from certificates import certificate
from jsonschema import Draft202012Validator
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from sipmessage import URI, Request
from widget_conformance.fixtures import approach, profile, profile_check
from widget_conformance.fixtures.far_end import sip
from widget_conformance.fixtures.far_end.server import FarEnd
from widget_conformance.fixtures.far_end.settings import AfterAck, FarEndSettings
from widget_conformance.fixtures.far_end.user_agent import UserAgent
from widget_conformance.fixtures.profile import (
    BadPattern,
    CallStep,
    ExtendsItself,
    Finder,
    Profile,
    ProfileError,
    ProfileUnreadable,
    UnknownKey,
    VariableNotHere,
    default,
    from_table,
    load,
)
from widget_conformance.fixtures.profile_environment import Secret, redact
from widget_conformance.fixtures.profile_lines import Origin, dotted, lines
from widget_conformance.fixtures.profile_selectors import NoSelector, check_selector
from widget_conformance.fixtures.stage import _settings
from widget_conformance.reports import statements

URL = 'url = "https://example.org/widget"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, text: str) -> Profile:
    path = folder / "vendor.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_the_schema_is_a_schema() -> None:
    schema = json.loads(profile_check.SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]["find"]["properties"]) == set(default().find)
    assert schema["$defs"]["statement"]["enum"] == [statement.id for statement in statements.load().all]


def keys(part: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for name, inner in part.get("properties", {}).items():
            yield f"{at}.{name}", inner
        for name, inner in part.items():
            yield from keys(inner, f"{at}.{name}")


def test_every_key_of_the_schema_is_described() -> None:
    schema = json.loads(profile_check.SCHEMA.read_text())
    assert [at for at, key in keys(schema) if not key.get("description")] == []


def test_the_schema_knows_everything_that_a_profile_can_be() -> None:
    properties = json.loads(profile_check.SCHEMA.read_text())["properties"]
    fields = set(Profile.__dataclass_fields__) - {"source", "variables", "origins"}
    assert set(properties) - {"extends"} == fields
    assert set(properties["far_end"]["properties"]) == set(profile.FarEndProfile.__dataclass_fields__)
    assert set(properties["version"]["properties"]) - {"global"} == (
        set(profile.VersionSource.__dataclass_fields__) - {"global_path"}
    )


def test_the_default_finds_everything_by_role() -> None:
    made = default()
    assert len(made.find) == 17
    assert all(finder.role and not finder.css and not finder.test_id for finder in made.find.values())
    assert (made.budgets.stopped, made.budgets.shown, made.budgets.recovered) == (1.0, 1.0, 3.0)
    with pytest.raises(FrozenInstanceError):
        made.name = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        made.find["mute"] = made.find["camera"]  # type: ignore[index]


def test_the_default_profile_shows_everything_that_can_be_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = profile.DEFAULT.read_text("utf-8")
    block = "\n".join(line.removeprefix("#|").strip() for line in text.splitlines() if line.startswith("#|"))
    for name in ("WIDGET_KEY", "WIDGET_CUSTOMER", "WIDGET_PASSWORD", "WIDGET_SITE_PASSWORD"):
        monkeypatch.setenv(name, "xyzzy")
    (folder / "log-in.json").write_text("{}", "utf-8")
    certificate(folder / "far-end.pem", "far-end.example")
    (folder / "far-end.key").write_bytes((folder / "far-end.pem").read_bytes())
    (folder / "vendor.toml").write_text(URL, "utf-8")
    (folder / "all.toml").write_text(block, "utf-8")
    made = load(folder / "all.toml")
    assert len(made.before_call) == 5
    assert len(made.in_call) == 1
    assert len(made.not_applicable) == 5
    said = {part for key in (*lines(text), *lines(block)) for part in key}
    known = {at.rsplit(".", 1)[1] for at, _ in keys(json.loads(profile_check.SCHEMA.read_text()))}
    assert known - said == {"class", "value", "hosts", "witness", "ignore"}  # what cannot stand beside the rest


def test_a_profile_for_the_vendors_own_far_end_extends_one_for_ours(folder: Path) -> None:
    ours = "url = 'http://host/'\nquery = { gateway = '{far_end_url}' }\n[far_end]\nring_seconds = 2\ndomain = 'x.example'\n"
    (folder / "ours.toml").write_text(ours, "utf-8")
    made = read(folder, "extends = 'ours.toml'\nquery = { gateway = 'wss://real' }\n[far_end]\nwitness = 'sender'\n")
    assert made.far_end.witness == "sender"
    assert made.page("audio", origin="", far_end_url="") == "http://host/?gateway=wss%3A%2F%2Freal"


def test_a_url_is_enough(folder: Path) -> None:
    made = read(folder, URL)
    assert made.url == "https://example.org/widget"
    assert made.find == default().find
    assert made.budgets == default().budgets
    assert made.viewport == profile.Viewport(1280, 800)


def test_everything_that_a_profile_can_say(folder: Path) -> None:
    made = read(
        folder,
        r"""
name = "vendor 7"
url = "http://host/?sip={sip_url}&from={origin}"
video_url = "http://host/video"
viewport = { width = 360, height = 620 }
locale = "de-CH"
[version]
global = "Widget.about.version"
[find.mute]
css = ".control"
text = ["mic(_off)?"]
state = { class = "end-call" }
[find.camera]
css = ".cam"
[find.microphone_needed]
text = ["add", "microphone"]
[far_end]
port = 7443
password = "secret"
ring_seconds = 1.5
video_off = [{ method = "MESSAGE", pattern = '"streamStatus":\s*"off"', video = "off" }]
[budgets]
shown = 2
""",
    )
    assert made.page("audio", origin="http://s1.localhost:80", far_end_url="ws://a/b?c") == (
        "http://host/?sip=ws%3A%2F%2Fa%2Fb%3Fc&from=http://s1.localhost:80"
    )
    assert made.page("video", origin="o", far_end_url="s") == "http://host/video"
    assert made.version == profile.VersionSource(global_path="Widget.about.version")
    mute, camera = made.find["mute"], made.find["camera"]
    assert (mute.role, mute.name, mute.text) == ((), None, ("mic(_off)?",))
    assert mute.state == (profile.StateRule(css_class="end-call"),)
    assert (camera.css, camera.role) == (".cam", ())
    assert camera.state == default().find["camera"].state
    assert made.far_end.video_off == (profile.VideoSignal("MESSAGE", r'"streamStatus":\s*"off"', "off"),)
    assert "secret" not in repr(made)
    assert "secret" not in repr(_settings(made.far_end))
    assert made.budgets == profile.Budgets(1.0, 2.0, 3.0)


NOT_BOTH = ["(", "a**", "[z-a]", r"(?P<n>a)", "(?i)a", r"\Aa", r"a\Z", "(?#c)a", "a++", "a{2}+", r"a\-b", "a{", "a}"]
NOT_BOTH += ["(?<=a+)b", r"\'", r"(?>a)", r"[\A]", "[]x]"]


@pytest.mark.parametrize("pattern", NOT_BOTH)
def test_patterns_that_one_of_the_languages_refuses(folder: Path, pattern: str) -> None:
    with pytest.raises(BadPattern, match=r"find\.mute\.name: the pattern"):
        read(folder, f"{URL}[find.mute]\nname = '''{pattern}'''")


BOTH = [
    r"\b(mute|unmute)\b",
    r"a{2,3}",
    r"[a\-z]",
    r"\{x\}",
    r"(?!no)yes",
    r"(?<=a)b",
    r"[- ]",
    r"\u00e9",
    r"a.*?b",
    r"\[x\]",
]


@pytest.mark.parametrize("pattern", BOTH)
def test_patterns_that_both_take(folder: Path, pattern: str) -> None:
    assert read(folder, f"{URL}[find.mute]\nname = '''{pattern}'''").find["mute"].name == pattern


def test_unreadable_files(folder: Path) -> None:
    with pytest.raises(ProfileUnreadable, match="No such file"):
        load(folder / "none.toml")
    with pytest.raises(ProfileUnreadable, match="directory"):
        load(folder)
    (folder / "latin.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(ProfileUnreadable, match="not UTF-8"):
        load(folder / "latin.toml")


@pytest.mark.parametrize(
    ("entry", "text", "matches"),
    [
        ("audio_call", "Start an audio call", True),
        ("audio_call", "Call by voice", True),
        ("audio_call", "Recall the audiobook", False),
        ("hang_up", "End call", True),
        ("hang_up", "Leave", True),
        ("mute", "Unmute", True),
        ("mute", "Commute", False),
        ("microphone_how", "Your microphone is blocked.", False),
        ("microphone_how", "Click the lock icon.", True),
        ("microphone_how", "Open your browser\u2019s settings", True),
        ("audio_only", "Continue without video", True),
        ("microphone_lost", "Microphone blocked. The agent cannot hear you.", True),
        ("microphone_lost", "We can\u2019t access your microphone", True),
        ("microphone_lost", "The microphone's permission was turned off", True),
        ("microphone_lost", "Your microphone is muted. The agent cannot hear you.", False),
        ("microphone_lost", "Microphone access restored", False),
        ("microphone_lost", "Microphone restored: the block was removed.", False),
        ("microphone_lost", "Access to your microphone has been removed", True),
        ("microphone_lost", "Access to your microphone has been withdrawn", True),
        ("microphone_lost", "You have no microphone access any more", True),
        ("microphone_lost", "Microphone access is off. The agent cannot hear you.", True),
        ("microphone_needed", "This call requires access to your microphone", True),
        ("camera_prompt", "Video requires camera access", True),
        ("microphone_lost", "Your microphone is no longer blocked", False),
        ("microphone_needed", "Please add microphone permissions in your browser.", True),
        ("microphone_needed", "Change the permissions for the microphone", True),
        ("microphone_needed", "Microphone access denied", False),
        ("camera_prompt", "Turn your camera back on", True),
        ("camera_prompt", "The camera needs your permission", True),
        ("camera_prompt", "Camera access was denied", False),
        ("camera_prompt", "Microphone blocked: click the camera icon in the address bar and allow it", False),
        ("camera_unavailable", "We can't use your camera", True),
        ("enable_camera", "Allow the camera", True),
    ],
)
def test_words_that_the_default_profile_takes(entry: str, text: str, matches: bool) -> None:
    finder = default().find[entry]
    patterns = [finder.name] if finder.name else finder.text
    assert all(re.search(pattern, text, re.IGNORECASE) for pattern in patterns) is matches


# -- lines

DOCUMENT = r"""# first
name = "a"
"quoted key".'and.dotted' = 1

[a.b] # a table
x = QQQ
[not.a.table]
y = 1 \"QQQ"
z.deep = [ 1, # one
  [2, 3],
  { p = 1, "q r" = { s = '''
no = "key"
''''' } },
]
when = 1979-05-27T07:32:00Z
[[a.list]]
k = 1
[[a.list]]
[a.list.sub]
k = 2
[[a.list.inner]]
k = 3
[[a.list.inner]]
k = "\\" # "
""".replace("QQQ", '"' * 3)


def every_key(table: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if at:
        yield at
    inner = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for name, one in inner:
        yield from every_key(one, (*at, name))


def test_the_line_of_every_key() -> None:
    found = lines(DOCUMENT)
    table = tomllib.loads(DOCUMENT)
    assert set(found) - {()} == set(every_key(table))
    rows = DOCUMENT.split("\n")
    told = {dotted(key): rows[line - 1] for key, line in found.items()}
    assert told["name"] == 'name = "a"'
    assert told['"quoted key"."and.dotted"'].startswith('"quoted key"')
    assert told["a.b"] == "[a.b] # a table"
    assert told["a.b.x"] == "x = " + '"' * 3
    assert told["a.b.z.deep[1][1]"] == "  [2, 3],"
    assert told['a.b.z.deep[2]."q r".s'].startswith("  { p = 1")
    assert told["a.b.when"].startswith("when")
    assert [found[("a", "list", number)] for number in (0, 1)] == [
        rows.index("[[a.list]]") + 1,
        rows.index("[a.list.sub]"),
    ]
    assert told["a.list[1].sub.k"] == "k = 2"
    assert told["a.list[1].inner[0].k"] == "k = 3"
    assert told["a.list[1].inner[1].k"].startswith('k = "')


@pytest.mark.parametrize("file", sorted(Path(profile_check.SCHEMA).parent.parent.rglob("*.toml")), ids=lambda f: f.name)
def test_the_lines_of_every_toml_file_of_the_project(file: Path) -> None:
    text = file.read_text("utf-8")
    assert set(lines(text)) - {()} == set(every_key(tomllib.loads(text)))
    assert lines(text) == lines(text.replace("\n", "\r\n"))


def test_a_key_that_stands_nowhere_is_in_the_line_of_what_holds_it() -> None:
    origin = Origin("w.toml", lines("a = 1\n[b]\nc = { d = 1 }"))
    assert origin.at(("b", "c", "e")) == "w.toml:3: b.c.e"
    assert origin.at(("x",)) == "w.toml:1: x"
    assert Origin("a table").at(("x", 0)) == "a table: x[0]"


def test_a_mark_that_windows_puts_in_front_does_no_harm(folder: Path) -> None:
    assert read(folder, "\ufeff" + URL).url == "https://example.org/widget"


# -- extends


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(files))}.toml"


def test_a_profile_extends_another_that_extends_another(folder: Path) -> None:
    (folder / "bases").mkdir()
    (folder / "bases" / "last.toml").write_text(
        URL + "locale = 'de-CH'\n[budgets]\nshown = 2\nstopped = 2\n[query]\na = '1'\nb = '2'\n"
        "[find.mute]\nrole = 'switch'\nname = 'mic'\nstate = { class = 'off' }\n[version]\nmeta = 'v'\n"
        "[[before_call]]\npress = 'Tab'\n[far_end]\nagent = '100'\nnumbers = ['1', '2']\n"
    )
    (folder / "bases" / "middle.toml").write_text(
        "extends = 'last.toml'\n[find.mute]\ncss = '.mic'\n[budgets]\nshown = 3\n"
    )
    made = load(
        write(folder, leaf="extends = 'bases/middle.toml'\nname = 'leaf'\n[query]\nb = '3'\n[far_end]\nnumbers = ['9']\n"
                           "[version]\nheader = 'X-V'")
    )  # fmt: skip
    assert (made.name, made.url, made.locale) == ("leaf", "https://example.org/widget", "de-CH")
    assert made.budgets == profile.Budgets(2.0, 3.0, 3.0)
    assert made.find["mute"] == Finder("mute", css=".mic", state=(profile.StateRule(css_class="off"),))
    assert made.find["camera"] == default().find["camera"]
    assert made.version == profile.VersionSource(header="X-V")
    assert made.query == {"a": "1", "b": "3"}
    assert (made.far_end.agent, made.far_end.numbers) == ("100", ("9",))
    assert made.before_call[0].place == f"{folder}/bases/last.toml:15: before_call[0]"
    assert made.place("find", "mute", "css") == f"{folder}/bases/middle.toml:3: find.mute.css"
    assert made.place("version", "header") == f"{folder}/leaf.toml:8: version.header"
    assert made.place("find", "camera", "name") == f"{folder}/bases/middle.toml:2: find.camera.name"
    assert from_table({"url": "http://x"}, "a table").place("find", "camera") == "a table: find.camera"


def test_a_circle_names_everyone_in_it(folder: Path) -> None:
    file = write(folder, a="\nextends = 'b.toml'", b="extends = './a.toml'\n")
    with pytest.raises(ExtendsItself) as told:
        load(file)
    assert str(told.value) == (
        f"{folder}/b.toml:1: extends: the profiles extend each other in a circle: "
        f"{folder}/a.toml, which extends {folder}/b.toml, which extends {folder}/a.toml"
    )


def test_a_base_that_is_not_there(folder: Path) -> None:
    file = write(folder, leaf=URL + "extends = 'vendr.toml'", vendor=URL)
    with pytest.raises(ProfileUnreadable) as told:
        load(file)
    missing = f"{folder}/leaf.toml:2: extends: there is no file {folder}/vendr.toml; did you mean 'vendor.toml'?"
    assert str(told.value) == missing


def test_a_wrong_base_is_told_with_who_wants_it(folder: Path) -> None:
    file = write(
        folder, leaf=URL + "extends = 'middle.toml'", middle="extends = 'base.toml'", base="[find.mute]\nnmae = 'x'"
    )
    with pytest.raises(UnknownKey) as told:
        load(file)
    assert str(told.value) == (
        f"{folder}/base.toml:2: find.mute.nmae: unknown key; did you mean 'name'? "
        f"(extended by {folder}/middle.toml:1) (extended by {folder}/leaf.toml:2)"
    )
    for text in ("a =", None):
        if text is None:
            (folder / "base.toml").unlink()
            (folder / "base.toml").mkdir()
        else:
            write(folder, base=text)
        with pytest.raises(ProfileError, match=r"base\.toml: .*\(extended by .*middle\.toml:1\)"):
            load(file)


def test_a_chain_needs_an_address_somewhere(folder: Path) -> None:
    with pytest.raises(
        profile.MissingKey, match=r"leaf\.toml:1: the key 'url' is missing, here and in what it extends"
    ):
        load(write(folder, leaf="extends = 'base.toml'", base="name = 'x'"))
    assert load(write(folder, leaf="extends = 'base.toml'\n" + URL, base="name = 'x'")).name == "x"


def test_what_has_to_stand_together_may_stand_in_two_files(folder: Path) -> None:
    base = URL + "[access]\nuser = 'shared'\n"
    made = load(write(folder, leaf="extends = 'base.toml'\n[access]\npassword = 'secret'", base=base))
    assert (made.access.user, made.access.password) == ("shared", "secret")
    made = load(write(folder, leaf="extends = 'base.toml'\n[access]\npassword = 'other'", base=base + "password = 'x'"))
    assert (made.access.user, made.access.password) == ("shared", "other")
    certificate(folder / "far-end.pem", "far-end.example")
    (folder / "far-end.key").write_bytes((folder / "far-end.pem").read_bytes())
    base = URL + "[far_end]\ncertificate = 'far-end.pem'\n"
    made = load(write(folder, leaf="extends = 'base.toml'\n[far_end]\nkey = 'far-end.key'", base=base))
    assert made.far_end.key == str((folder / "far-end.key").resolve())


def test_what_is_missing_in_the_whole_chain_is_told_where_the_other_key_is(folder: Path) -> None:
    with pytest.raises(profile.MissingKey) as told:
        load(write(folder, leaf=URL + "extends = 'base.toml'", base="name = 'x'\n[access]\nuser = 'shared'"))
    assert str(told.value) == f"{folder}/base.toml:3: access.user: the key 'password' is missing beside 'user'"


@pytest.mark.parametrize(("leaf", "base"), [("proxy", "hosts"), ("hosts", "proxy")])
def test_what_excludes_each_other_does_so_in_two_files_as_well(folder: Path, leaf: str, base: str) -> None:
    said = {"proxy": "proxy = 'http://127.0.0.1:3128'", "hosts": "hosts = { 'widget.example' = '127.0.0.1' }"}
    with pytest.raises(profile.KeysThatExclude) as told:
        load(write(folder, leaf=f"extends = 'base.toml'\n[access]\n{said[leaf]}", base=f"{URL}[access]\n{said[base]}"))
    assert str(told.value) == (
        f"{folder}/leaf.toml:3: access.{leaf}: proxy and hosts exclude each other: it is the proxy that looks for names; "
        f"the other is in {folder}/base.toml:3: access.{base}"
    )


LANGUAGES = """
[find.mute]
name = { en = "mute", de = "stumm", de-CH = "lautlos" }
state = { text = { en = "off", de = "aus" } }
[find.microphone_lost]
text = { en = ["microphone", "lost"], de = "mikrofon" }
[[before_call]]
click = { role = "button", name = { en = "chat", de = "gespräch" } }
"""


@pytest.mark.parametrize(
    ("locale", "mute", "state", "lost", "click"),
    [
        ("en-US", "mute", "off", ("microphone", "lost"), "chat"),
        ("de-CH", "lautlos", "aus", ("mikrofon",), "gespräch"),
        ("DE-ch-1996", "lautlos", "aus", ("mikrofon",), "gespräch"),
        ("de-AT", "stumm", "aus", ("mikrofon",), "gespräch"),
    ],
)
def test_the_locale_chooses_among_languages(
    folder: Path, locale: str, mute: str, state: str, lost: tuple[str, ...], click: str
) -> None:
    made = load(write(folder, leaf=f"extends = 'base.toml'\nlocale = '{locale}'", base=URL + LANGUAGES))
    assert (made.find["mute"].name, made.find["mute"].state[0].text) == (mute, state)
    assert made.find["microphone_lost"].text == lost
    assert made.before_call[0].target is not None
    assert made.before_call[0].target.name == click


def test_a_language_that_is_not_there_is_told_where_the_others_are(folder: Path) -> None:
    file = write(folder, leaf="extends = 'base.toml'\nlocale = 'fr'\n[find.mute]\nname = 'x'", base=URL + LANGUAGES)
    with pytest.raises(profile.WrongValue) as told:
        load(file)
    words = "find.mute.state.text: nothing is given for the locale 'fr', only for en, de"
    assert str(told.value) == f"{folder}/base.toml:5: {words}"


def test_a_table_extends_nothing() -> None:
    with pytest.raises(ProfileUnreadable, match="a table: extends: only a file can extend another"):
        from_table({"extends": "x.toml"}, "a table")


RIGHT = [
    "url = 'https://a.b./'",
    "url = 'http://[::1]:80/?x={far_end_url}#/{origin}'",
    URL + 'query = { config = \'{"sip": {"url": "{far_end_url}"}, agent: {number: 1}}\' }',
    URL
    + '[far_end]\nafter_ack = [{ body = \'{"call-id": {"call_id":"{call_id}"}, "x": {agent: 1}, "y": {"some-name":{}}}\' }]',
    URL + '[far_end]\nafter_ack = [{ body = "a\\r\\nb\\tc" }]',
    URL + "[far_end]\nagent = 'anna'\nnumbers = ['100']",  # who answers need not be who is called
    URL
    + "[far_end]\nvideo_off = [{ method='INFO', pattern='x', video='off' }, { method='SDP', pattern='x', video='on' }]",
    URL + "[far_end]\nwitness = 'sender'\nignore = ['/ping/']",
    URL + "calls = ['audio']\naudio_url = 'http://x/'\n[[before_call]]\npress = 'Tab'\nfor = 'audio'",
    URL + "[find.mute]\nstate = { class = 'md:w-1.5' }",
    URL + "[find.mute]\nstate = { class = '!off' }",
    URL + "[find.mute]\nstate = { attribute = 'xlink:href', value = '/icons/mute/' }",
    URL + "[find.mute]\nname = '/ mute'",
    URL + "version = { stated = 'Release 5.6' }",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_looks_wrong_and_is_not(folder: Path, text: str) -> None:
    read(folder, text)


# -- the environment

HIDDEN = 'hunter2 & "co"'


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIDGET_PASSWORD", HIDDEN)
    monkeypatch.setenv("WIDGET_HOST", "host.example")


@pytest.mark.usefixtures("secret")
def test_values_from_the_environment_are_used_and_never_printed(folder: Path) -> None:
    made = read(
        folder,
        """
url = "https://${WIDGET_HOST}/a"
query = { token = "x-${WIDGET_PASSWORD}" }
[find.mute]
name = "${WIDGET_HOST}"
[far_end]
password = "${WIDGET_PASSWORD}"
domain = "$${WIDGET_HOST}"
after_ack = [{ body = "$${${WIDGET_PASSWORD}} {call_id}" }]
[[before_call]]
fill = { label = "password" }
with = "${WIDGET_PASSWORD}"
""",
    )
    assert made.far_end.password == HIDDEN
    assert made.far_end.domain == "${WIDGET_HOST}"
    assert made.far_end.after_ack[0].body == f"${{{HIDDEN}}} {{call_id}}"
    assert made.before_call[0].text == HIDDEN
    page = made.page("audio", origin="o", far_end_url="s")
    assert page == "https://host.example/a?token=x-hunter2%20%26%20%22co%22"
    assert made.redact(f"opens {page}") == "opens https://${WIDGET_HOST}/a?token=x-${WIDGET_PASSWORD}"
    printed = [repr(made), repr(_settings(made.far_end)), str(made.before_call[0]), str(made.find["mute"])]
    printed += [repr(made.before_call), repr(made.find), f"{made.far_end!r}"]
    assert not [text for text in printed if "hunter2" in text or "host.example" in text]
    assert str(made.find["mute"]) == "name /${WIDGET_HOST}/"
    assert str(made.before_call[0]) == "fill label /password/ with '${WIDGET_PASSWORD}'"


def test_a_secret_stays_one_when_it_is_copied() -> None:
    one = Secret("value", "${NAME}", {"NAME": "value"})
    for other in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert (other, repr(other), other.variables) == ("value", "'${NAME}'", {"NAME": "value"})


def test_what_is_redacted() -> None:
    variables = {"A": "ab cd", "LONGER": "ab cd ef", "EMPTY": ""}
    assert redact("ab cd ef, ab%20cd, ab+cd+ef", variables) == "${LONGER}, ${A}, ${LONGER}"
    assert redact("as it is", {}) == "as it is"


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    "text",
    [
        "name = '${WIDGET_HOST}'",
        "[version]\nstated = '${WIDGET_HOST}'",
        "[[not_applicable]]\nstatement = 'AIM-1'\nwhy = '${WIDGET_HOST}'",
        "extends = '${WIDGET_HOST}'",
    ],
)
def test_what_reports_print_cannot_come_from_the_environment(folder: Path, text: str) -> None:
    with pytest.raises(VariableNotHere, match="this stands in reports and messages") as told:
        read(folder, URL + text)
    assert "host.example" not in str(told.value)


@pytest.mark.usefixtures("secret")
def test_a_table_takes_from_the_environment_too() -> None:
    assert from_table({"url": "http://${WIDGET_HOST}/"}, "a table").url == "http://host.example/"


# -- addresses


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("http://h/", "http://h/?a%20b=%C3%BC%26%3D&sip=ws%3A%2F%2Ff%3F&from=http%3A%2F%2Fo"),
        ("http://h/?x=1#/chat", "http://h/?x=1&a%20b=%C3%BC%26%3D&sip=ws%3A%2F%2Ff%3F&from=http%3A%2F%2Fo#/chat"),
        ("http://h/?", "http://h/?a%20b=%C3%BC%26%3D&sip=ws%3A%2F%2Ff%3F&from=http%3A%2F%2Fo"),
        ("{origin}/#", "http://o/?a%20b=%C3%BC%26%3D&sip=ws%3A%2F%2Ff%3F&from=http%3A%2F%2Fo#"),
    ],
)
def test_parameters_of_the_address(url: str, page: str) -> None:
    query = {"a b": "ü&=", "sip": "{sip_url}", "from": "{origin}"}
    made = from_table({"url": url, "query": query}, "a table")
    assert made.page("audio", origin="http://o", far_end_url="ws://f?") == page


def test_json_can_be_a_parameter() -> None:
    made = from_table({"url": "http://h/", "query": {"config": '{"sip": {}, "x": "{sip_url}"}'}}, "a table")
    assert made.page("video", origin="o", far_end_url="s").endswith("%22x%22%3A%20%22s%22%7D")


# -- promises that do not apply, steps, the far end, the version


def test_promises_that_do_not_apply(folder: Path) -> None:
    made = read(
        folder,
        URL + "[[not_applicable]]\nstatements = ['CAM-LIVE-1', 'CAM-LIVE-2']\nwhy = 'no video'\n"
        "[[not_applicable]]\nstatement = 'MIC-PRE-1'\nwhy = 'no button'",
    )
    assert made.not_applicable == {"CAM-LIVE-1": "no video", "CAM-LIVE-2": "no video", "MIC-PRE-1": "no button"}
    assert default().not_applicable == {}


STEPS = """
[[before_call]]
click = { role = "button", name = "start chat" }

[[before_call]]
fill = { label = "your name" }
with = ""

[[before_call]]
choose = { css = "select", text = ["a", "b"] }
option = "Sales"
for = "video"

[[before_call]]
wait_for = { test_id = "ready" }

[[before_call]]
press = "Control+Shift++"
for = "audio"
"""


def test_steps_before_a_call(folder: Path) -> None:
    made = read(folder, URL + STEPS)
    at = f"{folder}/vendor.toml"
    assert made.before_call == (
        CallStep(f"{at}:3: before_call[0]", "click", Finder("before_call[0].click", ("button",), "start chat")),
        CallStep(f"{at}:6: before_call[1]", "fill", Finder("before_call[1].fill", label="your name")),
        CallStep(
            f"{at}:10: before_call[2]",
            "choose",
            Finder("before_call[2].choose", css="select", text=("a", "b")),
            "Sales",
            "video",
        ),
        CallStep(f"{at}:15: before_call[3]", "wait_for", Finder("before_call[3].wait_for", test_id="ready")),
        CallStep(f"{at}:18: before_call[4]", "press", None, "Control+Shift++", "audio"),
    )
    assert [step.action for step in made.steps("audio")] == ["click", "fill", "wait_for", "press"]
    assert [str(step) for step in made.steps("video")] == [
        "click role button, name /start chat/",
        "fill label /your name/ with ''",
        "choose 'Sales' in css select, text /a/ and /b/",
        "wait for test id ready",
    ]
    assert default().before_call == ()


@pytest.mark.parametrize(
    "key", ["+", "a", "Ä", "Enter", "Control++", "Meta+ArrowUp", "F12", "Space", "ControlOrMeta+k"]
)
def test_keys_that_can_be_pressed(key: str) -> None:
    assert from_table({"url": "http://h", "before_call": [{"press": key}]}, "a table").before_call[0].text == key


def test_everything_of_the_far_end_reaches_its_settings(folder: Path) -> None:
    made = read(
        folder,
        URL + "[far_end]\nlisten = '0.0.0.0'\nport = 7443\ndomain = 'd.example'\nagent = '100'\nnumbers = ['1', '2']\n"
        "user = '2000'\npassword = 'p'\nring_seconds = 1\nanswer = { video = 'recvonly' }\n"
        "after_ack = [{ body = '{\"id\": \"{call_id}\"}' }, { body = 'x', content_type = 'text/plain' }]",
    )
    assert _settings(made.far_end) == FarEndSettings(
        listen="0.0.0.0",
        port=7443,
        domain="d.example",
        agent="100",
        user="2000",
        password="p",
        ring_seconds=1,
        answer_video="recvonly",
        numbers=("1", "2"),
        after_ack=(AfterAck('{"id": "{call_id}"}'), AfterAck("x", "text/plain")),
    )
    assert _settings(default().far_end) == FarEndSettings()
    assert hash(_settings(made.far_end))


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.2", "ws://127.0.0.2:0/sip"),
        ("0.0.0.0", "ws://127.0.0.1:0/sip"),
        ("::1", "ws://[::1]:0/sip"),
        ("::", "ws://[::1]:0/sip"),
    ],
)
def test_the_address_that_a_page_is_told(folder: Path, listen: str, url: str) -> None:
    made = read(folder, f"{URL}[far_end]\nlisten = '{listen}'")
    assert FarEnd(_settings(made.far_end)).url == url


def test_messages_after_ack() -> None:
    message = AfterAck('{"id": "{call_id}", "from": "{agent}", "what": {}, "no": "{unknown}"}')
    assert message.text(call_id="{agent}", agent="100") == (
        '{"id": "{agent}", "from": "100", "what": {}, "no": "{unknown}"}'
    )
    assert FarEndSettings(after_ack=message).messages == (message,)
    assert FarEndSettings(after_ack=(message, message)).messages == (message, message)
    assert FarEndSettings().messages == ()


def test_several_messages_are_sent_once_a_call_is_up() -> None:
    ack = Request("ACK", URI.parse("sip:100@d.example"))
    ack.headers.set("From", "<sip:2000@d.example>;tag=theirs")
    ack.headers.set("To", "<sip:100@d.example>;tag=ours")
    ack.headers.set("CSeq", "1 ACK")
    dialog = sip.Dialog("id", "<sip:100@d>;tag=ours", "<sip:2000@d>;tag=theirs", "sip:2000@x.invalid", "theirs", "ours")
    call = SimpleNamespace(dialog=dialog, accepted={1}, acknowledged=0, confirmed_at=None, call_id="id", send=None)
    call.unanswered = set()
    bodies = ("{call_id} {agent} {number} {customer}", "{local_tag} {remote_tag}")
    settings = FarEndSettings(agent="anna", after_ack=tuple(AfterAck(body, "text/plain") for body in bodies))
    sent: list[Request] = []

    async def send(request: Request) -> None:
        sent.append(request)

    def confirm(confirmed: Any) -> None:
        confirmed.confirmed_at = 1.0

    agent: Any = UserAgent(SimpleNamespace(settings=settings, find=lambda _: call, confirm=confirm), None, None)  # type: ignore[arg-type]
    agent._send = send
    for _ in range(2):  # an ACK that comes again is answered by nothing
        asyncio.run(agent._on_ack(ack))
    assert [(one.method, one.body.decode(), one.headers["CSeq"]) for one in sent] == [
        ("MESSAGE", "id anna 100 2000", "1 MESSAGE"),
        ("MESSAGE", "ours theirs", "2 MESSAGE"),
    ]


def test_the_version_in_a_header(folder: Path) -> None:
    assert read(folder, URL + "version = { header = 'X-Widget-Version' }").version.header == "X-Widget-Version"


# -- selectors

SELECTORS = [
    "a", "*", ".a.b", "#a", "a#b.c", "a b", "a > b", "a>b", "a ~ b + c", "a, b", "[a]", "a[b=c]", "a[b='c d' i]", '[a|="x"]',
    "[a*='\\'']", ":root", "a:not(.b, #c)", "a:has(> b)", ":is()", "li:nth-child(2n + 1 of .a)", "a::before", "p:lang(de)",
    ".\\31 a", ".-a", ".--a", ".md\\:flex", "svg|a", "*|*", "a/* b */ b", " a ", "ä", "::slotted(a)", ":host(.a) b",
    "x-widget[data-version]", ":nth-child(2)", "a:hover:not([b])", "button:is(.a, .b) > i", "[data-x=\"a]b\"]", "&.a",
    "a:FOCUS-visible", "input:-webkit-autofill", ":-moz-focusring", "a:first-letter", ":nth-child( +3n - 2 )", ":nth-child(even)",
    ":nth-of-type(-n+3)", ":nth-last-child(-1 of .a, b)", ":defined", "dialog:modal", ":host", ":host-context(a) b", ":state(x)",
    "::-webkit-scrollbar", ":popover-open", "a:nth-child(N)", ":has(:checked)",
]  # fmt: skip
NO_SELECTORS = [
    "", " ", "a >", "> a", "a,", ",a", "a,,b", ".a..b", ".", "#", ".1", "#1", "a[", "a[b", "a[b=]", "a[b=c d]", "a]", "a:not(",
    "a:not()", "a)", "a:", "a::", "a{}", "a;b", "a:has-text('b')", "a:contains(b)", "a:visible", "//a", "text=a", "a > > b",
    "a!b", "@a", "a[1=b]", "a:not(b", "*a", ".a*", "%",
    "button:foo", "a:hovr", "a:not(:hovr)", ":nth-child", ":nth-child()", ":nth-child(x)", ":nth-child(2n 1)", ":is", ":lang",
    ":nth-of-type(2 of a)", ":nth-child(2 of)",
]  # fmt: skip


@pytest.mark.parametrize("selector", SELECTORS)
def test_selectors_that_are(selector: str) -> None:
    check_selector(selector)


def test_a_long_name_takes_no_longer_than_a_short_one() -> None:
    check_selector("ü" * 10_000)
    with pytest.raises(NoSelector):
        check_selector("[" + "ü" * 10_000)
    with pytest.raises(NoSelector, match="nested too deeply"):
        check_selector(":not(" * 10_000)


@pytest.mark.parametrize("selector", NO_SELECTORS)
def test_selectors_that_are_none(selector: str) -> None:
    with pytest.raises(NoSelector):
        check_selector(selector)


# -- steps, done in a page that is not there


class Element:
    """What a locator stands for in these tests: one element, or none."""

    def __init__(self, log: list[str], name: str | None, tag: str = "button", covered: bool = False) -> None:
        self.log, self.name, self.tag, self.covered = log, name, tag, covered
        self.first = self

    def filter(self, **_: Any) -> "Element":
        return self

    or_ = and_ = lambda self, other: self if self.name else other

    def locator(self, _: str) -> "Element":
        return self

    def all_inner_texts(self) -> list[str]:
        return ["Support", " Sales "]

    def wait_for(self, **_: Any) -> None:
        if self.name is None:
            raise PlaywrightTimeout("Timeout 100ms exceeded.")

    def click(self, trial: bool = False, timeout: float = 0) -> None:
        if self.covered:
            raise PlaywrightTimeout("Timeout\n  - <div id=x></div> intercepts pointer events")
        if not trial:
            self.log.append(f"click {self.name}")

    def fill(self, text: str, timeout: float) -> None:
        if self.tag == "button":
            raise PlaywrightError(f"Locator.fill: no field\nCall log:\n  - fill({str(text)!r})")
        self.log.append(f"fill {self.name} with {text}")

    def press(self, key: str, timeout: float) -> None:
        self.log.append(f"press {key} on {self.name}")

    def evaluate(self, *_: Any, timeout: float) -> str:
        return self.tag

    def select_option(self, label: str, timeout: float) -> None:
        if label not in ("Support", "Sales"):
            raise PlaywrightTimeout("Timeout")
        self.log.append(f"select {label}")

    def aria_snapshot(self, timeout: float) -> str:
        return '- heading "Hello"\n- button "Start chat"\n- textbox "Your name": hunter2\n'


class Paper:
    """A page and its frames, of which the second holds what is looked for."""

    def __init__(self, **element: Any) -> None:
        self.log: list[str] = []
        self.found = Element(self.log, "it", **element)
        self.nothing = Element(self.log, None)
        self.frames = (
            [self, self] if element.pop("empty", False) else [Paper.Frame(self.nothing), Paper.Frame(self.found)]
        )
        self.keyboard = self

    class Frame:
        def __init__(self, element: Element) -> None:
            self.get_by_role = self.get_by_label = self.get_by_test_id = self.get_by_text = lambda *_, **__: element
            self.locator = lambda selector: element

    def locator(self, _: str) -> Element:
        return self.found

    def press(self, key: str) -> None:
        self.log.append(f"key {key}")

    def is_closed(self) -> bool:
        return False


TARGET = Finder("before_call[0]", role=("button",), name="start")


def done(page: Any, action: Any, text: str = "", target: Finder | None = TARGET) -> str | None:
    return approach.perform(lambda: [page], CallStep("w.toml:3: before_call[0]", action, target, text), 0.2)


def test_each_step_is_done_in_the_frame_where_its_target_is() -> None:
    page = Paper(tag="input")
    assert done(page, "click") is None
    assert done(page, "fill", "Ann") is None
    assert done(page, "wait_for") is None
    assert done(page, "press", "Enter", None) is None
    assert page.log == ["click it", "fill it with Ann", "key Enter"]


def test_a_choice_in_a_list_of_the_browser_or_of_a_script() -> None:
    page = Paper(tag="select")
    done(page, "choose", "Sales")
    assert page.log == ["select Sales"]
    with pytest.raises(approach.OptionNotFound, match=r"the list offers 'Support', 'Sales'; did you mean 'Sales'\?"):
        done(page, "choose", "Sals")
    drawn = Paper(tag="div")
    done(drawn, "choose", "Sales")
    assert drawn.log == ["click it", "click it"]


def test_what_a_mouse_cannot_reach_the_keyboard_does() -> None:
    page = Paper(covered=True)
    told = done(page, "click")
    assert told == "a mouse cannot reach the control, the keyboard can: <div id=x></div> intercepts pointer events"
    assert page.log == ["press Enter on it"]


def test_a_target_that_is_not_there_is_told_with_what_is() -> None:
    page = Paper()
    page.frames = page.frames[:1]
    with pytest.raises(approach.TargetNotFound) as told:
        done(page, "click")
    assert str(told.value) == (
        "w.toml:3: before_call[0]: could not click role button, name /start/: found none that is shown within 0.2 s. "
        "On the page: button 'Start chat'; textbox 'Your name'"
    )


def test_a_target_that_cannot_be_filled_tells_no_secret() -> None:
    secret = Secret("hunter2", "${NAME}", {"NAME": "hunter2"})
    with pytest.raises(approach.TargetNotUsable, match=r"with '\$\{NAME\}': Locator.fill: no field") as told:
        done(Paper(), "fill", secret)
    assert "hunter2" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_what_can_be_seen_before_any_call_is_looked_at_where_the_build_has_calls() -> None:
    table = {"url": "http://h/", "video_url": "http://h/video"}
    assert from_table(table, "a table").nearest_kind("audio") == "audio"
    assert from_table({**table, "calls": ["video"]}, "a table").nearest_kind("audio") == "video"


def test_the_profiles_of_the_documentation_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUDIO_URL", "VIDEO_URL"):
        monkeypatch.setenv(f"WIDGET_{name}", f"https://widget.example/{name}")
    monkeypatch.setenv("WIDGET_SIP_DOMAIN", "sip.example")
    monkeypatch.setenv("WIDGET_SIP_PASSWORD", "xyzzy")
    files = sorted((Path(__file__).parents[1] / "docs" / "profiles").glob("*.toml"))
    assert files
    for file in files:
        made = load(file)
        assert made.page("video", origin="o", far_end_url="s") == "https://widget.example/VIDEO_URL"
        assert made.far_end.after_ack


MATERIAL = Path(__file__).parents[1] / "docs" / "profiles" / "angular-sipjs.toml"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"event": "mediaStreamUpdate", "stream": "video", "streamStatus": "off"}', ["off"]),
        ('{"streamStatus":"on",\n"by":"2000",\n"stream":"video",\n"event":"mediaStreamUpdate"}', ["on"]),
        ('{"event": "mediaStreamUpdate", "stream": "audio", "streamStatus": "off"}', []),
        ('{"event": "hold", "stream": "video", "streamStatus": "off"}', []),
        ('{"event":"mediaStreamUpdate","of":[{"streamStatus":"off","stream":"audio"},{"stream":"video"}]}', []),
    ],
)
def test_the_profile_of_a_material_widget_reads_video_off_in_any_order_of_keys(body: str, told: list[str]) -> None:
    signals = tomllib.loads(MATERIAL.read_text("utf-8"))["far_end"]["video_off"]
    assert [one["video"] for one in signals if re.search(one["pattern"], body, re.IGNORECASE)] == told


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("call", ["audio_call"]),
        ("call\nCall us", ["audio_call"]),
        ("videocam", ["video_call"]),
        ("videocam Video call", ["video_call"]),
        ("call_end", []),
        ("chat", []),
    ],
)
def test_the_profile_of_a_material_widget_tells_the_icons_of_its_call_buttons_apart(
    text: str, entries: list[str]
) -> None:
    find = tomllib.loads(MATERIAL.read_text("utf-8"))["find"]
    patterns = {name: find[name]["text"] for name in ("audio_call", "video_call")}
    wanted = {name: [one] if isinstance(one, str) else one for name, one in patterns.items()}
    assert [n for n, all_ in wanted.items() if all(re.search(p, text, re.IGNORECASE) for p in all_)] == entries


def test_a_message_outside_of_the_dialog(tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text(URL + "[far_end]\nafter_ack = [{ body = 'a', dialog = false }, { body = 'b' }]")
    assert [one.dialog for one in load(file).far_end.after_ack] == [False, True]
