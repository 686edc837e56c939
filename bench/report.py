"""What a measurement says, and the JSON file it goes to.

`{"machine": …, "results": [{"name", "value", "unit", "repeats", "worst", "baseline", "ratio",
"goal", "ok"}]}`
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. Make it with `result`, which derives `ratio` and `ok`.

    `worst`: of all repeats. `baseline`: the same, measured in the same run on the simplest thing
    that could do it. `goal`: the value allowed, or with `larger_is_better` asked for. `ok` None:
    there is no goal.
    """

    name: str
    value: float
    unit: str
    repeats: int
    worst: float
    baseline: float | None
    ratio: float | None
    goal: float | None
    ok: bool | None


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured; no name of it."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str


class Report(msgspec.Struct, frozen=True):
    """The file."""

    machine: Machine
    results: tuple[Result, ...]


def result(
    name: str,
    value: float,
    unit: str,
    *,
    samples: Sequence[float],
    baseline: float | None = None,
    goal: float | None = None,
    larger_is_better: bool = False,
) -> Result:
    """Return the `Result` for `value`, a statistic (median, p95 …) of `samples`, in `unit`.

    Raises ValueError without a sample.
    """
    if not samples:
        raise ValueError(f"{name}: nothing was measured")
    ok = None
    if goal is not None:
        ok = value >= goal if larger_is_better else value <= goal
    return Result(
        name=name,
        value=value,
        unit=unit,
        repeats=len(samples),
        worst=min(samples) if larger_is_better else max(samples),
        baseline=baseline,
        ratio=value / baseline if baseline else None,
        goal=goal,
        ok=ok,
    )


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the smallest sample that `percent` of all do not exceed (nearest rank)."""
    ordered = sorted(samples)
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(0, int(rank) - 1)]


def this_machine() -> Machine:
    """Return what the figures depend on."""
    processor = platform.machine()
    info = Path("/proc/cpuinfo")
    for line in info.read_text(encoding="utf-8").splitlines() if info.exists() else ():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Machine(
        processor=processor,
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(memory, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def write(results: Sequence[Result], path: Path) -> None:
    """Write the report, readable, whole or not at all."""
    report = Report(this_machine(), tuple(results))
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    partial.replace(path)
