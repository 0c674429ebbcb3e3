"""A page that opens one dialog of the browser's after the other holds nobody up."""

from collections.abc import Callable

import pytest
from widget_conformance.fixtures.observer import Face
from widget_conformance.fixtures.observer.dialogs import MANY, PageFloods

See = Callable[..., Face]
ENDLESS = {
    "a loop": "for (;;) alert('again')",
    "until it is agreed to": "while (!confirm('Sure?'));",
    "redrawn": "setInterval(() => alert(`still blocked ${Math.random()}`), 200)",
}


@pytest.mark.parametrize("script", ENDLESS.values(), ids=ENDLESS)
def test_a_page_that_opens_dialogs_without_an_end_is_closed(see: See, script: str) -> None:
    face = see("<button>Audio call</button>")
    face.page.evaluate("(script) => { setTimeout(script, 0) }", script)
    with pytest.raises(PageFloods, match=f"the page opened {MANY} dialogs within .* the last: (alert|confirm) '"):
        face.timeline.wait(lambda: False, 30, "the end of the patience", pump=face.pump)
    assert len(face.timeline.events("dialog")) == MANY
    face.close()


def test_a_few_dialogs_are_answered_one_by_one(see: See) -> None:
    face = see("<button>Audio call</button>")
    told = face.page.evaluate("[...Array(10).keys()].map((n) => n % 2 ? confirm(n) : alert(n))")
    face.pump()
    assert told == [None, False] * 5
    assert face.dialogs.flood is None
