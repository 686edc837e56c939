import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report import percentile, result, write


def test_the_file_has_the_keys_that_are_promised(tmp_path: Path) -> None:
    one = result("event to page, p99", 18.5, "ms", samples=[3, 18.5, 21], baseline=10, goal=20)
    file = tmp_path / "call.json"
    write([one], file)
    said = json.loads(file.read_text(encoding="utf-8"))
    assert set(said) == {"machine", "results"}
    assert said["results"] == [
        {
            "name": "event to page, p99",
            "value": 18.5,
            "unit": "ms",
            "repeats": 3,
            "worst": 21,
            "baseline": 10,
            "ratio": 1.85,
            "goal": 20,
            "ok": True,
        }
    ]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("value", "goal", "larger", "ok"),
    [(19, 20, False, True), (21, 20, False, False), (21, 20, True, True), (19, 20, True, False)],
)
def test_a_goal_is_met_or_missed(value: float, goal: float, larger: bool, ok: bool) -> None:
    one = result("x", value, "1", samples=[value], goal=goal, larger_is_better=larger)
    assert one.ok is ok


def test_without_a_goal_nothing_is_met() -> None:
    assert result("x", 1, "1", samples=[1]).ok is None


def test_the_worst_of_what_should_be_large_is_the_smallest() -> None:
    assert result("rate", 25, "/s", samples=[24, 25, 26], larger_is_better=True).worst == 24


def test_nothing_measured_is_no_result() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        result("x", 0, "ms", samples=[])


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_sample_that_enough_others_do_not_exceed(
    samples: list[float], percent: int
) -> None:
    value = percentile(samples, percent)
    assert value in samples
    assert sum(s <= value for s in samples) * 100 >= percent * len(samples)
    assert sum(s < value for s in samples) * 100 < percent * len(samples)
