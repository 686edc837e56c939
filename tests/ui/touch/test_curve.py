"""The live curve."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication

from contracts.consultation import Instrument
from contracts.screen import Live
from tests.ui.touch.fake import until
from ui.touch.curve import MOST_POINTS, SECONDS_SHOWN, LiveCurve


def batch(start: int, *samples: float, rate: int = 75, spo2: int | None = 97) -> Live:
    return Live(Instrument.OXIMETER, rate, start, samples, spo2, None)


def test_samples_are_drawn_newest_right_and_full_scale_at_the_top() -> None:
    curve = LiveCurve()
    curve.setProperty("width", 300.0)
    curve.setProperty("height", 100.0)
    curve.add(batch(0, 0.0, 0.5, 1.0))
    points = curve.property("points")
    assert [point.y() for point in points] == [100.0, 50.0, 0.0]
    assert points[-1].x() == 300.0
    step = 300 / (75 * SECONDS_SHOWN - 1)
    assert abs(points[-1].x() - points[0].x() - 2 * step) < 1e-6


def test_a_hole_in_the_samples_is_not_bridged() -> None:
    curve = LiveCurve()
    curve.add(batch(0, 0.1, 0.2, 0.3))
    curve.add(batch(100, 0.9, 0.8))
    assert len(curve.property("points")) == 2


def test_a_number_the_device_does_not_give_is_not_shown() -> None:
    curve = LiveCurve()
    curve.add(batch(0, 0.1, 0.2, spo2=98))
    assert (curve.property("spo2"), curve.property("pulse_rate")) == ("98", "")
    curve.add(batch(2, 0.1, spo2=None))
    assert curve.property("spo2") == ""


def test_what_nobody_renews_disappears(application: QGuiApplication) -> None:
    curve = LiveCurve()
    curve._stale.setInterval(20)
    curve.add(batch(0, 0.1, 0.2))
    until(lambda: curve.property("spo2") == "")
    assert curve.property("points") == []


@given(
    rate=st.sampled_from([25, 75, 300, 1000]),
    sizes=st.lists(st.integers(0, 40), max_size=60),
    value=st.floats(allow_nan=False),
)
def test_the_curve_stays_small_and_inside_its_box(
    rate: int, sizes: list[int], value: float
) -> None:
    curve = LiveCurve()
    at = 0
    for size in sizes:
        curve.add(batch(at, *([value] * size), rate=rate))
        at += size
    points = curve.property("points")
    assert len(points) <= MOST_POINTS
    assert all(0 <= each.x() <= 1.000001 and 0 <= each.y() <= 1 for each in points)
