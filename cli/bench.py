"""`./cabine bench NAME --json FILE`: run a measurement of bench/, say it and write it."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import bench
from bench.report import Result, write

Run = Callable[[], Awaitable[list[Result]]]


def measurements() -> dict[str, Run]:
    """Return the measurements by name: modules of bench/ with an `async def run()`."""
    found: dict[str, Run] = {}
    for module in pkgutil.iter_modules(bench.__path__):
        run = getattr(importlib.import_module(f"bench.{module.name}"), "run", None)
        if inspect.iscoroutinefunction(run):
            found[module.name] = run
    return found


def main(arguments: Sequence[str]) -> int:
    """Return 0 when every figure with a goal meets it."""
    known = measurements()
    parser = argparse.ArgumentParser(prog="./cabine bench", description=__doc__)
    parser.add_argument("name", choices=sorted(known))
    parser.add_argument("--json", type=Path, required=True, metavar="FILE")
    asked = parser.parse_args(arguments)
    results = asyncio.run(_run(known[asked.name]))
    write(results, asked.json)
    for one in results:
        print(readable(one))
    return 1 if any(one.ok is False for one in results) else 0


async def _run(run: Run) -> list[Result]:
    return await run()


def readable(one: Result) -> str:
    """Return the figure in a line."""
    beside = "" if one.ratio is None else f", {one.ratio:.2f} x {one.baseline:g} beside it"
    judged = "" if one.goal is None else f", goal {one.goal:g}: {'met' if one.ok else 'MISSED'}"
    return (
        f"{one.name}: {one.value:g} {one.unit} (worst {one.worst:g} of {one.repeats})"
        f"{beside}{judged}"
    )
