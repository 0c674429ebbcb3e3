"""What the HTML pages share: one layout, everything escaped, and nothing that they need from elsewhere."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from widget_conformance.reports.text import visible

_HERE = Path(__file__).parent


def render(template: str, styles: tuple[str, ...], filters: Mapping[str, Callable[..., Any]], **values: Any) -> str:
    """A page from a template of this folder, with its style sheets inside. A name that it lacks is an error."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters |= filters
    # The style sheets are files of this package and hold no text of a run.
    style = Markup("".join(text_of(name) for name in styles))
    return environment.get_template(template).render(style=style, **values)


def text_of(name: str) -> str:
    """A file of this folder."""
    return (_HERE / name).read_text("utf-8")
