"""A pytest plugin that makes Allure's results speak Gherkin.

`allure-pytest` knows nothing of features, and `allure-pytest-bdd` cannot be installed beside it. Without
`--alluredir` everything here does nothing, but for one check: a step that is a coroutine is an error.
"""

import inspect
import re
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from mimetypes import guess_extension
from pathlib import Path
from typing import Any

import pytest
from allure_commons import hookimpl as allure_hook
from allure_commons import plugin_manager as allure_plugins
from allure_commons.model2 import Label, Parameter, Status, StatusDetails, TestResult, TestStepResult
from attr import fields, has
from pytest_bdd.parser import Feature, Scenario, ScenarioTemplate, Step
from pytest_bdd.scenario import scenario_wrapper_template_registry
from widget_conformance.reports.masking import clean, cleaned_bytes
from widget_conformance.reports.model import Verdict
from widget_conformance.reports.text import visible

EPIC = "Customer Widget"
VERSION_LABEL = "widgetVersion"
BROWSER_LABEL = "browser"
WEAKER = "weaker evidence: sender side"
NO_VERSION = "none claimed"
"""In place of the version of a widget that claims none."""

_STATEMENT = re.compile(r"[A-Z]+(-[A-Z]+)*-[0-9]+")
_STATUS = {
    Verdict.PASS: Status.PASSED,
    Verdict.FAIL: Status.FAILED,
    Verdict.INCONCLUSIVE: Status.BROKEN,
    Verdict.NOT_APPLICABLE: Status.SKIPPED,
}
_BDD_EXAMPLE = "_pytest_bdd_example"


class CoroutineStep(TypeError):
    """A step is an `async def`: pytest-bdd never awaits it, so it would pass whatever happened."""


@dataclass(frozen=True)
class Identity:
    """What a scenario runs on; Allure keys its history by the first four."""

    subject: str
    version: str | None
    browser: str
    route: str
    weaker: bool = False
    """Whether its evidence comes from the sender's side alone."""


IDENTITY = pytest.StashKey[Identity]()


def identify(item: pytest.Item, identity: Identity) -> None:
    """Say what a scenario runs on, at any time before its teardown; the last word counts."""
    item.stash[IDENTITY] = identity


def attach(title: str, data: bytes | Path, media_type: str) -> None:
    """Attach evidence to the step that is running, or to the scenario between steps.

    Call it in the test's own thread. Does nothing without Allure or outside a scenario; evidence that cannot be
    copied is a warning, for it must not change a verdict.
    """
    if not _bridges or _bridges[-1].item is None:
        return
    try:
        _bridges[-1].attach(title, data, media_type)
    except OSError as error:
        warnings.warn(f"evidence {title!r} is not in the Allure results: {error}", stacklevel=2)


def mark_step(verdict: Verdict, message: str) -> None:
    """Give the running step a verdict without raising; of several the worst counts and every message is shown."""
    if _bridges and _bridges[-1].step is not None:
        _bridges[-1].step.marks.append((verdict, message))


@dataclass
class _OpenStep:
    uuid: str
    of: Step
    marks: list[tuple[Verdict, str]] = field(default_factory=list)


class _Bridge:
    """Writes into the result that allure-pytest keeps for the running test."""

    def __init__(self, listener: Any) -> None:
        self.listener = listener
        self.item: pytest.Item | None = None
        self.step: _OpenStep | None = None
        self.marked: list[tuple[Verdict, str]] = []
        self.done = 0

    def result(self) -> TestResult:
        result: TestResult = self.listener.allure_logger.get_test(None)
        return result

    def start(self, item: pytest.Item) -> None:
        self.item, self.step, self.marked, self.done = item, None, [], 0

    def start_step(self, step: Step) -> None:
        self.step = _OpenStep(str(uuid.uuid4()), step)
        result = TestStepResult(name=_title(step), start=_now_ms())
        self.listener.allure_logger.start_step(None, self.step.uuid, result)

    def stop_step(self, exception: BaseException | None) -> None:
        """Close the running step with the worse of what it was marked with and what it raised."""
        if self.step is None:
            return
        marks, step, self.step = self.step.marks, self.step.uuid, None
        self.marked += marks
        told = [message for verdict, message in marks if verdict is not Verdict.PASS]
        verdicts: list[Verdict] = [verdict for verdict, _ in marks if verdict is not Verdict.PASS]
        if exception is not None:
            verdicts.append(_verdict(exception))
            told += [text for text in [_message(exception)] if text not in told]
        details = StatusDetails(message="\n".join(told)) if told else None
        status = _STATUS[Verdict.worst(verdicts or [Verdict.PASS])]
        self.listener.allure_logger.stop_step(step, stop=_now_ms(), status=status, statusDetails=details)
        self.done += 1

    def skip_step(self, step: Step, status: str = Status.SKIPPED, why: str = "") -> None:
        """Show a step that never ran, so that a reader sees the whole scenario."""
        moment = _now_ms()
        details = StatusDetails(message=why) if why else None
        shown = TestStepResult(name=_title(step), start=moment, stop=moment, status=status, statusDetails=details)
        self.result().steps.append(shown)
        self.done += 1

    def attach(self, title: str, data: bytes | Path, media_type: str) -> None:
        extension = (guess_extension(media_type) or ".bin").removeprefix(".")
        if isinstance(data, Path) and not data.is_file():
            raise FileNotFoundError(f"there is no file {data}")
        if isinstance(data, Path) and not media_type.startswith("image/"):
            data = data.read_bytes()
        if isinstance(data, Path):
            self.listener.attach_file(data, title, media_type, extension)
        else:
            self.listener.attach_data(data, title, media_type, extension)

    def describe(self, item: pytest.Item) -> None:
        """Title, labels and parameters, and a status that no soft verdict is missing from."""
        result = self.result()
        template = _template(item)
        if template is not None:
            self._describe_scenario(result, item, template)
        identity = item.stash.get(IDENTITY, None)
        if identity is not None:
            version = identity.version or NO_VERSION
            shown = {"subject": identity.subject, "widget version": version}
            for name, value in (shown | {"browser": identity.browser, "route": identity.route}).items():
                _set_parameter(result, name, value)
            result.labels.append(Label(VERSION_LABEL, version))
            result.labels.append(Label(BROWSER_LABEL, identity.browser))
            result.labels.append(Label("parentSuite", identity.subject))
            if identity.weaker:
                result.labels.append(Label("tag", WEAKER))
        worst = Verdict.worst(verdict for verdict, _ in self.marked) if self.marked else Verdict.PASS
        if result.status == Status.PASSED and worst in (Verdict.FAIL, Verdict.INCONCLUSIVE):
            told = [message for verdict, message in self.marked if verdict is worst]
            result.status = _STATUS[worst]
            result.statusDetails = StatusDetails(message="\n".join(told))

    def _describe_scenario(self, result: TestResult, item: pytest.Item, template: ScenarioTemplate) -> None:
        callspec = getattr(item, "callspec", None)
        params: dict[str, Any] = callspec.params if callspec is not None else {}
        example: dict[str, str] = params.get(_BDD_EXAMPLE, {})
        feature, rule = template.feature, template.rule
        scenario = template.render(example).name
        result.name = scenario
        result.titlePath = [EPIC, feature.name, *([rule.name] if rule else [])]
        result.description = "\n\n".join(t for t in (feature.description, template.description) if t)
        result.parameters = [p for p in result.parameters if p.name not in params or _is_shown(p.name, params[p.name])]
        for name, value in example.items():
            _set_parameter(result, name, value)
        story = rule.name if rule else template.name
        for label, value in {"epic": EPIC, "feature": feature.name, "story": story, "suite": feature.name}.items():
            result.labels.append(Label(label, value))
        if rule:
            result.labels.append(Label("subSuite", rule.name))
        tags = feature.tags | template.tags | (rule.tags if rule else set())
        for tag in sorted(tags):
            result.labels.append(Label("tag", tag))
            if _STATEMENT.fullmatch(tag):
                result.labels.append(Label("statement", tag))


class _WithoutSecrets:
    """Cleans whatever Allure is about to write: its own words, and what any plugin attached."""

    def __init__(self, reporter: Any) -> None:
        self._attach_data = reporter.attach_data
        reporter.attach_data = self.attach_data

    def attach_data(self, uuid: str, body: str | bytes, *words: Any, **named: Any) -> None:
        """Attach a text without its secrets, a picture as it is."""
        media_type = str(
            getattr(named.get("attachment_type"), "mime_type", named.get("attachment_type")) or "text/plain"
        )
        clean_body = clean(body) if isinstance(body, str) else cleaned_bytes(body, media_type)
        self._attach_data(uuid, clean_body, *words, **named)

    @allure_hook(tryfirst=True)
    def report_result(self, result: Any) -> None:
        """Before the file of a result is written."""
        _clean_in_place(result)

    @allure_hook(tryfirst=True)
    def report_container(self, container: Any) -> None:
        """Before the file of what belongs to several results is written."""
        _clean_in_place(container)


_OURS = {"uuid", "historyId", "testCaseId", "fullName", "status", "stage", "source", "type", "children"}
"""What ties the files of Allure's results together, and its own words: no text of a widget."""


def _clean_in_place(value: Any) -> Any:
    """An object of Allure's model, or what stands in one, with every text of it cleaned, and what would mislead taken out."""
    if isinstance(value, str) and type(value) is str:
        return visible(clean(value))
    if isinstance(value, Label) and value.name != VERSION_LABEL:
        return value
    if isinstance(value, list):
        value[:] = [_clean_in_place(one) for one in value]
    elif has(type(value)):
        for attribute in fields(type(value)):
            if attribute.name not in _OURS:
                setattr(value, attribute.name, _clean_in_place(getattr(value, attribute.name)))
    return value


_bridges: list[_Bridge] = []
"""The bridge of the running session; a session inside a session (pytester) puts its own on top."""


def _now_ms() -> int:
    """Allure's clock: milliseconds since 1970."""
    return round(time.time() * 1000)


def _title(step: Step) -> str:
    return f"{step.keyword.strip()} {step.name}"


def _template(item: pytest.Item) -> ScenarioTemplate | None:
    function = getattr(item, "function", None)
    return scenario_wrapper_template_registry.get(function) if function is not None else None


def _set_parameter(result: TestResult, name: str, value: str) -> None:
    result.parameters = [p for p in result.parameters if p.name != name]
    result.parameters.append(Parameter(name=name, value=value))


def _is_shown(name: str, value: object) -> bool:
    """A parameter of pytest's that means something to a reader: an object's repr does not, and may never recur."""
    return not name.startswith("_") and isinstance(value, str | int | float | None)


def _verdict(exception: BaseException) -> Verdict:
    if isinstance(exception, AssertionError | pytest.fail.Exception):
        return Verdict.FAIL
    return Verdict.NOT_APPLICABLE if isinstance(exception, pytest.skip.Exception) else Verdict.INCONCLUSIVE


def _message(exception: BaseException) -> str:
    return str(exception) or type(exception).__name__


def _refuse_coroutine(step: Step, step_func: Callable[..., object]) -> None:
    function = inspect.unwrap(step_func)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        where = inspect.getsourcefile(function) or "an unknown file"
        raise CoroutineStep(
            f"the step {_title(step)!r} is an async def ({function.__name__} in {Path(where).name}): it would never "
            "be awaited and would pass. Make it a plain def that calls into the loop's thread."
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Join allure-pytest when it writes results; by now every plugin is configured, in whatever order."""
    listener = session.config.pluginmanager.get_plugin("allure_listener")
    if listener is not None:
        bridge = _Bridge(listener)
        _bridges.append(bridge)
        session.config.add_cleanup(lambda: _bridges.remove(bridge))
        cleaner = _WithoutSecrets(listener.allure_logger)
        allure_plugins.register(cleaner)
        session.config.add_cleanup(lambda: allure_plugins.unregister(cleaner))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep which test runs."""
    if not _bridges:
        return (yield)
    _bridges[-1].start(item)
    try:
        return (yield)
    finally:
        _bridges[-1].item = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the words of a verdict, without the class's name before them or a skip's place in a file."""
    report = yield
    if _bridges and call.excinfo is not None and _template(item) is not None:
        details = _bridges[-1].result().statusDetails
        if details is not None and details.message == call.excinfo.exconly():
            details.message = _message(call.excinfo.value)
            if report.skipped:
                details.trace = None
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Describe the scenario before allure-pytest computes its history id; then drop the tags that it doubled."""
    if not _bridges:
        return (yield)
    _bridges[-1].describe(item)
    outcome = yield
    result = _bridges[-1].result()
    result.labels = [Label(name, value) for name, value in dict.fromkeys((x.name, x.value) for x in result.labels)]
    return outcome


def pytest_bdd_before_step(step: Step) -> None:
    """Open an Allure step."""
    if _bridges:
        _bridges[-1].start_step(step)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_before_step_call(step: Step, step_func: Callable[..., object]) -> None:
    """Refuse a coroutine, with or without Allure."""
    _refuse_coroutine(step, step_func)


@pytest.hookimpl(trylast=True)
def pytest_bdd_after_step() -> None:
    """Close the Allure step of a step that raised nothing."""
    if _bridges:
        _bridges[-1].stop_step(None)


@pytest.hookimpl(trylast=True)
def pytest_bdd_step_error(exception: BaseException) -> None:
    """Close the Allure step of a step that raised."""
    if _bridges:
        _bridges[-1].stop_step(exception)


def pytest_bdd_step_func_lookup_error(step: Step, exception: BaseException) -> None:
    """Show a step that has no definition."""
    if _bridges:
        _bridges[-1].skip_step(step, Status.BROKEN, _message(exception))


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_after_scenario(feature: Feature, scenario: Scenario) -> None:
    """Close a step that a skip or Ctrl-C left open, and show the steps that never ran."""
    if _bridges:
        bridge = _bridges[-1]
        bridge.stop_step(sys.exc_info()[1])
        for step in scenario.steps[bridge.done :]:
            bridge.skip_step(step)
