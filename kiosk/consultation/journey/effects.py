"""What the journey wants done. The conductor does it, in order."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.consultation import Instrument, Language
from kiosk.consultation.journey.state import State
from kiosk.record import events as log


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
class SayClosed:
    """Tell the clinic that nothing more comes from here."""


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
    | SayClosed
    | Exit
)


Step = tuple[State, tuple[Effect, ...]]
