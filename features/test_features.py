"""Every feature in this folder is a test; the words of its steps are defined in `widget_conformance.steps`."""

import pytest
from pytest_bdd import scenarios

pytest_plugins = [
    "widget_conformance.fixtures.staging",
    "widget_conformance.steps.agent",
    "widget_conformance.steps.browser_settings",
    "widget_conformance.steps.customer",
    "widget_conformance.steps.widget",
]

pytestmark = pytest.mark.usefixtures("trial")

scenarios(".")
