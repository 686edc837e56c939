"""The journey: what a patient, a doctor and the instruments can make of a consultation.

`advance(state, happening)` returns the next state and the effects to carry out. It is pure.

What happens is of two kinds. A *log event* (`kiosk.record.events`) has been committed before it
comes here: only these change what the record says, and replaying them rebuilds the case. Anything
else (an intent, a message, news of the surroundings) changes at most what is on the screen, or
asks for a log event by the effect `Record`. So nothing takes effect before it is on disk.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

import msgspec

from contracts import clinic, screen
from contracts.consultation import (
    Doctor,
    Giver,
    Instrument,
    Language,
    Outcome,
    Reason,
    RedFlag,
    Report,
    Sex,
)
from contracts.measurement import Present
from contracts.screen import CallState, Coaching, Dialog, Failure, MeasurePhase, Part, ReadyState
from kiosk.record import events as log

CONSENT_TEXT = "2026-11"  # version of the words of the consent page
ADULT_AT = 16  # under it, an adult is with the patient or has authorised (clinical rule 4)
GOODBYE_SECONDS = 12.0
PANEL_SECONDS = 10.0  # a recorded value stays beside the doctor's picture, then the panel folds


class Stage(enum.Enum):
    """Where the patient is."""

    HYGIENE = "hygiene"
    WELCOME = "welcome"
    INFORMATION = "information"
    CONSENT = "consent"
    NAMES = "names"
    BIRTH_DATE = "birth_date"
    ACCOMPANIED = "accompanied"
    SEX = "sex"
    BIRTH_PLACE = "birth_place"
    REASON = "reason"
    RED_FLAGS = "red_flags"
    EMERGENCY = "emergency"
    MEASURE = "measure"
    WAITING = "waiting"
    MEETING = "meeting"
    CALL = "call"
    AFTER_CALL = "after_call"
    REPORT = "report"
    GOODBYE = "goodbye"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Case:
    """What the log says of this consultation so far."""

    consultation: str | None = None
    instruments: tuple[Instrument, ...] = ()
    information_read: bool = False
    consent: log.ConsentGiven | None = None
    names: log.NamesGiven | None = None
    birth: log.BirthDateGiven | None = None
    accompanied: bool = False
    sex: Sex | None = None
    birth_place: str | None = None
    reason: Reason | None = None
    flags: tuple[RedFlag, ...] | None = None
    attempts: int = 0
    measured: bool = False  # the measurement before the call is over, with or without a value
    values: tuple[screen.ValueShown, ...] = ()
    asked: str | None = None  # the doctor's order behind the measurement under way
    orders: frozenset[str] = frozenset()
    doctor: Doctor | None = None
    lease: str | None = None
    medium: str | None = None
    waits: bool = False  # for the report, here
    report: Report | None = None
    closed: log.Closed | None = None

    @property
    def minor(self) -> bool:
        """Whether an adult is needed."""
        return self.birth is not None and self.birth.age_years < ADULT_AT


@dataclass(frozen=True)
class Surroundings:
    """What is true around the patient now. Never in the log, except as incidents."""

    readiness: dict[Part, ReadyState] = field(default_factory=dict)
    simulated: frozenset[Part] = frozenset()
    clinic: bool = False
    clinic_lost: bool = False
    queue_position: int | None = None
    estimate_minutes: int | None = None
    doctors_online: int = 0
    doctor_online: bool = True
    media: bool = False
    media_lost: bool = False
    camera: bool = False
    microphone: bool = False
    link: CallState = CallState.CONNECTING
    muted: bool = False
    volume: int = 70
    cannot_hear_sent: bool = False
    price_cents: int = 0
    covered_cents: int = 0


@dataclass(frozen=True)
class State:
    """All the screen needs, and no more than the journey needs."""

    stage: Stage = Stage.WELCOME
    language: Language = Language.FR
    case: Case = Case()
    around: Surroundings = Surroundings()
    measuring: screen.Measuring | None = None
    dialog: Dialog | None = None
    problems: dict[str, str] = field(default_factory=dict)


# --- what happens, besides log events --------------------------------------------------------


@dataclass(frozen=True)
class IntentMade:
    """The patient touched something. `today` in the booth's time zone."""

    intent: screen.Intent
    today: date


@dataclass(frozen=True)
class ReadinessChanged:
    """A part of the booth works, or no longer does."""

    part: Part
    state: ReadyState


@dataclass(frozen=True)
class ClinicChanged:
    """The link to the clinic service is up (and welcomed us), or down."""

    up: bool


@dataclass(frozen=True)
class FromClinic:
    """A message of the clinic service for this consultation."""

    message: (
        clinic.QueueState
        | clinic.LeaseOffered
        | clinic.LeaseEnded
        | clinic.OrderSent
        | clinic.DoctorPresence
    )


@dataclass(frozen=True)
class MediaUp:
    """The media process said what it has."""

    camera: bool
    microphone: bool
    camera_simulated: bool
    microphone_simulated: bool


@dataclass(frozen=True)
class MediaDown:
    """The media process is gone; its supervisor starts it again."""


@dataclass(frozen=True)
class CaptureChanged:
    """The camera or the microphone was lost, or is back."""

    what: str
    back: bool


class CallHealth(enum.Enum):
    """What the media process says of the call of the current generation."""

    CONNECTED = "connected"
    STALLED = "stalled"
    FAILED = "failed"


@dataclass(frozen=True)
class CallChanged:
    """The call's health changed."""

    health: CallHealth


@dataclass(frozen=True)
class InstrumentSays:
    """Progress of the armed instrument. None leaves a thing as it is."""

    phase: MeasurePhase | None = None
    progress: float | None = None
    coaching: Coaching | None = None


@dataclass(frozen=True)
class InstrumentFailed:
    """The armed instrument cannot go on."""

    failure: Failure


@dataclass(frozen=True)
class StorageFailed:
    """Something could not be committed: it must not appear as recorded."""


@dataclass(frozen=True)
class TimeUp:
    """A `Wake` has come. `what` is what the Wake said."""

    what: str


Happening = (
    log.LogEvent
    | IntentMade
    | ReadinessChanged
    | ClinicChanged
    | FromClinic
    | MediaUp
    | MediaDown
    | CaptureChanged
    | CallChanged
    | InstrumentSays
    | InstrumentFailed
    | StorageFailed
    | TimeUp
)


# --- effects ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """Make a consultation and its log, then commit `Opened`."""

    language: Language


@dataclass(frozen=True)
class Record:
    """Commit these, together, then let them happen."""

    events: tuple[log.LogEvent, ...]


@dataclass(frozen=True)
class Arm:
    """Open the armed window of an instrument."""

    instrument: Instrument
    attempt: int


@dataclass(frozen=True)
class Disarm:
    """Close it."""


@dataclass(frozen=True)
class Join:
    """Enter the waiting room (again)."""


@dataclass(frozen=True)
class LeaveRoom:
    """Leave the waiting room."""


@dataclass(frozen=True)
class ConfirmLease:
    """Answer the doctor's claim."""

    lease: str
    accepted: bool


@dataclass(frozen=True)
class RequestCall:
    """Ask the clinic for a (new) call generation."""


@dataclass(frozen=True)
class CloseCall:
    """Stop picture and sound."""


@dataclass(frozen=True)
class ShowSelf:
    """The patient's own picture on the touchscreen, or not."""

    on: bool


@dataclass(frozen=True)
class SetSound:
    """Microphone and speaker as they should be."""

    muted: bool
    volume: int


@dataclass(frozen=True)
class TakeOrder:
    """Acknowledge a doctor's order; `refused` says why it cannot be done."""

    order: str
    refused: str | None = None


@dataclass(frozen=True)
class Wake:
    """`TimeUp(what)` after so many seconds."""

    seconds: float
    what: str


@dataclass(frozen=True)
class ConfirmHygiene:
    """Forget that a patient was here."""


@dataclass(frozen=True)
class CloseRecord:
    """The log is complete: hand it to delivery."""


@dataclass(frozen=True)
class Exit:
    """This process has done its work."""


Effect = (
    Open
    | Record
    | Arm
    | Disarm
    | Join
    | LeaveRoom
    | ConfirmLease
    | RequestCall
    | CloseCall
    | ShowSelf
    | SetSound
    | TakeOrder
    | Wake
    | ConfirmHygiene
    | CloseRecord
    | Exit
)
Step = tuple[State, tuple[Effect, ...]]


# --- the way through the questions -----------------------------------------------------------


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


def _onward(state: State, case: Case) -> Step:
    """To the next unanswered page, with what opens it."""
    stage = _next(case)
    moved = replace(state, stage=stage, case=case, problems={}, dialog=None, measuring=None)
    if stage is Stage.MEASURE:
        return moved, (Record((_started(case, None),)),)
    if stage is Stage.WAITING:
        return moved, (Record((log.QueueJoined(),)),)
    return moved, ()


def _started(case: Case, order: str | None) -> log.MeasurementStarted:
    return log.MeasurementStarted(case.instruments[0], case.attempts + 1, order)


# --- advance ---------------------------------------------------------------------------------


def advance(state: State, happening: Happening) -> Step:
    """Return the state after `happening` and the effects to carry out, in order.

    What is not possible now changes nothing and has no effect.
    """
    match happening:
        case IntentMade():
            return _intent(state, happening)
        case FromClinic(message=message):
            return _from_clinic(state, message)
        case ReadinessChanged(part=part, state=ready):
            readiness = {**state.around.readiness, part: ready}
            return _around(state, readiness=readiness), ()
        case ClinicChanged(up=up):
            return _clinic_changed(state, up=up)
        case MediaUp() | MediaDown() | CaptureChanged() | CallChanged():
            return _media(state, happening)
        case InstrumentSays():
            return _instrument_says(state, happening), ()
        case InstrumentFailed(failure=failure):
            return _instrument_failed(state, failure)
        case StorageFailed():
            return _storage_failed(state)
        case TimeUp(what=what):
            return _time_up(state, what)
        case _:
            return _logged(state, happening)


def _around(state: State, **changes: object) -> State:
    return replace(state, around=replace(state.around, **changes))  # type: ignore[arg-type]  # names checked by replace


# --- intents ---------------------------------------------------------------------------------


def _intent(state: State, made: IntentMade) -> Step:
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
                {"birth_name": _name_problem(birth), "given_names": _name_problem(given_names)},
                lambda: log.NamesGiven(_tidy(birth), _tidy(given_names)),
            )
        case Stage.BIRTH_DATE, screen.GiveBirthDate(day=day, month=month, year=year):
            born, problem = _birth_date(day, month, year, made.today)
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
                {"place": _place_problem(place)},
                lambda: log.BirthPlaceGiven(_tidy(place)),
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
        case Stage.MEASURE | Stage.CALL, screen.Continue() if _phase(state) is (
            MeasurePhase.RECORDED
        ):
            return state, (Record((log.MeasurementDone(_instrument(state), kept=True),)),)
        case Stage.MEETING, screen.Continue():
            return state, (Record((log.PatientReady(),)),)
        case Stage.CALL, screen.SetMuted(muted=muted):
            quiet = _around(state, muted=muted)
            return quiet, (SetSound(muted, quiet.around.volume),)
        case Stage.CALL, screen.SetVolume(volume=volume):
            loud = _around(state, volume=max(0, min(100, volume)))
            return loud, (SetSound(loud.around.muted, loud.around.volume),)
        case Stage.CALL, screen.CannotHear():
            return _around(state, cannot_hear_sent=True), (Record((log.CannotHearSaid(),)),)
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
            return state, (Record((log.Closed("patient_left", Outcome.PATIENT_LEFT),)),)
    return state, ()


def _checked(
    state: State, problems: dict[str, str | None], event: Callable[[], log.LogEvent]
) -> Step:
    """Record `event`, made once all is valid, or show the problems."""
    found = {name: problem for name, problem in problems.items() if problem is not None}
    if found:
        return replace(state, problems=found), ()
    return state, (Record((event(),)),)


def _phase(state: State) -> MeasurePhase | None:
    return None if state.measuring is None else state.measuring.phase


def _instrument(state: State) -> Instrument:
    return state.case.instruments[0] if state.measuring is None else state.measuring.instrument


def _measure_again_or_skip(state: State, intent: screen.Intent) -> Step:
    if state.measuring is None:
        return state, ()
    over = state.measuring.phase in (MeasurePhase.RECORDED, MeasurePhase.FAILED)
    if isinstance(intent, screen.Retake) and over:
        return state, (Record((_started(state.case, state.case.asked),)),)
    if isinstance(intent, screen.SkipMeasurement) and (
        state.measuring.phase not in (MeasurePhase.SAVING, MeasurePhase.RECORDED)
    ):
        return state, (Record((log.MeasurementDone(_instrument(state), kept=False),)),)
    return state, ()


# --- identity, as typed ----------------------------------------------------------------------

_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '\u2019-])*\.?", re.UNICODE)
_PLACE = re.compile(r"[^\W_](?:[^\W_]|[ '\u2019(),./-])*", re.UNICODE)
_LONGEST = 100


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _name_problem(text: str) -> str | None:
    return _text_problem(text, _NAME)


def _place_problem(text: str) -> str | None:
    return _text_problem(text, _PLACE)


def _text_problem(text: str, allowed: re.Pattern[str]) -> str | None:
    tidy = _tidy(text)
    if not tidy:
        return "empty"
    if len(tidy) > _LONGEST:
        return "too_long"
    return None if allowed.fullmatch(tidy) else "characters"


def _birth_date(day: str, month: str, year: str, today: date) -> tuple[date, str | None]:
    if not (day.strip() and month.strip() and year.strip()):
        return today, "empty"
    parts = (year.strip(), month.strip(), day.strip())
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts) or len(parts[0]) != 4:
        return today, "not_a_date"
    try:
        born = date(*(int(part) for part in parts))
    except ValueError:
        return today, "not_a_date"
    if born > today:
        return born, "future"
    return born, "too_old" if age_years(born, today) > 130 else None


def age_years(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


# --- the clinic ------------------------------------------------------------------------------


def _from_clinic(
    state: State,
    message: clinic.QueueState
    | clinic.LeaseOffered
    | clinic.LeaseEnded
    | clinic.OrderSent
    | clinic.DoctorPresence,
) -> Step:
    if message.consultation != state.case.consultation:
        return state, ()
    match message:
        case clinic.QueueState(position=position, estimate_minutes=minutes):
            return _around(
                state,
                queue_position=position,
                estimate_minutes=minutes,
                doctors_online=message.doctors_online,
            ), ()
        case clinic.LeaseOffered(lease=lease, doctor=doctor):
            if state.stage is Stage.WAITING:
                return state, (Record((log.DoctorMet(lease, doctor),)),)
            return state, (ConfirmLease(lease, accepted=lease == state.case.lease),)
        case clinic.LeaseEnded(lease=lease):
            if state.stage is Stage.MEETING and lease == state.case.lease:
                return state, (Record((log.DoctorGone(lease),)),)
            return state, ()
        case clinic.OrderSent(order=order):
            return state, _order(state, order)
        case clinic.DoctorPresence(online=online):
            if state.stage is not Stage.CALL or online == state.around.doctor_online:
                return _around(state, doctor_online=online), ()
            code = "doctor_back" if online else "doctor_lost"
            return _around(state, doctor_online=online), (Record((log.Incident(code),)),)


def _order(state: State, order: clinic.Order) -> tuple[Effect, ...]:
    if order.id in state.case.orders:
        return (TakeOrder(order.id),)
    match state.stage, order.body:
        case Stage.CALL, clinic.AskMeasurement(instrument=instrument):
            if instrument not in state.case.instruments:
                return (TakeOrder(order.id, refused="no_such_instrument"),)
            if _phase(state) not in (None, MeasurePhase.RECORDED, MeasurePhase.FAILED):
                return (TakeOrder(order.id, refused="already_measuring"),)
            return (Record((log.MeasurementAsked(order.id, instrument),)),)
        case Stage.CALL | Stage.MEETING, clinic.EndCall():
            return (Record((log.CallEnded(order.id),)),)
        case Stage.MEETING | Stage.CALL | Stage.AFTER_CALL, clinic.SendReport(report=report):
            return (Record((log.ReportReceived(order.id, report),)),)
        case Stage.GOODBYE, _:
            return (TakeOrder(order.id, refused="patient_left"),)
    return (TakeOrder(order.id, refused="not_possible_now"),)


def _clinic_changed(state: State, *, up: bool) -> Step:
    readiness = {
        **state.around.readiness,
        Part.CLINIC: ReadyState.READY if up else ReadyState.ABSENT,
    }
    if up == state.around.clinic:
        return _around(state, readiness=readiness), ()
    held = state.stage in (Stage.WAITING, Stage.MEETING, Stage.CALL, Stage.AFTER_CALL)
    lost = state.around.clinic_lost
    effects: list[Effect] = []
    if held and not up and not lost:
        effects.append(Record((log.Incident("clinic_lost"),)))
        lost = True
    if held and up and lost:
        effects.append(Record((log.Incident("clinic_back"),)))
        lost = False
    if up and state.stage is Stage.WAITING:
        effects.append(Join())
    if up and state.stage is Stage.CALL and state.around.link is not CallState.CONNECTED:
        effects.append(RequestCall())
    return _around(state, readiness=readiness, clinic=up, clinic_lost=lost), tuple(effects)


# --- picture and sound -----------------------------------------------------------------------


def _media(state: State, news: MediaUp | MediaDown | CaptureChanged | CallChanged) -> Step:
    match news:
        case MediaUp():
            return _media_up(state, news)
        case MediaDown():
            quiet = _around(
                state, media=False, media_lost=state.around.media, link=CallState.RECONNECTING
            )
            return quiet, _medium_lost(state, "media_restarted") if state.around.media else ()
        case CaptureChanged(what=what, back=back):
            part = Part.CAMERA if what == "camera" else Part.MICROPHONE
            ready = ReadyState.READY if back else ReadyState.ABSENT
            changed = _around(
                state,
                readiness={**state.around.readiness, part: ready},
                **{part.value: back},
            )
            if state.stage is not Stage.CALL:
                return changed, ()
            return changed, (Record((log.Incident(f"{what}_{'back' if back else 'lost'}"),)),)
        case CallChanged(health=health):
            return _call_changed(state, health)


def _media_up(state: State, news: MediaUp) -> Step:
    parts = ((Part.CAMERA, news.camera), (Part.MICROPHONE, news.microphone))
    readiness = {
        **state.around.readiness,
        **{part: ReadyState.READY if there else ReadyState.ABSENT for part, there in parts},
    }
    pretended = (
        (Part.CAMERA, news.camera_simulated),
        (Part.MICROPHONE, news.microphone_simulated),
    )
    simulated = (state.around.simulated - {Part.CAMERA, Part.MICROPHONE}) | {
        part for part, is_simulated in pretended if is_simulated
    }
    up = _around(
        state,
        readiness=readiness,
        simulated=simulated,
        camera=news.camera,
        microphone=news.microphone,
        media=True,
        media_lost=False,
    )
    if state.stage is not Stage.CALL:
        return up, ()
    return up, (
        ShowSelf(on=True),
        SetSound(up.around.muted, up.around.volume),
        RequestCall(),
    )


def _call_changed(state: State, health: CallHealth) -> Step:
    if state.stage is not Stage.CALL:
        return state, ()
    if health is CallHealth.CONNECTED:
        connected = _around(state, link=CallState.CONNECTED)
        if state.case.medium == "video":
            return connected, ()
        back = (log.Incident("call_restored"),) if state.case.medium == "none" else ()
        return connected, (Record((*back, log.MediumChanged("video"))),)
    again: tuple[Effect, ...] = (RequestCall(),) if health is CallHealth.FAILED else ()
    lost = _around(state, link=CallState.RECONNECTING)
    return lost, (*_medium_lost(state, "call_lost"), *again)


def _medium_lost(state: State, incident: str) -> tuple[Effect, ...]:
    """Said once per loss: what is already lost is not lost again."""
    if state.stage is not Stage.CALL or state.case.medium == "none":
        return ()
    return (Record((log.Incident(incident), log.MediumChanged("none"))),)


# --- instruments -----------------------------------------------------------------------------


def _instrument_says(state: State, says: InstrumentSays) -> State:
    measuring = state.measuring
    if measuring is None or measuring.phase in (MeasurePhase.RECORDED, MeasurePhase.FAILED):
        return state
    return replace(
        state,
        measuring=_with(
            measuring,
            phase=measuring.phase if says.phase is None else says.phase,
            progress=measuring.progress if says.progress is None else says.progress,
            coaching=says.coaching,
        ),
    )


def _with(measuring: screen.Measuring, **changes: object) -> screen.Measuring:
    return msgspec.structs.replace(measuring, **changes)


_FAILURE_INCIDENTS = {
    Failure.DEVICE_ABSENT: "instrument_absent",
    Failure.DEVICE_BUSY: "instrument_busy",
    Failure.UNPLUGGED: "instrument_unplugged",
    Failure.NO_SIGNAL: "instrument_no_signal",
    Failure.TIMED_OUT: "measurement_timed_out",
    Failure.STORAGE: "storage_failed",
}


def _instrument_failed(state: State, failure: Failure) -> Step:
    measuring = state.measuring
    if measuring is None or measuring.phase in (MeasurePhase.RECORDED, MeasurePhase.FAILED):
        return state, ()
    failed = log.MeasurementFailed(measuring.instrument, measuring.attempt, failure)
    return state, (Record((failed, log.Incident(_FAILURE_INCIDENTS[failure]))),)


def _storage_failed(state: State) -> Step:
    measuring = state.measuring
    if measuring is not None and state.stage in (Stage.MEASURE, Stage.CALL):
        failed = _with(
            measuring, phase=MeasurePhase.FAILED, failure=Failure.STORAGE, values=(), coaching=None
        )
        return replace(state, measuring=failed), (Disarm(),)
    if state.stage is Stage.CALL:
        return state, ()
    return replace(state, stage=Stage.UNAVAILABLE, dialog=None, measuring=None), (Disarm(),)


def _time_up(state: State, what: str) -> Step:
    if what == "goodbye" and state.stage is Stage.GOODBYE:
        return state, (Exit(),)
    measuring = state.measuring
    if (
        state.stage is Stage.CALL
        and measuring is not None
        and measuring.phase is MeasurePhase.RECORDED
        and what == _panel_of(measuring.attempt)
    ):
        return state, (Record((log.MeasurementDone(measuring.instrument, kept=True),)),)
    return state, ()


def _panel_of(attempt: int) -> str:
    return f"panel-{attempt}"


# --- log events: what is on disk happens -----------------------------------------------------


def _logged(state: State, event: log.LogEvent) -> Step:
    case = state.case
    match event:
        case log.Opened(consultation=consultation, language=language, instruments=instruments):
            opened = Case(consultation=consultation, instruments=instruments)
            return _onward(replace(state, language=language), opened)
        case log.InformationRead():
            return _onward(state, replace(case, information_read=True))
        case log.ConsentGiven(act=act):
            agreed = replace(case, consent=event)
            return _onward(state, agreed) if act else (replace(state, case=agreed), ())
        case log.NamesGiven():
            return _onward(state, replace(case, names=event))
        case log.BirthDateGiven():
            return _onward(state, replace(case, birth=event))
        case log.AccompaniedAnswered(accompanied=accompanied):
            answered = replace(case, accompanied=accompanied)
            return _onward(state, answered) if accompanied else (replace(state, case=answered), ())
        case log.SexGiven(sex=sex):
            return _onward(state, replace(case, sex=sex))
        case log.BirthPlaceGiven(birth_place=place):
            return _onward(state, replace(case, birth_place=place))
        case log.ReasonGiven(reason=reason):
            return _onward(state, replace(case, reason=reason))
        case log.RedFlagsAnswered(flags=flags):
            answered = replace(case, flags=flags)
            if flags:
                return replace(state, case=answered, stage=Stage.EMERGENCY), ()
            return _onward(state, answered)
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
            recorded = _with(
                measuring,
                phase=MeasurePhase.RECORDED,
                values=values,
                progress=1.0,
                coaching=None,
            )
            effects: tuple[Effect, ...] = () if of_this_attempt else (Disarm(),)
            if state.stage is Stage.CALL and not of_this_attempt:
                effects = (*effects, Wake(PANEL_SECONDS, _panel_of(attempt)))
            return replace(state, case=replace(case, values=values), measuring=recorded), effects
        case log.MeasurementFailed(failure=failure):
            if measuring is None:
                return state, (Disarm(),)
            failed = _with(measuring, phase=MeasurePhase.FAILED, failure=failure, coaching=None)
            return replace(state, measuring=failed), (Disarm(),)
        case log.MeasurementDone():
            folded = replace(state, measuring=None, case=replace(case, asked=None))
            if state.stage is Stage.CALL:
                return folded, (Disarm(),)
            moved, effects = _onward(folded, replace(folded.case, measured=True))
            return moved, (Disarm(), *effects)
        case log.CurveRecorded():
            return state, ()


def _doctor_logged(state: State, event: log.LogEvent) -> Step:
    case = state.case
    match event:
        case log.QueueJoined():
            return state, (Join(),)
        case log.DoctorMet(lease=lease, doctor=doctor):
            met = replace(case, lease=lease, doctor=doctor)
            here = _around(state, doctor_online=True)
            return replace(here, stage=Stage.MEETING, case=met), (ConfirmLease(lease, accepted=True),)
        case log.DoctorGone():
            gone = replace(case, lease=None, doctor=None)
            return replace(state, stage=Stage.WAITING, case=gone), (Join(),)
        case log.PatientReady():
            called = replace(_around(state, link=CallState.CONNECTING), stage=Stage.CALL)
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
            started = Record((_started(asked, order),))
            return replace(state, case=asked), (TakeOrder(order), started)
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
        Wake(GOODBYE_SECONDS, "goodbye"),
    )
