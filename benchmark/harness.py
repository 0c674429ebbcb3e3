"""The harness as `widget-conformance run` starts it, but one named scenario at a time in a browser that runs already.

A scenario's time is that of pytest's whole protocol: set-up, steps, evidence, result and tear-down.
"""

import json
import os
import sys
from pathlib import Path

import pytest
from paced import ROUTES, Answers, serve
from widget_conformance.fixtures.catalogue import features_folder
from widget_conformance.fixtures.plugin import RESULT, case_of_item


class OneAtATime:
    """Takes pytest's own loop over the items out of its hands."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._problem = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {case.scenario: item for item in session.items if (case := case_of_item(item)) is not None}

        def perform(scenario: str) -> str:
            item = items[scenario]
            self._problem = "no result"
            item._initrequest()  # type: ignore[attr-defined] # pytest's own way to make an item runnable again
            after = next(other for other in items.values() if other is not item)  # so that the browser stays
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            return self._problem

        serve(self._answers, perform)
        session._setupstate.teardown_exact(None)
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == RESULT:
                result = json.loads(str(value))
                self._problem = "" if result["verdict"] == "pass" else f"{result['verdict']}: {result['reason']}"


def main(browser: str, folder: str) -> int:
    """Serve scenarios until standard input ends."""
    answers = Answers()
    features = str(features_folder())
    words = [features, "-c", os.devnull, "--rootdir", features, "-p", "no:cacheprovider", "-qq", "--no-header"]
    words += ["--no-summary", "--subject", "reference@5.1", "--browser", browser, "--route", ROUTES[browser]]
    words += ["--results", folder, "--alluredir", str(Path(folder) / "allure-results")]
    return int(pytest.main(words, [OneAtATime(answers)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
