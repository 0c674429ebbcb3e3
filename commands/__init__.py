"""The command line: a thin front for pytest, with one module for each command."""
