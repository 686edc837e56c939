"""The bench of a call, shortened: every figure that is promised is there, and none is a guess."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.call import Effort, Samples, measure, summary, table
from bench.report import write

PROMISED = (
    "claim to first picture in Chromium, median",
    "claim to first picture on the touchscreen, median",
    "page reload to picture in Chromium, median",
    "media killed to picture in Chromium, median",
    "media killed to picture on the touchscreen, median",
    "event to page, p50",
    "event to page, p99",
)
PARTS = ("clinic", "consultation", "media", "touch", "delivery", "simulator")


def samples() -> Samples:
    return Samples(
        claim_to_page=[200.0, 250.0, 900.0],
        claim_to_booth=[300.0, 331.0, 400.0],
        ready_to_page=[190.0],
        ready_to_booth=[220.0],
        reload_to_page=[500.0],
        kill_to_page=[801.0],
        kill_to_booth=[700.0],
        event_to_page=[float(n) for n in range(1, 101)],
        event_to_socket=[4.0] * 100,
        bare_event=[0.5] * 100,
        cpu={"media": 20.0},
        memory={"media": 150.0},
    )


def test_goals_are_judged_on_the_median_and_the_worst_is_said() -> None:
    said = {one.name: one for one in summary(samples())}
    page = said["claim to first picture in Chromium, median"]
    assert (page.value, page.worst, page.goal, page.ok) == (250.0, 900.0, 260.0, True)
    assert said["claim to first picture on the touchscreen, median"].ok is False
    assert said["media killed to picture in Chromium, median"].ok is False
    assert said["media killed to picture on the touchscreen, median"].ok is True
    p99 = said["event to page, p99"]
    assert (p99.value, p99.baseline, p99.ratio, p99.ok) == (99.0, 0.5, 198.0, False)


def test_rounding_never_makes_a_worst_better_than_its_median() -> None:
    timed = samples()
    timed.reload_to_page = [802.15869140625]
    (reload,) = (one for one in summary(timed) if one.name.startswith("page reload"))
    assert (reload.value, reload.worst) == (802.2, 802.2)


def test_the_table_has_each_figure_with_its_verdict() -> None:
    lines = table(summary(samples())).splitlines()
    assert len(lines) == len(summary(samples())) + 1
    (claim,) = (line for line in lines if line.startswith("claim to first picture in Chromium"))
    assert claim.split()[-6:] == ["250.0", "900.0", "260", "ms", "n=3", "met"]


@pytest.mark.long
@pytest.mark.e2e
async def test_a_short_run_gives_every_figure(tmp_path: Path) -> None:
    effort = Effort(
        consultations=2, reloads=1, kills=1, mutes=6, call_seconds=2.0, starts=1, code_seconds=3.0
    )
    file = tmp_path / "call.json"
    write(await measure(effort), file)
    said = json.loads(file.read_text(encoding="utf-8"))
    assert set(said) == {"machine", "results"}
    figures = {one["name"]: one for one in said["results"]}
    wanted = {
        *PROMISED,
        "load of the machine before, a core",
        "media process: spawn to ready, median",
        "capture to decoded in Chromium, p50",
        "capture to decoded in Chromium, p95",
        *(f"CPU in a call, {part}" for part in PARTS),
        *(f"memory in a call (RSS), {part}" for part in PARTS),
    }
    assert wanted <= set(figures)
    for one in figures.values():
        assert set(one) == {
            *("name", "value", "unit", "repeats", "worst", "baseline", "ratio", "goal", "ok")
        }
        assert 0 <= one["value"] <= one["worst"]
        assert (one["ok"] is None) == (one["goal"] is None)
    assert figures["event to page, p99"]["repeats"] >= 6
    assert figures["claim to first picture in Chromium, median"]["repeats"] == 2
    assert figures["capture to decoded in Chromium, p50"]["baseline"] > 0
