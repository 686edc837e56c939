"""Which consultation's turn it is: a decision from folder names, results and a clock, no I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from kiosk.delivery.turn import Ended, Result

AT_ONCE = 2  # architecture.md: at most two workers
FIRST_WAIT = 1.0  # seconds, doubled at each failure
LONGEST_WAIT = 300.0


@dataclass(frozen=True)
class Notice:
    """Something to log: an event's name and its code; `trouble` for a person to look at."""

    event: str
    code: str = ""
    consultation: str = ""
    trouble: bool = False


@dataclass
class _Failing:
    times: int
    not_before: float


class Plan:
    """Turns, retries with jittered back-off, and what is worth saying once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._running: set[str] = set()
        self._failing: dict[str, _Failing] = {}
        self._refused: set[str] = set()  # those a person was told of
        self._marked: set[str] = set()
        self._stalled: str | None = None

    def start(
        self, closed: Sequence[str], marked: Collection[str], now: float
    ) -> tuple[tuple[str, ...], tuple[Notice, ...]]:
        """Return whose turn begins now, in the order of `closed`, and what to log.

        `marked`: those that lie with a person. `now`: seconds, monotonic.
        """
        present = set(closed)
        for gone in (set(self._failing) | self._refused) - present - self._running:
            self._failing.pop(gone, None)
            self._refused.discard(gone)
        notices = [
            Notice("delivery_awaits_person", consultation=name, trouble=True)
            for name in closed
            if name in marked and name not in self._refused
        ]
        for name in self._marked - set(marked):
            # A person took the mark away: they want it tried again, now.
            self._failing.pop(name, None)
        self._marked = set(marked)
        self._refused |= self._marked & present
        chosen = []
        for name in closed:
            if len(self._running) >= AT_ONCE:
                break
            failing = self._failing.get(name)
            waits = failing is not None and now < failing.not_before
            if name in self._running or name in marked or waits:
                continue
            self._refused.discard(name)
            self._running.add(name)
            chosen.append(name)
        return tuple(chosen), tuple(notices)

    def ended(self, consultation: str, ended: Ended, now: float) -> tuple[Notice, ...]:
        """Take note of a turn's end; return what to log."""
        self._running.discard(consultation)
        match ended.result:
            case Result.DELIVERED:
                self._failing.pop(consultation, None)
                notices = [Notice("consultation_delivered", consultation=consultation)]
                if self._stalled is not None:
                    notices.insert(0, Notice("delivery_restored", self._stalled))
                    self._stalled = None
                return tuple(notices)
            case Result.BUSY:
                self._wait(consultation, now)
                return ()
            case Result.REFUSED:
                # Also here, in case the mark could not be written: not again until much later.
                self._failing[consultation] = _Failing(0, now + LONGEST_WAIT)
                self._refused.add(consultation)
                return (Notice("delivery_refused", ended.code, consultation, trouble=True),)
            case Result.UNAVAILABLE:
                self._wait(consultation, now)
                if self._stalled is None:
                    self._stalled = ended.code
                    return (Notice("delivery_stalled", ended.code, trouble=True),)
                return ()
            case Result.CRASHED | Result.CONFIG:
                first = consultation not in self._failing
                self._wait(consultation, now)
                if first:
                    return (
                        Notice("delivery_worker_failed", ended.code, consultation, trouble=True),
                    )
                return ()

    def _wait(self, consultation: str, now: float) -> None:
        failing = self._failing.setdefault(consultation, _Failing(0, now))
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0**failing.times)
        # Half to whole: many consultations held up together do not come back together.
        failing.not_before = now + longest * self._random.uniform(0.5, 1.0)
        failing.times = min(failing.times + 1, 30)
