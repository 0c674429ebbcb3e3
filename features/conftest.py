"""Plain pytest over this folder loads the suite's plug-in, which no other pytest does."""

pytest_plugins = ["widget_conformance.fixtures.plugin"]
