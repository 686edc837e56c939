"""Log events: what is on disk happens."""

from __future__ import annotations

from dataclasses import replace

from contracts import screen
from contracts.measurement import Present
from contracts.screen import CallState, MeasurePhase, Part
from kiosk.consultation.journey.effects import (
    Arm,
    CloseCall,
    CloseRecord,
    ConfirmLease,
    Disarm,
    Effect,
    Join,
    LeaveRoom,
    Record,
    RequestCall,
    SayClosed,
    SetSound,
    ShowSelf,
    Step,
    TakeOrder,
    Wake,
)
from kiosk.consultation.journey.measuring import PANEL_SECONDS, measuring_with, panel_of
from kiosk.consultation.journey.questions import measurement_started, onward, previous
from kiosk.consultation.journey.state import Case, Stage, State, surrounded
from kiosk.record import events as log

GOODBYE_SECONDS = 12.0
SAID_SECONDS = 30.0  # then "I can't hear you" can be said again
SAID = "said"


def logged(state: State, event: log.LogEvent) -> Step:
    """Return what follows from a committed event."""
    case = state.case
    match event:
        case log.Opened(consultation=consultation, language=language, instruments=instruments):
            opened = Case(consultation=consultation, instruments=instruments)
            return onward(replace(state, language=language), opened)
        case log.InformationRead():
            return onward(state, replace(case, information_read=True))
        case log.ConsentGiven(act=act):
            agreed = replace(case, consent=event)
            return onward(state, agreed) if act else (replace(state, case=agreed), ())
        case log.NamesGiven():
            return onward(state, replace(case, names=event))
        case log.BirthDateGiven():
            return onward(state, replace(case, birth=event))
        case log.AccompaniedAnswered(accompanied=accompanied):
            answered = replace(case, accompanied=accompanied)
            return onward(state, answered) if accompanied else (replace(state, case=answered), ())
        case log.SexGiven(sex=sex):
            return onward(state, replace(case, sex=sex))
        case log.BirthPlaceGiven(birth_place=place):
            return onward(state, replace(case, birth_place=place))
        case log.ReasonGiven(reason=reason):
            return onward(state, replace(case, reason=reason))
        case log.RedFlagsAnswered(flags=flags):
            answered = replace(case, flags=flags)
            if flags:
                return replace(state, case=answered, stage=Stage.EMERGENCY), ()
            return onward(state, answered)
        case log.WentBack():
            before = previous(state)
            return replace(state, stage=before or state.stage, problems={}), ()
        case log.Closed():
            return _closed(state, event)
        case (
            log.MeasurementStarted()
            | log.CurveRecorded()
            | log.MeasurementRecorded()
            | log.MeasurementFailed()
            | log.MeasurementDone()
        ):
            return _measurement_logged(state, event)
        case _:
            return _doctor_logged(state, event)


def _measurement_logged(
    state: State,
    event: log.MeasurementStarted
    | log.CurveRecorded
    | log.MeasurementRecorded
    | log.MeasurementFailed
    | log.MeasurementDone,
) -> Step:
    case, measuring = state.case, state.measuring
    match event:
        case log.MeasurementStarted(instrument=instrument, attempt=attempt, order=order):
            fresh = screen.Measuring(
                instrument,
                MeasurePhase.CONNECTING,
                attempt,
                simulated=Part.OXIMETER in state.around.simulated,
            )
            counted = replace(case, attempts=attempt, asked=order)
            return replace(state, case=counted, measuring=fresh), (Arm(instrument, attempt),)
        case log.MeasurementRecorded(measurement=measurement, attempt=attempt):
            if measuring is None or not isinstance(measurement.result, Present):
                return state, ()
            shown = screen.ValueShown(
                measurement.id,
                measurement.quantity,
                measurement.result.value,
                measurement.result.unit,
                measurement.quality,
            )
            of_this_attempt = measuring.phase is MeasurePhase.RECORDED
            values = (*(measuring.values if of_this_attempt else ()), shown)
            recorded = measuring_with(
                measuring,
                phase=MeasurePhase.RECORDED,
                values=values,
                progress=1.0,
                coaching=None,
            )
            effects: tuple[Effect, ...] = () if of_this_attempt else (Disarm(),)
            if state.stage is Stage.CALL and not of_this_attempt:
                effects = (*effects, Wake(PANEL_SECONDS, panel_of(attempt)))
            return replace(state, case=replace(case, values=values), measuring=recorded), effects
        case log.MeasurementFailed(failure=failure):
            if measuring is None:
                return state, (Disarm(),)
            failed = measuring_with(
                measuring, phase=MeasurePhase.FAILED, failure=failure, coaching=None
            )
            return replace(state, measuring=failed), (Disarm(),)
        case log.MeasurementDone():
            folded = replace(state, measuring=None, case=replace(case, asked=None))
            if state.stage is Stage.CALL:
                return folded, (Disarm(),)
            moved, effects = onward(folded, replace(folded.case, measured=True))
            return moved, (Disarm(), *effects)
        case log.CurveRecorded():
            return state, ()


def _doctor_logged(state: State, event: log.LogEvent) -> Step:
    case = state.case
    match event:
        case log.QueueJoined():
            if state.around.clinic or state.around.clinic_lost:
                return state, (Join(),)
            # Never reached: no news will come of a loss.
            unreached = Record((log.Incident("clinic_lost"),))
            return surrounded(state, clinic_lost=True), (Join(), unreached)
        case log.DoctorMet(lease=lease, doctor=doctor):
            met = replace(case, lease=lease, doctor=doctor)
            here = surrounded(state, doctor_online=True)
            return replace(here, stage=Stage.MEETING, case=met), (
                ConfirmLease(lease, accepted=True),
            )
        case log.DoctorGone():
            gone = replace(case, lease=None, doctor=None, asked=None)
            waiting = replace(state, stage=Stage.WAITING, case=gone, measuring=None)
            return waiting, (Disarm(), CloseCall(), ShowSelf(on=False), Join())
        case log.PatientReady():
            link = CallState.CONNECTING if state.around.media else CallState.NO_MEDIA
            called = replace(surrounded(state, link=link), stage=Stage.CALL)
            missing = tuple(
                log.Incident(f"{part.value}_absent")
                for part, there in (
                    (Part.CAMERA, state.around.camera),
                    (Part.MICROPHONE, state.around.microphone),
                )
                if not there
            )
            return called, (
                *((Record(missing),) if missing else ()),
                ShowSelf(on=True),
                SetSound(state.around.muted, state.around.volume),
                RequestCall(),
            )
        case log.MediumChanged(medium=medium):
            return replace(state, case=replace(case, medium=medium)), ()
        case log.MeasurementAsked(order=order):
            asked = replace(case, orders=case.orders | {order})
            started = Record((measurement_started(asked, order),))
            return replace(state, case=asked), (TakeOrder(order), started)
        case log.MicrophoneMuted(muted=muted):
            return surrounded(state, muted=muted), (SetSound(muted, state.around.volume),)
        case log.CannotHearSaid():
            return surrounded(state, cannot_hear_sent=True), (Wake(SAID_SECONDS, SAID),)
        case log.WaitsForReport():
            return replace(state, case=replace(case, waits=True)), ()
        case log.CallEnded(order=order):
            ended = replace(case, orders=case.orders | {order})
            stage = Stage.REPORT if case.report is not None else Stage.AFTER_CALL
            over = replace(state, stage=stage, case=ended, measuring=None)
            return over, (TakeOrder(order), Disarm(), CloseCall(), ShowSelf(on=False))
        case log.ReportReceived(order=order, report=report):
            reported = replace(case, orders=case.orders | {order}, report=report)
            stage = state.stage if state.stage is Stage.CALL else Stage.REPORT
            return replace(state, stage=stage, case=reported), (TakeOrder(order),)
    return state, ()


def _closed(state: State, event: log.Closed) -> Step:
    done = replace(
        state,
        stage=Stage.GOODBYE,
        case=replace(state.case, closed=event),
        measuring=None,
        dialog=None,
        problems={},
    )
    in_room = state.stage is Stage.WAITING
    return done, (
        Disarm(),
        CloseCall(),
        ShowSelf(on=False),
        *((LeaveRoom(),) if in_room else ()),
        CloseRecord(),
        SayClosed(),
        Wake(GOODBYE_SECONDS, "goodbye"),
    )
