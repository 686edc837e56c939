"""Views and intents: all that passes between the consultation and the touch front end.

On the view socket: JSON lines. The consultation sends a whole `View` at each change; the front
end sends `IntentMessage`s, keyed by the view's revision (an intent of an older page is dropped).
What the patient typed is never sent back. Views carry codes; words live in QML.
On the live socket: JSON lines of `Live`, newest wins, never stored.
"""

from __future__ import annotations

import enum
from decimal import Decimal

import msgspec

from contracts.consultation import (
    Doctor,
    Giver,
    Instrument,
    Language,
    Outcome,
    Reason,
    RedFlag,
    Sex,
)
from contracts.measurement import Quality, Quantity

# --- views -----------------------------------------------------------------------------------


class ReadyState(enum.Enum):
    """Whether a part of the booth works, as the welcome page says before anyone starts."""

    READY = "ready"
    CHECKING = "checking"
    ABSENT = "absent"
    BUSY = "busy"
    FAULT = "fault"


class Part(enum.Enum):
    """What the welcome page reports on."""

    OXIMETER = "oximeter"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    CLINIC = "clinic"


class Readiness(msgspec.Struct, frozen=True):
    """State of one part."""

    part: Part
    state: ReadyState


class Hygiene(msgspec.Struct, frozen=True, tag="hygiene"):
    """What was touched must be cleaned and confirmed before the next patient (rule 10)."""


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """Language and start."""

    readiness: tuple[Readiness, ...]


class Information(msgspec.Struct, frozen=True, tag="information"):
    """What will happen, the price, the fallback. Prices in euro cents."""

    price_cents: int
    covered_cents: int


class Consent(msgspec.Struct, frozen=True, tag="consent"):
    """Separate consents, each refusable; only the first is needed for care.

    `minor`: the patient is under 16, so an adult must be the one who consents.
    """

    text_version: str
    minor: bool = False


class Names(msgspec.Struct, frozen=True, tag="names"):
    """Birth name and given names. `problems` by field: `empty`, `characters`, `too_long`."""

    problems: dict[str, str] = {}


class BirthDate(msgspec.Struct, frozen=True, tag="birth_date"):
    """`problems`: `empty`, `not_a_date`, `future`, `too_old`."""

    problems: dict[str, str] = {}


class SexPage(msgspec.Struct, frozen=True, tag="sex"):
    """Sex as written on the papers."""


class BirthPlace(msgspec.Struct, frozen=True, tag="birth_place"):
    """Town (and country where it is not France) of birth, as typed."""

    problems: dict[str, str] = {}


class Accompanied(msgspec.Struct, frozen=True, tag="accompanied"):
    """Under 16: is an adult with you, or authorised? (rule 4)"""


class ReasonPage(msgspec.Struct, frozen=True, tag="reason"):
    """Reason for visit."""

    choices: tuple[Reason, ...]


class RedFlags(msgspec.Struct, frozen=True, tag="red_flags"):
    """Is one of these happening now?"""

    choices: tuple[RedFlag, ...]


class Emergency(msgspec.Struct, frozen=True, tag="emergency"):
    """15 / 112 / 114. Never depends on the network."""

    flags: tuple[RedFlag, ...]


class MeasurePhase(enum.Enum):
    """Where a guided measurement stands."""

    CONNECTING = "connecting"  # looking for the instrument
    PLACE = "place"  # put the finger in
    MEASURING = "measuring"  # finger in, waiting for a stable value
    SAVING = "saving"  # value taken, not yet committed: not yet "recorded"
    RECORDED = "recorded"  # committed
    FAILED = "failed"  # no value this time; `failure` says why


class Coaching(enum.Enum):
    """What to tell the patient to do."""

    PLACE_FINGER = "place_finger"
    KEEP_STILL = "keep_still"
    WARM_HAND = "warm_hand"
    REMOVE_VARNISH = "remove_varnish"
    PLACE_AGAIN = "place_again"
    ALMOST_DONE = "almost_done"


class Failure(enum.Enum):
    """Why a guided measurement gave nothing."""

    DEVICE_ABSENT = "device_absent"
    DEVICE_BUSY = "device_busy"
    UNPLUGGED = "unplugged"
    NO_SIGNAL = "no_signal"
    TIMED_OUT = "timed_out"
    STORAGE = "storage"


class ValueShown(msgspec.Struct, frozen=True):
    """A recorded value as the screen shows it."""

    measurement: str
    quantity: Quantity
    value: Decimal
    unit: str
    quality: tuple[Quality, ...] = ()


class Measuring(msgspec.Struct, frozen=True):
    """State of one guided measurement: a page of its own, or a panel beside the doctor's picture.

    `attempt` counts from 1. `progress` is 0..1 of the steady time needed. `values` is filled only
    when committed (phase `recorded`).
    """

    instrument: Instrument
    phase: MeasurePhase
    attempt: int
    simulated: bool
    progress: float = 0.0
    coaching: Coaching | None = None
    failure: Failure | None = None
    values: tuple[ValueShown, ...] = ()


class Measure(msgspec.Struct, frozen=True, tag="measure"):
    """Guided measurement page."""

    measuring: Measuring


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """Waiting room. `estimate_minutes` None: the truth is that we do not know.

    `connected` False: the clinic cannot be reached now; the booth keeps trying.
    """

    connected: bool
    position: int | None
    estimate_minutes: int | None
    doctors_online: int


class MeetDoctor(msgspec.Struct, frozen=True, tag="meet_doctor"):
    """Name, specialty and number before the picture."""

    doctor: Doctor


class CallState(enum.Enum):
    """What the patient should know of the call."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    NO_MEDIA = "no_media"  # values and report go on without picture and sound


class Call(msgspec.Struct, frozen=True, tag="call"):
    """The video call. `volume` 0..100. `measuring`: the doctor asked to measure.

    `doctor_frozen`, `own_frozen`: that picture stands still though the call is connected.
    """

    doctor: Doctor
    state: CallState
    camera: bool
    microphone: bool
    muted: bool
    volume: int
    cannot_hear_sent: bool
    values: tuple[ValueShown, ...] = ()
    measuring: Measuring | None = None
    doctor_frozen: bool = False
    own_frozen: bool = False


class AfterCall(msgspec.Struct, frozen=True, tag="after_call"):
    """The doctor ended the call: wait here for the report, or leave."""

    doctor: Doctor
    waiting: bool


class ReportPage(msgspec.Struct, frozen=True, tag="report"):
    """The doctor's report, read while the patient waits."""

    doctor: Doctor
    outcome: Outcome
    text: str


class Goodbye(msgspec.Struct, frozen=True, tag="goodbye"):
    """Thanks; take your things; the screen goes back by itself.

    `why`: `report_read`, `patient_left`, `consent_refused`, `emergency`, `unaccompanied`.
    """

    outcome: Outcome | None
    why: str = "report_read"


class Unavailable(msgspec.Struct, frozen=True, tag="unavailable"):
    """The booth cannot be used now. `reason`: `storage` (nothing could be recorded)."""

    reason: str


Page = (
    Hygiene
    | Welcome
    | Information
    | Consent
    | Names
    | BirthDate
    | SexPage
    | BirthPlace
    | Accompanied
    | ReasonPage
    | RedFlags
    | Emergency
    | Measure
    | Waiting
    | MeetDoctor
    | Call
    | AfterCall
    | ReportPage
    | Goodbye
    | Unavailable
)


class Dialog(enum.Enum):
    """A question over the page."""

    LEAVE = "leave"  # do you really want to leave?
    HELP = "help"  # open the door and call the pharmacist


class View(msgspec.Struct, frozen=True):
    """All the front end needs to draw. `simulated` names what is not real in this booth now."""

    revision: int
    language: Language
    page: Page
    dialog: Dialog | None = None
    can_go_back: bool = False
    simulated: tuple[Part, ...] = ()


# --- intents ---------------------------------------------------------------------------------


class ChooseLanguage(msgspec.Struct, frozen=True, tag="choose_language"):
    language: Language


class Start(msgspec.Struct, frozen=True, tag="start"):
    """Start a consultation, on the welcome page."""


class Continue(msgspec.Struct, frozen=True, tag="continue"):
    """Go on: information read; the recorded value kept; the doctor may come."""


class Back(msgspec.Struct, frozen=True, tag="back"):
    """To the page before."""


class GiveConsent(msgspec.Struct, frozen=True, tag="give_consent"):
    """`act` False is a refusal: the consultation ends, politely."""

    giver: Giver
    act: bool
    assistant: bool


class GiveNames(msgspec.Struct, frozen=True, tag="give_names"):
    birth_name: str
    given_names: str


class GiveBirthDate(msgspec.Struct, frozen=True, tag="give_birth_date"):
    """As typed, so that 31 February can be answered."""

    day: str
    month: str
    year: str


class GiveSex(msgspec.Struct, frozen=True, tag="give_sex"):
    sex: Sex


class GiveBirthPlace(msgspec.Struct, frozen=True, tag="give_birth_place"):
    place: str


class ConfirmAccompanied(msgspec.Struct, frozen=True, tag="confirm_accompanied"):
    accompanied: bool


class GiveReason(msgspec.Struct, frozen=True, tag="give_reason"):
    reason: Reason


class AnswerRedFlags(msgspec.Struct, frozen=True, tag="answer_red_flags"):
    """Empty: none of these."""

    flags: tuple[RedFlag, ...]


class Retake(msgspec.Struct, frozen=True, tag="retake"):
    """Measure again."""


class SkipMeasurement(msgspec.Struct, frozen=True, tag="skip_measurement"):
    """Go on without it."""


class SetMuted(msgspec.Struct, frozen=True, tag="set_muted"):
    muted: bool


class SetVolume(msgspec.Struct, frozen=True, tag="set_volume"):
    volume: int


class CannotHear(msgspec.Struct, frozen=True, tag="cannot_hear"):
    """ "I can't hear you": the doctor is told in words."""


class WaitHere(msgspec.Struct, frozen=True, tag="wait_here"):
    """Stay for the report."""


class AskLeave(msgspec.Struct, frozen=True, tag="ask_leave"):
    """ "Leave", on every page."""


class ConfirmLeave(msgspec.Struct, frozen=True, tag="confirm_leave"):
    """Yes, leave."""


class AskHelp(msgspec.Struct, frozen=True, tag="ask_help"):
    """ "Help", on every page."""


class CloseDialog(msgspec.Struct, frozen=True, tag="close_dialog"):
    """Stay; or help is here."""


class Finish(msgspec.Struct, frozen=True, tag="finish"):
    """The report is read."""


class ConfirmHygiene(msgspec.Struct, frozen=True, tag="confirm_hygiene"):
    """Cleaned."""


Intent = (
    ChooseLanguage
    | Start
    | Continue
    | Back
    | GiveConsent
    | GiveNames
    | GiveBirthDate
    | GiveSex
    | GiveBirthPlace
    | ConfirmAccompanied
    | GiveReason
    | AnswerRedFlags
    | Retake
    | SkipMeasurement
    | SetMuted
    | SetVolume
    | CannotHear
    | WaitHere
    | AskLeave
    | ConfirmLeave
    | AskHelp
    | CloseDialog
    | Finish
    | ConfirmHygiene
)


class IntentMessage(msgspec.Struct, frozen=True):
    """An intent and the revision of the view it was made on."""

    revision: int
    intent: Intent


# --- live ------------------------------------------------------------------------------------


class Live(msgspec.Struct, frozen=True):
    """A batch of an instrument's curve (at most 25 a second) and its numbers of the moment.

    `curve` holds samples 0..1 of full scale at `rate_hz`; `start` is the index of its first
    sample since the instrument was armed. `spo2` (%) and `pulse_rate` (/min) are live, not
    recorded; None where the device gives none.
    """

    instrument: Instrument
    rate_hz: int
    start: int
    curve: tuple[float, ...]
    spo2: int | None = None
    pulse_rate: int | None = None
