"""Profiles: what they may say, and how wrong ones are told."""

import json
import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from widget_conformance.fixtures import profile, profile_check
from widget_conformance.fixtures.profile import (
    BadPattern,
    BadUrl,
    MissingKey,
    Profile,
    ProfileError,
    ProfileSyntax,
    ProfileUnreadable,
    UnknownKey,
    WrongValue,
    default,
    load,
)

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


def test_the_default_finds_everything_by_role() -> None:
    made = default()
    assert len(made.find) == 16
    assert all(finder.role and not finder.css and not finder.test_id for finder in made.find.values())
    assert (made.budgets.stopped, made.budgets.shown, made.budgets.recovered) == (1.0, 1.0, 3.0)
    with pytest.raises(FrozenInstanceError):
        made.name = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        made.find["mute"] = made.find["camera"]  # type: ignore[index]


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
    assert made.page("audio", origin="http://s1.localhost:80", sip_url="ws://a/b?c") == (
        "http://host/?sip=ws%3A%2F%2Fa%2Fb%3Fc&from=http://s1.localhost:80"
    )
    assert made.page("video", origin="o", sip_url="s") == "http://host/video"
    assert made.version == profile.VersionSource(global_path="Widget.about.version")
    mute, camera = made.find["mute"], made.find["camera"]
    assert (mute.role, mute.name, mute.text) == ((), None, ("mic(_off)?",))
    assert mute.state == (profile.StateRule(css_class="end-call"),)
    assert (camera.css, camera.role) == (".cam", ())
    assert camera.state == default().find["camera"].state
    assert made.far_end.video_off == (profile.VideoSignal("MESSAGE", r'"streamStatus":\s*"off"', "off"),)
    assert "secret" not in repr(made)
    assert made.budgets == profile.Budgets(1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("name = 'x'", MissingKey, "'url' is missing"),
        ("url = ", ProfileSyntax, "line 1"),
        ("url = 'http://x'\n[find.mute\n", ProfileSyntax, "line 2"),
        ("url = 'http://x'\nurl = 'http://y'", ProfileSyntax, "line 2, the last"),
        (URL + "nmae = 'x'", UnknownKey, r"nmae: unknown key; did you mean 'name'\?"),
        (URL + "[find.mut]\nname = 'x'", UnknownKey, r"find\.mut: unknown key; did you mean 'mute'"),
        (URL + "[find.mute]\nrolle = 'button'", UnknownKey, r"find\.mute\.rolle: unknown key; did you mean 'role'"),
        (URL + "zzzz = 1", UnknownKey, "known here: name, url"),
        (URL + "name = 3", WrongValue, "name: expected text that is not empty, found the number 3"),
        (URL + "[budgets]\nshown = 'fast'", WrongValue, r"budgets\.shown: expected a number .*found the text 'fast'"),
        (
            URL + "[budgets]\nshown = 0",
            WrongValue,
            r"budgets\.shown: expected a number above 0 up to 60",
        ),
        (URL + "[budgets]\nshown = nan", WrongValue, "shown: expected a finite number"),
        (URL + "[budgets]\nshown = true", WrongValue, "found a boolean"),
        (URL + "[find]\nmute = 'button'", WrongValue, r"find\.mute: expected a table .*found the text 'button'"),
        (URL + "[find.mute]\n", MissingKey, r"find\.mute: expected at least one of role, name"),
        (
            URL + "[find.mute]\nrole = 3",
            WrongValue,
            r"find\.mute\.role: expected text .* or a list",
        ),
        (URL + "[find.mute]\nrole = ['button', 3]", WrongValue, r"find\.mute\.role\[1\]: expected text"),
        (
            URL + "[find.mute]\ncss = 'x'\nstate = [{ means = 'loud', class = 'x' }]",
            WrongValue,
            r"state\[0\]\.means: expected one of",
        ),
        (URL + "[find.mute]\ncss = 'x'\nstate = { value = 'x' }", ProfileError, r"find\.mute\.state"),
        (URL + "[version]\nelement = 'x'", MissingKey, "'attribute' is missing"),
        (URL + "locale = 2020-01-01", WrongValue, "found a date or time"),
        (URL + "[far_end]\nport = 70000", WrongValue, r"far_end\.port: expected a whole number from 1 up to 65535"),
        (
            URL + "[far_end]\nvideo_off = [{ pattern='x', video='off', method='BYE' }]",
            WrongValue,
            r"video_off\[0\]\.method",
        ),
        ("url = 'ftp://x/'", BadUrl, "url: expected an address such as"),
        ("url = 'example.org'", BadUrl, "example.org"),
        ("url = 'http://x:99999/'", BadUrl, "99999"),
        ("url = 'http://x/{sip}'", BadUrl, r"unknown placeholder \{sip\}"),
        (URL + "video_url = 'http:///x'", BadUrl, "video_url"),
    ],
)
def test_wrong_profiles(folder: Path, text: str, error: type[ProfileError], words: str) -> None:
    with pytest.raises(error, match=words) as told:
        read(folder, text)
    assert str(folder / "vendor.toml") in str(told.value)


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
        ("enable_camera", "Allow the camera", True),
    ],
)
def test_words_that_the_default_profile_takes(entry: str, text: str, matches: bool) -> None:
    finder = default().find[entry]
    patterns = [finder.name] if finder.name else finder.text
    assert all(re.search(pattern, text, re.IGNORECASE) for pattern in patterns) is matches
