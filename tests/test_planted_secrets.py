"""A widget tells everybody every secret of its profile, in every writing: no output of any command holds one of them.

Every byte of every file that `run`, `report`, `check` and `init` write, and of what they print, is looked at.
"""

import base64
import gzip
import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import harness
import pytest
from aiohttp import web
from widget_conformance.fixtures.loop import LoopThread, listen

SAMPLE = Path(__file__).parent / "samples" / "planted"
PLANTED = {
    "WC_TOKEN": "kestrel-9041-osprey-77",
    "WC_PASSWORD": "p\"w'<&>\\ ü%41+/=\u00e9 end-merlin",
    "WC_PIN": "q!7§",
    "WC_SHORTER": "kestrel-9041",
    "WC_NOTE": "red kite lands\nblue tit sings",
    "WC_USER": "ann.tr\u00e4ger+x",
}
PROFILE = """
name = "Indiscreet"
url = "http://{{origin_host}}:{port}/index.html"
calls = ["audio"]
query = {{ far_end = "{{far_end_url}}", a = "${{WC_TOKEN}}", b = "${{WC_PASSWORD}}", c = "${{WC_PIN}}", d = "${{WC_SHORTER}}", e = "${{WC_NOTE}}" }}
[access]
user = "${{WC_USER}}"
password = "${{WC_PASSWORD}}"
[far_end]
user = "${{WC_USER}}"
password = "${{WC_TOKEN}}"
"""


async def _page(request: web.Request) -> web.StreamResponse:
    """A file of the sample, for whoever logs in; the refusal tells what was tried."""
    wanted = "Basic " + base64.b64encode(f"{PLANTED['WC_USER']}:{PLANTED['WC_PASSWORD']}".encode()).decode()
    given = request.headers.get("Authorization", "")
    if given != wanted:
        return web.Response(
            status=401, headers={"WWW-Authenticate": 'Basic realm="staging", charset="UTF-8"'}, text=given
        )
    path = SAMPLE / request.path.strip("/")
    return web.FileResponse(path) if path.is_file() else web.Response(status=404, text=request.path_qs)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve the sample."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _page)
    loop = LoopThread("planted")
    runner, bound = loop.call(listen(app))
    yield bound
    loop.call(runner.cleanup())
    loop.stop()


# -- the search


def _spellings(text: str) -> dict[str, bytes]:
    """How a secret may stand in a file, each by its name."""
    octets = text.encode()
    forms = {
        "plain": text,
        "blanks joined": " ".join(text.split()),
        "percent": quote(text, safe=""),
        "percent, lower case": re.sub("%..", lambda one: one[0].lower(), quote(text, safe="")),
        "percent, but for slashes": quote(text),
        "form": quote_plus(text),
        "percent twice": quote(quote(text, safe=""), safe=""),
        "JSON": json.dumps(text)[1:-1],
        "JSON, not ASCII": json.dumps(text, ensure_ascii=False)[1:-1],
        "JSON in JSON": json.dumps(json.dumps(text, ensure_ascii=False))[3:-3],
        "HTML": html.escape(text),
        "HTML, decimal": re.sub("[&<>\"']", lambda one: f"&#{ord(one[0])};", text),
        "Python": repr(text)[1:-1],
        "hexadecimal": octets.hex(),
        "hexadecimal, capitals": octets.hex().upper(),
    }
    for before in range(3):
        whole = base64.b64encode(bytes(before) + octets).decode().rstrip("=")
        core = whole[(8 * before + 5) // 6 : 8 * (before + len(octets)) // 6]
        if len(core) >= 8:
            forms |= {f"Base64 {before}": core, f"Base64 {before}, URL": core.replace("+", "-").replace("/", "_")}
    return {name: form.encode() for name, form in forms.items()}


def _halves(text: str) -> dict[str, bytes]:
    """The first part of a secret that is long enough to tell something, as it is left where a text is cut."""
    return {"half": text[: len(text) // 2].encode()} if len(text) >= 20 else {}


WANTED = {
    f"{name}: {how}": octets
    for name, text in PLANTED.items()
    for how, octets in (_spellings(text) | _halves(text)).items()
}


def _without_pixels(data: bytes) -> bytes:
    """A PNG without its picture: the other chunks say what made it (PNG, section 5)."""
    kept, at = [], 8
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] != b"IDAT":
            kept.append(data[at : at + 12 + length])
        at += 12 + length
    return b"".join(kept)


def _inside(data: bytes) -> Iterator[bytes]:
    """The octets of a file, and what is packed in them: gzip, zip, PNG, and Base64 in data URLs and texts."""
    if data.startswith(b"\x89PNG"):
        yield _without_pixels(data)
        return
    if data.startswith(b"\x1f\x8b"):
        yield from _inside(gzip.decompress(data))
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield from _inside(packed.read(name))
    packed_texts = re.findall(rb"[A-Za-z0-9+/]{200,}={0,2}", data)
    for text in packed_texts:
        unpacked = base64.b64decode(text + b"=" * (-len(text) % 4))
        yield from _inside(unpacked)
        if unpacked.startswith(b"\x89PNG"):
            data = data.replace(text, b"")
    yield data


def leaks(name: str, data: bytes) -> list[str]:
    """Which secrets an output holds, where, and in which writing."""
    found = []
    for octets in (name.encode(), *_inside(data)):
        for what, secret in WANTED.items():
            at = octets.find(secret)
            if at >= 0:
                found.append(f"{name}: {what}: {octets[max(0, at - 60) : at + len(secret) + 20]!r}")
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def test_the_search_finds_what_is_packed() -> None:
    secret = f"x {PLANTED['WC_TOKEN']} y".encode()
    chunk = struct.pack(">I", len(secret)) + b"tEXt" + secret + b"\0\0\0\0"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("trace", gzip.compress(secret))
    hidden = {
        "gzip": gzip.compress(secret),
        "zip": archive.getvalue(),
        "PNG": b"\x89PNG\r\n\x1a\n" + chunk,
        "data URL": b"data:x;base64," + base64.b64encode(b" " * 200 + secret),
        "data URL of a PNG": b"data:x;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk + b" " * 200),
        "name": b"",
    }
    for how, data in hidden.items():
        name = PLANTED["WC_TOKEN"] if how == "name" else "file"
        assert leaks(name, data), how
    assert not leaks("file", b"\x89PNG\r\n\x1a\n" + chunk.replace(b"tEXt", b"IDAT") + zlib.compress(secret))


def test_no_output_holds_a_secret(tmp_path: Path, port: int) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(PROFILE.format(port=port).replace("{origin_host}", "widget.localhost"), "utf-8")
    out = tmp_path / "out"
    one = ("--scenario", "an audio call is tried while the microphone is blocked", "--route", "chromium-site-settings")
    commands = [
        ("run", "--profile", profile, *one, "--results", out / "results", "--workers", "1", "--debug"),
        ("report", out / "results"),
        ("init", f"http://widget.localhost:{port}/index.html", "--extends", profile, "--output", out / "proposed.toml"),
        ("check", profile, "--results", out / "check"),
        ("list",),
    ]
    found: list[str] = []
    out.mkdir()
    said = {}
    for words in commands:
        ended = harness.command(*words, seconds=300, **PLANTED)
        said[words[0]] = ended
        found += leaks(f"output of {words[0]}", ended.out.encode() + b"\n" + ended.err.encode())
    (result,) = harness.results(out / "results")
    assert result["verdict"] in ("fail", "inconclusive"), result["reason"]
    told = json.dumps(result)
    assert "${WC_TOKEN}" in told  # so that there was something to be found
    assert {"run.json", "conformance.html", "results.jsonl"} <= {path.name for path in (out / "results").iterdir()}
    assert (out / "results" / "allure-report" / "index.html").is_file(), said["run"].said
    assert (out / "check" / "check.html").is_file(), said["check"].said
    assert (out / "proposed.toml").is_file(), said["init"].said
    for name, data in _files(out):
        found += leaks(name, data)
    assert not found, "\n".join(found)
