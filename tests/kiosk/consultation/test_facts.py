"""What the clinic is told is a function of the log, and begins with the waiting room."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

from contracts import clinic, screen
from contracts.consultation import Instrument, RedFlag
from contracts.screen import Failure, MeasurePhase
from kiosk.consultation.facts import Facts
from kiosk.consultation.journey import happenings
from kiosk.consultation.journey.state import Stage
from kiosk.record.log import Entry
from tests.kiosk.consultation.walk import CONSULTATION, DOCTOR, Walk
from tests.mutation import red_under

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def _told(walk: Walk) -> list[clinic.Fact]:
    facts = Facts()
    entries = [Entry(n, f"e{n}", NOW, n, event) for n, event in enumerate(walk.recorded, 1)]
    return [fact for entry in entries for fact in facts.feed(entry)]


def test_facts_are_numbered_without_a_gap_and_start_with_the_patient() -> None:
    walk = Walk()
    walk.to_call()
    walk.order("o1", clinic.AskMeasurement(Instrument.OXIMETER))
    walk.measured("95", "80")
    facts = _told(walk)
    assert [fact.number for fact in facts] == list(range(1, len(facts) + 1))
    assert isinstance(facts[0].body, clinic.PatientFact)
    asked = [
        f.body.requested_by_doctor for f in facts if isinstance(f.body, clinic.MeasurementFact)
    ]
    assert asked == [False, False, True, True]


def test_before_the_waiting_room_there_are_none() -> None:
    walk = Walk()
    walk.to_measure()
    walk.measured()
    assert _told(walk) == []


def test_a_red_flag_taken_back_is_told_to_the_doctor() -> None:
    walk = Walk()
    walk.to_measure()
    before = walk.recorded[:-2]  # all but the answer to the red flags and the measurement
    walk = Walk(state=replace(walk.state, stage=Stage.RED_FLAGS), recorded=list(before))
    walk.touch(screen.AnswerRedFlags((RedFlag.CHEST_PAIN,)), screen.Back())
    walk.touch(screen.AnswerRedFlags(()), screen.SkipMeasurement())
    codes = [f.body.code for f in _told(walk) if isinstance(f.body, clinic.MessageFact)]
    assert codes == ["red_flag_withdrawn"]


@red_under(
    "kiosk/consultation/facts.py",
    old="body = self._given_up(event) or _fact(entry)",
    new="body = _fact(entry)",
)
def test_a_measurement_the_patient_gives_up_is_told_once_so_that_it_can_be_asked_again() -> None:
    walk = Walk()
    walk.to_measure()
    walk.touch(screen.SkipMeasurement())
    walk.clinic_says(clinic.LeaseOffered(CONSULTATION, "lease-1", DOCTOR))
    walk.touch(screen.Continue())
    walk.order("o1", clinic.AskMeasurement(Instrument.OXIMETER))
    walk.happen(happenings.InstrumentFailed(Failure.NO_SIGNAL))
    walk.touch(screen.SkipMeasurement())
    assert [f.body for f in _told(walk) if isinstance(f.body, clinic.MeasuringFact)] == [
        clinic.MeasuringFact(Instrument.OXIMETER, MeasurePhase.CONNECTING, 1),
        clinic.MeasuringFact(Instrument.OXIMETER, MeasurePhase.FAILED, 1),
        clinic.MeasuringFact(Instrument.OXIMETER, MeasurePhase.CONNECTING, 2),
        clinic.MeasuringFact(Instrument.OXIMETER, MeasurePhase.FAILED, 2, Failure.NO_SIGNAL),
    ]


def test_telling_again_after_a_restart_gives_the_same_facts() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    walk = Walk()
    walk.to_call()
    cut = random.Random(seed).randrange(len(walk.recorded))
    whole = _told(walk)
    part = _told(Walk(recorded=walk.recorded[:cut]))
    assert whole[: len(part)] == part
