"""The armed instrument, and what the disk refuses."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from contracts import screen
from contracts.consultation import Instrument
from contracts.screen import Failure, MeasurePhase, Part
from kiosk.consultation.journey.effects import (
    CloseCall,
    Disarm,
    LeaveRoom,
    Record,
    SayClosed,
    ShowSelf,
    Step,
    Wake,
)
from kiosk.consultation.journey.happenings import InstrumentSays
from kiosk.consultation.journey.state import Stage, State, surrounded
from kiosk.record import events as log


def phase_of(state: State) -> MeasurePhase | None:
    """Return where the measurement under way stands, or None."""
    return None if state.measuring is None else state.measuring.phase


def instrument_of(state: State) -> Instrument:
    """Return the instrument being used, or the booth's first."""
    return state.case.instruments[0] if state.measuring is None else state.measuring.instrument


UNAVAILABLE_SECONDS = 30.0  # then the process starts again, and looks whether the disk works
PANEL_SECONDS = 10.0  # a recorded value stays beside the doctor's picture, then the panel folds


def instrument_says(state: State, says: InstrumentSays) -> State:
    """Return the state with the instrument's progress; a measurement that is over ignores it."""
    measuring = state.measuring
    if measuring is None or measuring.phase in (MeasurePhase.RECORDED, MeasurePhase.FAILED):
        return state
    return replace(
        state,
        measuring=measuring_with(
            measuring,
            phase=measuring.phase if says.phase is None else says.phase,
            progress=measuring.progress if says.progress is None else says.progress,
            coaching=says.coaching,
        ),
    )


def found_simulated(state: State, part: Part) -> State:
    """Return the state with `part` marked, on what is being measured too."""
    measuring = state.measuring
    if measuring is not None and part is Part.OXIMETER:
        measuring = measuring_with(measuring, simulated=True)
    marked = surrounded(state, simulated=state.around.simulated | {part})
    return replace(marked, measuring=measuring)


def measuring_with(measuring: screen.Measuring, **changes: object) -> screen.Measuring:
    """Return `measuring` with some fields changed."""
    return msgspec.structs.replace(measuring, **changes)


_FAILURE_INCIDENTS = {
    Failure.DEVICE_ABSENT: "instrument_absent",
    Failure.DEVICE_BUSY: "instrument_busy",
    Failure.UNPLUGGED: "instrument_unplugged",
    Failure.NO_SIGNAL: "instrument_no_signal",
    Failure.TIMED_OUT: "measurement_timed_out",
    Failure.STORAGE: "storage_failed",
}


def instrument_failed(state: State, failure: Failure) -> Step:
    """Return what follows when the armed instrument cannot go on: an attempt without a value."""
    measuring = state.measuring
    if measuring is None or measuring.phase in (MeasurePhase.RECORDED, MeasurePhase.FAILED):
        return state, ()
    failed = log.MeasurementFailed(measuring.instrument, measuring.attempt, failure)
    return state, (Record((failed, log.Incident(_FAILURE_INCIDENTS[failure]))),)


def storage_failed(state: State, refused: tuple[log.LogEvent, ...]) -> Step:
    """Return what follows when the disk refuses: nothing appears as recorded."""
    for event in refused:
        match event:
            case log.RedFlagsAnswered(flags=flags) if flags:
                # Whom to call depends on nothing, the disk included (clinical rule 5).
                case = replace(state.case, flags=flags)
                return replace(state, stage=Stage.EMERGENCY, case=case), ()
            case log.Closed() | log.CallEnded():
                # Who leaves is not kept before the camera; the next process closes the log.
                return _unavailable(state)
    measuring, stage = state.measuring, state.stage
    under_way = measuring is not None and measuring.phase is not MeasurePhase.RECORDED
    if measuring is not None and under_way and stage in (Stage.MEASURE, Stage.CALL):
        failed = measuring_with(
            measuring, phase=MeasurePhase.FAILED, failure=Failure.STORAGE, values=(), coaching=None
        )
        return replace(state, measuring=failed), (Disarm(),)
    if stage in (Stage.CALL, Stage.EMERGENCY, Stage.UNAVAILABLE):
        return state, ()
    return _unavailable(state)


def _unavailable(state: State) -> Step:
    """No consultation without a record: all is let go of, and the process starts again."""
    unavailable = replace(state, stage=Stage.UNAVAILABLE, dialog=None, measuring=None)
    return unavailable, (
        Disarm(),
        CloseCall(),
        ShowSelf(on=False),
        *((LeaveRoom(),) if state.stage is Stage.WAITING else ()),
        SayClosed(),
        Wake(UNAVAILABLE_SECONDS, "unavailable"),
    )


def panel_of(attempt: int) -> str:
    """Return the name of the wake that folds the panel of `attempt`."""
    return f"panel-{attempt}"
