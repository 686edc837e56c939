"""Where a consultation stands: all the screen needs, no more than the journey needs."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

from contracts import screen
from contracts.consultation import Doctor, Instrument, Language, Reason, RedFlag, Report, Sex
from contracts.screen import CallState, Dialog, Part, ReadyState
from kiosk.record import events as log

CONSENT_TEXT = "2026-11"  # version of the words of the consent page


# A picture that does not change at all for so long is said to be frozen. A camera before a living
# person never does that: measured through Chromium's encoder, one who only breathes (edges moving
# by half a point) changes the decoded picture each second; an empty, quiet chair may not. Shorter,
# it would be said at each hiccup of the network; longer, somebody would examine an old face.
FROZEN_SECONDS = 5

ADULT_AT = 16  # under it, an adult is with the patient or has authorised (clinical rule 4)


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
class Stillness:
    """How long a picture has stood still. `there`: one has come, and is not of one colour."""

    there: bool = False
    seconds: int = 0

    @property
    def frozen(self) -> bool:
        """Whether to say so."""
        return self.seconds >= FROZEN_SECONDS


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
    call_failures: int = 0  # since picture and sound were last there
    doctor_picture: Stillness = Stillness()
    own_picture: Stillness = Stillness()
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


def surrounded(state: State, **changes: object) -> State:
    """Return `state` with some of its surroundings changed."""
    return replace(state, around=replace(state.around, **changes))  # type: ignore[arg-type]  # names checked by replace
