"""The conformance page: self-contained, every cell leads to its evidence, and nothing in it is live."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from test_results import result
from test_table import judged, run
from widget_conformance.reports import page as module
from widget_conformance.reports.model import Evidence, Judgement, Result, Shown, Verdict
from widget_conformance.reports.page import render_page, write_page
from widget_conformance.reports.results import Run

PASS, FAIL, OPEN, OUTSIDE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE
PNG = b"\x89PNG\r\n\x1a\n"


class Page(HTMLParser):
    """Elements with their attributes, and the text of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, tag: str, attribute: str) -> list[str]:
        """Every value of an attribute of a kind of element."""
        return [attrs[attribute] or "" for name, attrs in self.elements if name == tag and attribute in attrs]


def with_files(folder: Path, *evidence: Evidence, data: bytes = PNG) -> Result:
    """A passed scenario whose evidence exists."""
    for one in evidence:
        path = folder / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return judged(PASS, evidence=evidence)


def test_each_cell_leads_to_the_result_that_decides_it(tmp_path: Path) -> None:
    this = run(judged(PASS), judged(FAIL, route="panel"), judged(PASS, browser="firefox"))
    page = Page(render_page(this, tmp_path))
    chips = [attrs["href"] for tag, attrs in page.elements if tag == "a" and "chip" in (attrs.get("class") or "")]
    assert chips == ["#e2", "#e3"]
    ids = page.values("div", "id")
    links = [href for href in page.values("a", "href") if href.startswith("#")]
    everything = {value for _, attrs in page.elements if (value := attrs.get("id"))}
    assert {"e1", "e2", "e3"} <= set(ids)
    assert {link[1:] for link in links} <= everything
    assert len(everything) == len([1 for _, attrs in page.elements if attrs.get("id")])


def test_the_table_is_a_real_one(tmp_path: Path) -> None:
    page = Page(render_page(run(judged(PASS)), tmp_path))
    assert {"col", "row", "rowgroup"} <= set(page.values("th", "scope"))
    assert page.values("html", "lang") == ["en"]
    assert any(tag == "caption" for tag, _ in page.elements)


def test_what_is_not_a_pass_is_open_without_javascript(tmp_path: Path) -> None:
    page = Page(render_page(run(judged(PASS), judged(FAIL, browser="firefox")), tmp_path))
    assert ["open" in attrs for tag, attrs in page.elements if tag == "details"] == [False, True]


def test_pictures_are_within_the_page_and_other_files_linked(tmp_path: Path) -> None:
    picture = Evidence("Widget", "evidence/a b.png", "image/png")
    log = Evidence("Console", "evidence/log#1.txt", "text/plain")
    page = Page(render_page(run(with_files(tmp_path, picture, log), origins=(tmp_path,)), tmp_path))
    assert page.values("img", "src") == ["data:image/png;base64,iVBORw0KGgo="]
    assert page.values("img", "alt") == ["Widget"]
    links = [href for href in page.values("a", "href") if not href.startswith("#")]
    assert links == ["./evidence/a%20b.png", "./evidence/log%231.txt"]


@pytest.mark.parametrize("limit", ["PICTURE_BYTES", "PAGE_BYTES"])
def test_pictures_beyond_the_limit_are_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(module, limit, 100)
    small, large = Evidence("small", "s.png", "image/png"), Evidence("large", "l.png", "image/png")
    with_files(tmp_path, large, data=b"x" * 95)
    (tmp_path / "s.png").write_bytes(b"x" * 10)
    this = run(judged(PASS, evidence=(small, large)), origins=(tmp_path,))
    embedded = Page(render_page(this, tmp_path)).values("img", "alt")
    assert embedded == (["small", "large"] if limit == "PICTURE_BYTES" else ["small"])
    (tmp_path / "l.png").write_bytes(b"x" * 101)
    page = Page(render_page(this, tmp_path))
    assert page.values("img", "alt") == ["small"]
    assert "./l.png" in page.values("a", "href")


def test_evidence_of_another_folder_is_linked_from_here(tmp_path: Path) -> None:
    log = Evidence("Console", "log.txt", "text/plain")
    this = run(with_files(tmp_path / "one", log), origins=(tmp_path / "one",))
    (tmp_path / "two").mkdir()
    assert "./../one/log.txt" in Page(render_page(this, tmp_path / "two")).values("a", "href")


@pytest.mark.parametrize("path", ["../secret.png", "/etc/hostname", "javascript:alert(1)", "link.png", "nul\x00.png"])
def test_only_files_within_the_results_folder_are_shown(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    this = run(judged(PASS, evidence=(Evidence("x", path, "image/png"),)), origins=(folder,))
    page = Page(render_page(this, folder))
    assert not page.values("img", "src")
    assert all(href.startswith("#") for href in page.values("a", "href"))
    assert "is missing" in page.text


def test_nothing_that_a_widget_says_is_live(tmp_path: Path) -> None:
    hostile = (
        "</script></style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload=alert(1) {{ 7*7 }}"
    )
    worst = result(
        subject=hostile,
        version=hostile,
        browser=hostile,
        browser_version=hostile,
        route=hostile,
        feature=hostile,
        scenario=hostile,
        statements=("MIC-LIVE-2", hostile),
        verdict=FAIL,
        reason=hostile,
        judgements=(Judgement(hostile, FAIL, hostile, hostile, hostile),),
        latencies_ms={hostile: 1.0},
        budgets_ms={hostile: 1.0},
        shown=(Shown(hostile, hostile, 1.0, None, None, False),),
        findings=(hostile,),
        evidence=(Evidence(hostile, hostile, hostile),),
        timeline=({"at_ms": 0.0, "actor": hostile, "what": hostile, "detail": {hostile: hostile}},),
        started=hostile,
    )
    outside = judged(OUTSIDE, subject="z" + hostile, reason=hostile)
    this = run(
        worst,
        outside,
        problems=(hostile,),
        budgets={hostile: {"ms": 1.0, "source": hostile}},
        tool_version=hostile,
        started=hostile,
        finished=hostile,
    )
    plain = Page(render_page(run(judged(PASS)), tmp_path))
    page = Page(render_page(this, tmp_path))
    assert {tag for tag, _ in page.elements} - {tag for tag, _ in plain.elements} <= {
        "ul",
        "li",
        "code",
        "figure",
        "figcaption",
    }
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert all(href.startswith("#") for href in page.values("a", "href"))
    assert page.values("meta", "content") == plain.values("meta", "content")
    assert "default-src 'none'" in page.values("meta", "content")[-1]
    assert "<script>alert(1)</script>" in page.text
    assert "49" not in page.text


def test_what_the_widget_told_stands_with_when_and_how_long(tmp_path: Path) -> None:
    told = (
        Shown("microphone_lost", "The agent cannot hear you.", 2100.0, 41.9, None, True),
        Shown("camera_prompt", "Allow the camera?", 300.0, None, 812.0, False),
    )
    text = Page(render_page(run(judged(PASS, shown=told, findings=("mute: covered by div.chat",))), tmp_path)).text
    for words in ("The agent cannot hear you.", "42 ms", "to the end", "812 ms", "no change", "not told", "div.chat"):
        assert words in text


def test_budgets_are_printed_with_their_source(tmp_path: Path) -> None:
    budgets = {"audio stopped": {"ms": 1000, "source": "the article says immediately"}}
    text = " ".join(Page(render_page(run(judged(PASS), budgets=budgets), tmp_path)).text.split())
    assert "audio stopped1,000 msthe article says immediately" in text
    assert "audio stopped120 ms1,000 msyes" in text


def test_a_late_change_is_told(tmp_path: Path) -> None:
    assert "no, late" in render_page(run(judged(FAIL, latencies_ms={"audio stopped": 1001.0})), tmp_path)


@pytest.mark.parametrize(
    ("this", "told"),
    [
        (run(judged(PASS)), "Conforming"),
        (run(judged(FAIL)), "Not conforming"),
        (run(judged(OPEN)), "Not decided"),
        (run(), "No scenario was run."),
        (run(judged(PASS), finished=None), "Incomplete: 1 of 1 results, the run did not end by itself."),
        (run(judged(PASS, statements=("MIC-LIVE-2", "AIM-1"))), "Not judged by any step: AIM-1."),
        (run(judged(OUTSIDE, reason="claims 5.0")), "No statement was judged."),
    ],
)
def test_the_conclusion_is_said_in_words(tmp_path: Path, this: Run, told: str) -> None:
    assert told in Page(render_page(this, tmp_path)).text


def test_the_page_stands_in_the_results_folder(tmp_path: Path) -> None:
    path = write_page(run(judged(PASS, reason="\ud800")), tmp_path)
    assert path == tmp_path / "conformance.html"
    assert [p.name for p in tmp_path.iterdir()] == ["conformance.html"]
