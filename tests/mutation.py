"""Safety tests keep beside them the mutation that must turn them red.

    @red_under("drivers/protocols/nonin.py", old="== MISSING_SPO2", new="== 9999")
    def test_a_missing_value_is_never_a_number(): ...

`tests/test_mutations.py` copies the tree, applies each mutation, and requires the test to fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mutation:
    """Replace `old` (found exactly once in `file`) by `new`; then `test` must fail."""

    file: str
    old: str
    new: str
    test: str  # pytest node id, relative to the root


MUTATIONS: list[Mutation] = []


def red_under(file: str, *, old: str, new: str) -> Callable[[F], F]:
    """Register a mutation of `file` that must turn the decorated test red."""

    def register(test: F) -> F:
        path = test.__module__.replace(".", "/") + ".py"
        MUTATIONS.append(Mutation(file, old, new, f"{path}::{test.__qualname__}"))
        return test

    return register
