"""Options of this suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long`: the long tests too."""
    parser.addoption("--long", action="store_true", help="run the tests marked long too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the long tests unless asked for."""
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="long: give --long")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)
