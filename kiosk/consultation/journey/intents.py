"""What the patient touches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from contracts import screen
from contracts.consultation import Giver, Outcome
from contracts.screen import Dialog, MeasurePhase
from kiosk.consultation.journey.effects import ConfirmHygiene, Exit, Open, Record, SetSound, Step
from kiosk.consultation.journey.happenings import IntentMade
from kiosk.consultation.journey.identity import (
    age_years,
    birth_date,
    name_problem,
    place_problem,
    tidy,
)
from kiosk.consultation.journey.measuring import instrument_of, phase_of
from kiosk.consultation.journey.questions import measurement_started, previous
from kiosk.consultation.journey.state import CONSENT_TEXT, Stage, State, surrounded
from kiosk.record import events as log


def touched(state: State, made: IntentMade) -> Step:
    """Return what follows from a touch; one that the page does not offer changes nothing."""
    stage, case, intent = state.stage, state.case, made.intent
    if state.dialog is not None:
        return _dialog(state, intent)
    match stage, intent:
        case _, screen.AskLeave() if stage not in (Stage.GOODBYE, Stage.UNAVAILABLE):
            return replace(state, dialog=Dialog.LEAVE), ()
        case _, screen.AskHelp():
            asked = replace(state, dialog=Dialog.HELP)
            if case.consultation is None or case.closed is not None:
                return asked, ()
            return asked, (Record((log.HelpAsked(),)),)
        case Stage.HYGIENE, screen.ConfirmHygiene():
            return replace(state, stage=Stage.WELCOME), (ConfirmHygiene(),)
        case Stage.WELCOME, screen.ChooseLanguage(language=language):
            return replace(state, language=language), ()
        case Stage.WELCOME, screen.Start():
            return state, (Open(state.language),)
        case Stage.INFORMATION, screen.Continue():
            return state, (Record((log.InformationRead(),)),)
        case Stage.CONSENT, screen.GiveConsent(giver=giver, act=act, assistant=assistant):
            given = log.ConsentGiven(giver, act, assistant, CONSENT_TEXT, state.language)
            if not act:
                return state, (Record((given, log.Closed("consent_refused", None))),)
            if giver is Giver.PATIENT and case.minor:
                return state, ()
            return state, (Record((given,)),)
        case Stage.NAMES, screen.GiveNames(birth_name=birth, given_names=given_names):
            return _checked(
                state,
                {"birth_name": name_problem(birth), "given_names": name_problem(given_names)},
                lambda: log.NamesGiven(tidy(birth), tidy(given_names)),
            )
        case Stage.BIRTH_DATE, screen.GiveBirthDate(day=day, month=month, year=year):
            born, problem = birth_date(day, month, year, made.today)
            return _checked(
                state,
                {"birth_date": problem},
                lambda: log.BirthDateGiven(born, age_years(born, made.today)),
            )
        case Stage.ACCOMPANIED, screen.ConfirmAccompanied(accompanied=accompanied):
            answered = log.AccompaniedAnswered(accompanied)
            if not accompanied:
                return state, (Record((answered, log.Closed("unaccompanied", None))),)
            return state, (Record((answered,)),)
        case Stage.SEX, screen.GiveSex(sex=sex):
            return state, (Record((log.SexGiven(sex),)),)
        case Stage.BIRTH_PLACE, screen.GiveBirthPlace(place=place):
            return _checked(
                state,
                {"place": place_problem(place)},
                lambda: log.BirthPlaceGiven(tidy(place)),
            )
        case Stage.REASON, screen.GiveReason(reason=reason):
            return state, (Record((log.ReasonGiven(reason),)),)
        case Stage.RED_FLAGS, screen.AnswerRedFlags(flags=flags):
            return state, (Record((log.RedFlagsAnswered(tuple(dict.fromkeys(flags))),)),)
        case Stage.EMERGENCY, screen.Finish():
            return state, (Record((log.Closed("emergency", Outcome.EMERGENCY),)),)
        case _, screen.Back() if previous(state) is not None:
            return state, (Record((log.WentBack(),)),)
        case Stage.MEASURE | Stage.CALL, screen.Retake() | screen.SkipMeasurement():
            return _measure_again_or_skip(state, intent)
        case Stage.MEASURE | Stage.CALL, screen.Continue() if phase_of(state) is (
            MeasurePhase.RECORDED
        ):
            return state, (Record((log.MeasurementDone(instrument_of(state), kept=True),)),)
        case Stage.MEETING, screen.Continue():
            return state, (Record((log.PatientReady(),)),)
        case Stage.CALL, screen.SetMuted(muted=muted):
            if muted == state.around.muted:
                return state, ()
            return state, (Record((log.MicrophoneMuted(muted),)),)
        case Stage.CALL, screen.SetVolume(volume=volume):
            loud = surrounded(state, volume=max(0, min(100, volume)))
            return loud, (SetSound(loud.around.muted, loud.around.volume),)
        case Stage.CALL, screen.CannotHear():
            return state, (Record((log.CannotHearSaid(),)),)
        case Stage.AFTER_CALL, screen.WaitHere():
            return state, (Record((log.WaitsForReport(),)),)
        case Stage.REPORT, screen.Finish() if case.report is not None:
            return state, (Record((log.Closed("report_read", case.report.outcome),)),)
        case Stage.GOODBYE, screen.Finish():
            return state, (Exit(),)
    return state, ()


def _dialog(state: State, intent: screen.Intent) -> Step:
    """While a question is over the page, only its answers count."""
    match state.dialog, intent:
        case _, screen.CloseDialog():
            return replace(state, dialog=None), ()
        case Dialog.HELP, screen.AskLeave():
            return replace(state, dialog=Dialog.LEAVE), ()
        case Dialog.LEAVE, screen.ConfirmLeave():
            if state.case.consultation is None:
                return replace(state, dialog=None), ()
            return state, (Record((_left(state),)),)
    return state, ()


def _left(state: State) -> log.Closed:
    """Leaving does not undo what the doctor, or a warning sign, has decided."""
    if state.stage is Stage.EMERGENCY:
        return log.Closed("emergency", Outcome.EMERGENCY)
    report = state.case.report
    if report is None:
        return log.Closed("patient_left", Outcome.PATIENT_LEFT)
    shown = state.stage is Stage.REPORT
    return log.Closed("report_read" if shown else "patient_left", report.outcome)


def _checked(
    state: State, problems: dict[str, str | None], event: Callable[[], log.LogEvent]
) -> Step:
    """Record `event`, made once all is valid, or show the problems."""
    found = {name: problem for name, problem in problems.items() if problem is not None}
    if found:
        return replace(state, problems=found), ()
    return state, (Record((event(),)),)


def _measure_again_or_skip(state: State, intent: screen.Intent) -> Step:
    if state.measuring is None:
        return state, ()
    over = state.measuring.phase in (MeasurePhase.RECORDED, MeasurePhase.FAILED)
    if isinstance(intent, screen.Retake) and over:
        return state, (Record((measurement_started(state.case, state.case.asked),)),)
    if isinstance(intent, screen.SkipMeasurement) and (
        state.measuring.phase not in (MeasurePhase.SAVING, MeasurePhase.RECORDED)
    ):
        return state, (Record((log.MeasurementDone(instrument_of(state), kept=False),)),)
    return state, ()
