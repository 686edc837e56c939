"""The journey: what a patient, a doctor and the instruments can make of a consultation.

`advance(state, happening)` returns the next state and the effects to carry out. It is pure.

What happens is of two kinds. A *log event* (`kiosk.record.events`) has been committed before it
comes here: only these change what the record says, and replaying them rebuilds the case. Anything
else (an intent, a message, news of the surroundings) changes at most what is on the screen, or
asks for a log event by the effect `Record`. So nothing takes effect before it is on disk.
"""

from __future__ import annotations

from contracts.screen import MeasurePhase
from kiosk.consultation.journey.call import (
    CALL_AGAIN,
    CALL_CLOSED,
    call_again,
    call_closed,
    media_news,
    pictures_seen,
)
from kiosk.consultation.journey.committed import SAID, logged
from kiosk.consultation.journey.doctor import clinic_changed, from_clinic
from kiosk.consultation.journey.effects import Exit, Record, Step
from kiosk.consultation.journey.happenings import (
    CallChanged,
    CaptureChanged,
    ClinicChanged,
    FoundSimulated,
    FromClinic,
    Happening,
    InstrumentFailed,
    InstrumentSays,
    IntentMade,
    MediaDown,
    MediaUp,
    PicturesSeen,
    ReadinessChanged,
    StorageFailed,
    TimeUp,
)
from kiosk.consultation.journey.intents import touched
from kiosk.consultation.journey.measuring import (
    found_simulated,
    instrument_failed,
    instrument_says,
    panel_of,
    storage_failed,
)
from kiosk.consultation.journey.state import Stage, State, surrounded
from kiosk.record import events as log


def advance(state: State, happening: Happening) -> Step:
    """Return the state after `happening` and the effects to carry out, in order.

    What is not possible now changes nothing and has no effect.
    """
    match happening:
        case IntentMade():
            return touched(state, happening)
        case FromClinic(message=message):
            return from_clinic(state, message)
        case ReadinessChanged(part=part, state=ready):
            readiness = {**state.around.readiness, part: ready}
            return surrounded(state, readiness=readiness), ()
        case FoundSimulated(part=part):
            return found_simulated(state, part), ()
        case ClinicChanged(up=up):
            return clinic_changed(state, up=up)
        case MediaUp() | MediaDown() | CaptureChanged() | CallChanged():
            return media_news(state, happening)
        case PicturesSeen():
            return pictures_seen(state, happening)
        case InstrumentSays():
            return instrument_says(state, happening), ()
        case InstrumentFailed(failure=failure):
            return instrument_failed(state, failure)
        case StorageFailed(refused=refused):
            return storage_failed(state, refused)
        case TimeUp(what=what):
            return _time_up(state, what)
        case _:
            return logged(state, happening)


def _time_up(state: State, what: str) -> Step:
    if (what, state.stage) in (("goodbye", Stage.GOODBYE), ("unavailable", Stage.UNAVAILABLE)):
        return state, (Exit(),)
    if what == CALL_AGAIN:
        return call_again(state)
    if what == CALL_CLOSED:
        return call_closed(state)
    if what == SAID:
        return surrounded(state, cannot_hear_sent=False), ()
    measuring = state.measuring
    if (
        state.stage is Stage.CALL
        and measuring is not None
        and measuring.phase is MeasurePhase.RECORDED
        and what == panel_of(measuring.attempt)
    ):
        return state, (Record((log.MeasurementDone(measuring.instrument, kept=True),)),)
    return state, ()
