"""What can happen to a consultation, besides log events."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from contracts import clinic, screen
from contracts.screen import Coaching, Failure, MeasurePhase, Part, ReadyState
from kiosk.record import events as log


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
class FoundSimulated:
    """What answers is no real instrument, whatever the configuration says."""

    part: Part


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
    CLOSED = "closed"  # by the doctor's page: it left, or the order to end is on its way


@dataclass(frozen=True)
class CallChanged:
    """The call's health changed."""

    health: CallHealth


@dataclass(frozen=True)
class Seen:
    """What came of one camera in the last second of the call: pictures, how much they changed
    (0: not at all), and whether they are of one colour.
    """

    pictures: int
    content: float
    flat: bool


@dataclass(frozen=True)
class PicturesSeen:
    """Once a second in a call: of the doctor, as decoded here; of the patient, as taken here."""

    doctor: Seen
    patient: Seen


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
    """`refused` could not be committed: it must not appear as recorded."""

    refused: tuple[log.LogEvent, ...] = ()


@dataclass(frozen=True)
class TimeUp:
    """A `Wake` has come. `what` is what the Wake said."""

    what: str


Happening = (
    log.LogEvent
    | IntentMade
    | ReadinessChanged
    | FoundSimulated
    | ClinicChanged
    | FromClinic
    | MediaUp
    | MediaDown
    | CaptureChanged
    | CallChanged
    | PicturesSeen
    | InstrumentSays
    | InstrumentFailed
    | StorageFailed
    | TimeUp
)
