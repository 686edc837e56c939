"""The way through the pages before the waiting room."""

from __future__ import annotations

from dataclasses import replace

from contracts.consultation import Giver
from kiosk.consultation.journey.effects import Record, Step
from kiosk.consultation.journey.state import Case, Stage, State
from kiosk.record import events as log


def _questions(case: Case) -> tuple[tuple[Stage, bool], ...]:
    """Each page to answer before the waiting room, in order, and whether it has been."""
    consent_stands = case.consent is not None and (
        case.consent.giver is not Giver.PATIENT or not case.minor
    )
    pages = [
        (Stage.INFORMATION, case.information_read),
        (Stage.CONSENT, consent_stands),
        (Stage.NAMES, case.names is not None),
        (Stage.BIRTH_DATE, case.birth is not None),
        (Stage.ACCOMPANIED, case.accompanied),
        (Stage.SEX, case.sex is not None),
        (Stage.BIRTH_PLACE, case.birth_place is not None),
        (Stage.REASON, case.reason is not None),
        (Stage.RED_FLAGS, case.flags == ()),
        (Stage.MEASURE, case.measured),
    ]
    if not case.minor:
        pages.remove((Stage.ACCOMPANIED, case.accompanied))
    elif not case.accompanied:
        # First the adult's presence, then their consent.
        pages.insert(0, pages.pop(pages.index((Stage.ACCOMPANIED, False))))
    if not case.instruments:
        pages.remove((Stage.MEASURE, case.measured))
    return tuple(pages)


def _next(case: Case) -> Stage:
    for stage, answered in _questions(case):
        if not answered:
            return stage
    return Stage.WAITING


def previous(state: State) -> Stage | None:
    """The page "Back" leads to, or None."""
    if state.stage is Stage.EMERGENCY:
        return Stage.RED_FLAGS
    order = [stage for stage, _ in _questions(state.case)]
    if state.stage not in order or state.stage in (order[0], Stage.MEASURE, Stage.ACCOMPANIED):
        return None
    before = order[order.index(state.stage) - 1]
    return None if before is Stage.ACCOMPANIED else before


def onward(state: State, case: Case) -> Step:
    """To the next unanswered page, with what opens it."""
    stage = _next(case)
    moved = replace(state, stage=stage, case=case, problems={}, dialog=None, measuring=None)
    if stage is Stage.MEASURE:
        return moved, (Record((measurement_started(case, None),)),)
    if stage is Stage.WAITING:
        return moved, (Record((log.QueueJoined(),)),)
    return moved, ()


def measurement_started(case: Case, order: str | None) -> log.MeasurementStarted:
    """Return the event that opens the next attempt's armed window."""
    return log.MeasurementStarted(case.instruments[0], case.attempts + 1, order)
