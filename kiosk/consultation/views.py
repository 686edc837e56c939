"""What the screen is sent: a pure function of the state. What was typed is not in it."""

from __future__ import annotations

from contracts import screen
from contracts.consultation import Doctor, Reason, RedFlag
from contracts.screen import CallState, Part, ReadyState
from kiosk.consultation.journey.questions import previous
from kiosk.consultation.journey.state import CONSENT_TEXT, Stage, State


def view(state: State, revision: int) -> screen.View:
    """Return the whole view of `state`."""
    return screen.View(
        revision=revision,
        language=state.language,
        page=page(state),
        dialog=state.dialog,
        can_go_back=previous(state) is not None,
        simulated=tuple(part for part in Part if part in state.around.simulated),
    )


def page(state: State) -> screen.Page:
    """Return the page of `state`."""
    case, around = state.case, state.around
    match state.stage:
        case Stage.HYGIENE:
            return screen.Hygiene()
        case Stage.WELCOME:
            return screen.Welcome(
                tuple(
                    screen.Readiness(part, around.readiness.get(part, ReadyState.CHECKING))
                    for part in Part
                )
            )
        case Stage.INFORMATION:
            return screen.Information(around.price_cents, around.covered_cents)
        case Stage.CONSENT:
            return screen.Consent(CONSENT_TEXT, minor=case.minor)
        case Stage.NAMES:
            return screen.Names(state.problems)
        case Stage.BIRTH_DATE:
            return screen.BirthDate(state.problems)
        case Stage.ACCOMPANIED:
            return screen.Accompanied()
        case Stage.SEX:
            return screen.SexPage()
        case Stage.BIRTH_PLACE:
            return screen.BirthPlace(state.problems)
        case Stage.REASON:
            return screen.ReasonPage(tuple(Reason))
        case Stage.RED_FLAGS:
            return screen.RedFlags(tuple(RedFlag))
        case Stage.EMERGENCY:
            return screen.Emergency(case.flags or ())
        case Stage.MEASURE:
            return screen.Measure(state.measuring or _about_to_measure(state))
        case Stage.WAITING:
            return screen.Waiting(
                around.clinic, around.queue_position, around.estimate_minutes, around.doctors_online
            )
        case Stage.MEETING:
            return screen.MeetDoctor(_doctor(state))
        case Stage.CALL:
            connected = around.link is CallState.CONNECTED
            return screen.Call(
                doctor=_doctor(state),
                state=around.link,
                camera=around.camera,
                microphone=around.microphone,
                muted=around.muted,
                volume=around.volume,
                cannot_hear_sent=around.cannot_hear_sent,
                values=case.values,
                measuring=state.measuring,
                doctor_frozen=connected and around.doctor_picture.frozen,
                own_frozen=connected and around.own_picture.frozen,
            )
        case Stage.AFTER_CALL:
            return screen.AfterCall(_doctor(state), waiting=case.waits)
        case Stage.REPORT:
            if case.report is None:
                raise AssertionError("a report page without a report")
            return screen.ReportPage(case.report.doctor, case.report.outcome, case.report.text)
        case Stage.GOODBYE:
            closed = case.closed
            return screen.Goodbye(
                None if closed is None else closed.outcome,
                "report_read" if closed is None else closed.why,
            )
        case Stage.UNAVAILABLE:
            return screen.Unavailable("storage")


def _doctor(state: State) -> Doctor:
    if state.case.doctor is None:
        raise AssertionError(f"{state.stage} without a doctor")
    return state.case.doctor


def _about_to_measure(state: State) -> screen.Measuring:
    return screen.Measuring(
        state.case.instruments[0],
        screen.MeasurePhase.CONNECTING,
        state.case.attempts + 1,
        simulated=Part.OXIMETER in state.around.simulated,
    )
