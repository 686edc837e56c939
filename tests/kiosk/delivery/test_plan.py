"""Whose turn it is: at most two, retries spread out, told once."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kiosk.delivery.plan import AT_ONCE, FIRST_WAIT, LONGEST_WAIT, Notice, Plan
from kiosk.delivery.turn import Ended, Result
from tests.mutation import red_under

DONE = Ended(Result.DELIVERED)
FULL = Ended(Result.UNAVAILABLE, "ENOSPC")


def plan() -> Plan:
    return Plan(Random(1))


@red_under("kiosk/delivery/plan.py", old="AT_ONCE = 2 ", new="AT_ONCE = 3 ")
def test_at_most_two_at_once_in_the_order_given() -> None:
    made = plan()
    names = ["a", "b", "c", "d"]
    assert made.start(names, set(), 0)[0] == ("a", "b")
    assert made.start(names, set(), 0)[0] == ()
    made.ended("a", DONE, 1)
    assert made.start(["b", "c", "d"], set(), 1)[0] == ("c",)


def test_one_that_waits_lets_others_go_first() -> None:
    made = plan()
    made.start(["a"], set(), 0)
    made.ended("a", FULL, 0)
    assert made.start(["a", "b", "c"], set(), 0.1)[0] == ("b", "c")


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_waits_double_with_jitter_up_to_a_limit(seed: int, times: int) -> None:
    made = Plan(Random(seed))
    now = 0.0
    for failure in range(times):
        assert made.start(["a"], set(), now)[0] == ("a",)
        made.ended("a", FULL, now)
        whole = min(LONGEST_WAIT, FIRST_WAIT * 2**failure)
        assert made.start(["a"], set(), now + whole * 0.499)[0] == ()
        now += whole
    assert made.start(["a"], set(), now)[0] == ("a",)


def test_a_sink_lost_and_found_is_told_once_each() -> None:
    made = plan()
    told: list[Notice] = []
    for now in range(0, 2000, 400):
        made.start(["a", "b"], set(), now)
        told += made.ended("a", FULL, now)
        told += made.ended("b", FULL, now)
    assert [notice.event for notice in told] == ["delivery_stalled"]
    made.start(["a", "b"], set(), 9999)
    assert [n.event for n in made.ended("a", DONE, 9999)] == [
        "delivery_restored",
        "consultation_delivered",
    ]
    assert [n.event for n in made.ended("b", DONE, 9999)] == ["consultation_delivered"]


def test_a_refused_one_waits_for_its_person_and_others_go_on() -> None:
    made = plan()
    made.start(["a", "b"], set(), 0)
    (notice,) = made.ended("a", Ended(Result.REFUSED, "log_unreadable"), 0)
    assert (notice.event, notice.code, notice.trouble) == (
        "delivery_refused",
        "log_unreadable",
        True,
    )
    for now in range(1, 5000, 500):
        started, told = made.start(["a", "c"], {"a"}, now)
        assert "a" not in started
        assert told == ()
        if "c" in started:
            made.ended("c", DONE, now)
    # The person has taken the mark away.
    assert made.start(["a"], set(), 5001)[0] == ("a",)


def test_one_refused_before_this_process_began_is_told_once() -> None:
    made = plan()
    assert [n.event for n in made.start(["a"], {"a"}, 0)[1]] == ["delivery_awaits_person"]
    assert made.start(["a"], {"a"}, 1) == ((), ())


def test_a_refusal_whose_mark_could_not_be_written_is_not_tried_in_a_loop() -> None:
    made = plan()
    made.start(["a"], set(), 0)
    made.ended("a", Ended(Result.REFUSED, "log_unreadable"), 0)
    assert made.start(["a"], set(), LONGEST_WAIT - 1)[0] == ()
    assert made.start(["a"], set(), LONGEST_WAIT)[0] == ("a",)


def test_a_crashing_worker_is_told_once_and_tried_again() -> None:
    made = plan()
    made.start(["a"], set(), 0)
    assert [n.event for n in made.ended("a", Ended(Result.CRASHED, "KeyError@x.py:3"), 0)] == [
        "delivery_worker_failed"
    ]
    assert made.start(["a"], set(), FIRST_WAIT)[0] == ("a",)
    assert made.ended("a", Ended(Result.CRASHED, "KeyError@x.py:3"), FIRST_WAIT) == ()


def test_one_gone_meanwhile_is_forgotten() -> None:
    made = plan()
    made.start(["a"], set(), 0)
    made.ended("a", FULL, 0)
    made.start([], set(), 1)
    assert made.start(["a"], set(), 1)[0] == ("a",)


class Machine(RuleBasedStateMachine):
    """Whatever comes: never more than two, never one twice, never one marked."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = plan()
        self.running: set[str] = set()
        self.now = 0.0

    @rule(
        closed=st.lists(st.sampled_from("abcdef"), unique=True),
        marked=st.sets(st.sampled_from("abcdef")),
        later=st.floats(0, 400),
    )
    def look(self, closed: list[str], marked: set[str], later: float) -> None:
        self.now += later
        started, _ = self.plan.start(closed, marked, self.now)
        assert not set(started) & self.running
        assert not set(started) & marked
        assert set(started) <= set(closed)
        self.running |= set(started)

    @rule(result=st.sampled_from(list(Result)), data=st.data())
    def end(self, result: Result, data: st.DataObject) -> None:
        if self.running:
            name = data.draw(st.sampled_from(sorted(self.running)))
            self.running.discard(name)
            self.plan.ended(name, Ended(result, "code"), self.now)

    @invariant()
    def few(self) -> None:
        assert len(self.running) <= AT_ONCE


TestPlan = Machine.TestCase
