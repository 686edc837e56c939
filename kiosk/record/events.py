"""What the event log may say. The state of a consultation is a function of these, in order.

Each is a frozen struct with a tag; a tag once released is never given another meaning. The raw
bytes of a `CurveRecorded` stand beside its payload in the log, exactly as they were received.
"""

from __future__ import annotations

from datetime import date

import msgspec

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
from contracts.measurement import Device, Measurement
from contracts.screen import Failure


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """A patient pressed start."""

    consultation: str
    booth: str
    site: str
    software: str
    language: Language
    price_cents: int
    covered_cents: int
    instruments: tuple[Instrument, ...]
    simulated: tuple[str, ...] = ()


class InformationRead(msgspec.Struct, frozen=True, tag="information_read"):
    """The patient went past the page on what happens, the price and the fallback."""


class ConsentGiven(msgspec.Struct, frozen=True, tag="consent_given"):
    """CSP L.1111-4, R.6316-2: text version, language and who gave it; the entry has the time."""

    giver: Giver
    act: bool
    assistant: bool
    text_version: str
    language: Language


class NamesGiven(msgspec.Struct, frozen=True, tag="names_given"):
    """As typed, trimmed."""

    birth_name: str
    given_names: str


class BirthDateGiven(msgspec.Struct, frozen=True, tag="birth_date_given"):
    """A real day, not in the future. `age_years` on the day it was given."""

    birth_date: date
    age_years: int


class SexGiven(msgspec.Struct, frozen=True, tag="sex_given"):
    """As on the papers."""

    sex: Sex


class BirthPlaceGiven(msgspec.Struct, frozen=True, tag="birth_place_given"):
    """As typed, trimmed."""

    birth_place: str


class AccompaniedAnswered(msgspec.Struct, frozen=True, tag="accompanied_answered"):
    """Asked of those under 16."""

    accompanied: bool


class ReasonGiven(msgspec.Struct, frozen=True, tag="reason_given"):
    """Reason for visit."""

    reason: Reason


class RedFlagsAnswered(msgspec.Struct, frozen=True, tag="red_flags_answered"):
    """Empty: none."""

    flags: tuple[RedFlag, ...]


class WentBack(msgspec.Struct, frozen=True, tag="went_back"):
    """To the page before."""


class MeasurementStarted(msgspec.Struct, frozen=True, tag="measurement_started"):
    """The armed window opens. `order`: the doctor's, when asked for by one."""

    instrument: Instrument
    attempt: int
    order: str | None = None


class CurveRecorded(msgspec.Struct, frozen=True, tag="curve_recorded"):
    """About a second of curve: samples 0..1 of full scale from sample `start` of the attempt.

    `dropped` counts the frames refused in it. The raw bytes stand beside it. `after_gap`: the line
    was lost just before, and whoever decodes them again starts anew here.
    """

    instrument: Instrument
    attempt: int
    device: Device
    rate_hz: int
    start: int
    samples: tuple[float, ...]
    dropped: int
    after_gap: bool = False


class MeasurementRecorded(msgspec.Struct, frozen=True, tag="measurement_recorded"):
    """A value. Its id is this entry's."""

    instrument: Instrument
    attempt: int
    measurement: Measurement
    order: str | None = None


class MeasurementFailed(msgspec.Struct, frozen=True, tag="measurement_failed"):
    """The attempt gave no value; the armed window closes."""

    instrument: Instrument
    attempt: int
    failure: Failure


class MeasurementDone(msgspec.Struct, frozen=True, tag="measurement_done"):
    """The patient goes on; `kept` False: without a value."""

    instrument: Instrument
    kept: bool


class QueueJoined(msgspec.Struct, frozen=True, tag="queue_joined"):
    """The patient waits for a doctor."""


class DoctorMet(msgspec.Struct, frozen=True, tag="doctor_met"):
    """The booth confirmed this doctor's lease and shows who they are."""

    lease: str
    doctor: Doctor


class DoctorGone(msgspec.Struct, frozen=True, tag="doctor_gone"):
    """The lease ended before the call: back to waiting."""

    lease: str


class PatientReady(msgspec.Struct, frozen=True, tag="patient_ready"):
    """The patient wants the picture."""


class MediumChanged(msgspec.Struct, frozen=True, tag="medium_changed"):
    """The call's medium over time (rule 11): `video`, or `none` (values and words only)."""

    medium: str


class MeasurementAsked(msgspec.Struct, frozen=True, tag="measurement_asked"):
    """The doctor's order to measure."""

    order: str
    instrument: Instrument


class CallEnded(msgspec.Struct, frozen=True, tag="call_ended"):
    """The doctor's order to end the call."""

    order: str


class ReportReceived(msgspec.Struct, frozen=True, tag="report_received"):
    """The doctor's signed report."""

    order: str
    report: Report


class MicrophoneMuted(msgspec.Struct, frozen=True, tag="microphone_muted"):
    """By button: the patient is not heard while `muted`."""

    muted: bool


class CannotHearSaid(msgspec.Struct, frozen=True, tag="cannot_hear_said"):
    """By button."""


class HelpAsked(msgspec.Struct, frozen=True, tag="help_asked"):
    """By button."""


class WaitsForReport(msgspec.Struct, frozen=True, tag="waits_for_report"):
    """The patient chose to wait here."""


class Incident(msgspec.Struct, frozen=True, tag="incident"):
    """Part of the record (rule 15). `code` is one of `INCIDENTS`."""

    code: str


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    """Nothing follows. `why` is `report_read`, `patient_left`, `consent_refused`, `emergency`,
    `unaccompanied`, or `interrupted` (the process died; its successor closed the log).
    """

    why: str
    outcome: Outcome | None


LogEvent = (
    Opened
    | InformationRead
    | ConsentGiven
    | NamesGiven
    | BirthDateGiven
    | SexGiven
    | BirthPlaceGiven
    | AccompaniedAnswered
    | ReasonGiven
    | RedFlagsAnswered
    | WentBack
    | MeasurementStarted
    | CurveRecorded
    | MeasurementRecorded
    | MeasurementFailed
    | MeasurementDone
    | QueueJoined
    | DoctorMet
    | DoctorGone
    | PatientReady
    | MediumChanged
    | MeasurementAsked
    | CallEnded
    | ReportReceived
    | MicrophoneMuted
    | CannotHearSaid
    | HelpAsked
    | WaitsForReport
    | Incident
    | Closed
)

INCIDENTS = {
    "instrument_absent": "The instrument was not there when it was needed",
    "instrument_busy": "Another program holds the instrument's port",
    "instrument_unplugged": "The instrument was unplugged during a measurement",
    "instrument_no_signal": "The instrument gave no usable signal",
    "measurement_timed_out": "No stable value within the time allowed",
    "frames_dropped": "Damaged frames were refused during a measurement",
    "camera_absent": "No patient camera at the call",
    "camera_lost": "The patient camera was lost in the call",
    "camera_back": "The patient camera came back",
    "camera_frozen": "The patient camera gave the same picture over and over",
    "camera_moving": "The patient camera's picture moved again",
    "doctor_picture_frozen": "The doctor's picture stood still at the booth",
    "doctor_picture_moving": "The doctor's picture no longer stood still at the booth",
    "microphone_absent": "No microphone at the call",
    "microphone_lost": "The microphone was lost in the call",
    "microphone_back": "The microphone came back",
    "call_lost": "Picture and sound were lost",
    "call_restored": "Picture and sound came back",
    "media_restarted": "The media process was restarted in the call",
    "clinic_lost": "The clinic service could not be reached",
    "clinic_back": "The clinic service was reached again",
    "doctor_lost": "The doctor's page was disconnected",
    "doctor_back": "The doctor's page came back",
    "storage_failed": "Something could not be written to the booth's disk",
    "interrupted": "The booth's program stopped during the consultation",
}
