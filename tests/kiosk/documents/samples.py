"""An invented consultation as an event log, and variations of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from contracts.consultation import (
    Doctor,
    Giver,
    Instrument,
    Language,
    Outcome,
    Reason,
    Report,
    Sex,
)
from contracts.measurement import (
    Absence,
    Absent,
    Clock,
    Device,
    Measurement,
    Present,
    Provenance,
    Quality,
    Quantity,
    Result,
)
from contracts.screen import Failure
from kiosk.record.entry import Entry
from kiosk.record.events import (
    BirthDateGiven,
    BirthPlaceGiven,
    CallEnded,
    Closed,
    ConsentGiven,
    CurveRecorded,
    DoctorMet,
    Incident,
    InformationRead,
    LogEvent,
    MeasurementAsked,
    MeasurementFailed,
    MeasurementRecorded,
    MeasurementStarted,
    MediumChanged,
    NamesGiven,
    Opened,
    PatientReady,
    QueueJoined,
    ReasonGiven,
    RedFlagsAnswered,
    ReportReceived,
    SexGiven,
)

CONSULTATION = "0f8fad5b-d9cb-469f-a165-70867728950e"
START = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
OXIMETER = Device("Nonin", "OEM III", simulated=False, serial="501234567")
SIMULATED = Device("Nonin", "OEM III (simulated)", simulated=True)
DOCTOR = Doctor("Dr Claire Fontaine", "Médecine générale", "10001234567")
TEXT = "Rhinopharyngite <sans> signe de gravité & SpO₂ normale.\nRepos, hydratation."
REPORT = Report(
    id="2b1b3c1e-7d3f-4a9e-9c7f-111111111111",
    doctor=DOCTOR,
    outcome=Outcome.REASSURED,
    text=TEXT,
    signed_at="2026-03-02T09:12:31.500+00:00",
)


def ident(number: int, consultation: str = CONSULTATION) -> str:
    """The id of the entry `number`."""
    return str(uuid5(UUID(consultation), str(number)))


def log(
    events: Iterable[LogEvent | tuple[LogEvent, bytes]], consultation: str = CONSULTATION
) -> tuple[Entry, ...]:
    """Entries, a second apart."""
    entries = []
    for number, item in enumerate(events, start=1):
        event, raw = item if isinstance(item, tuple) else (item, None)
        entries.append(
            Entry(
                number,
                ident(number, consultation),
                START + timedelta(seconds=number),
                number * 1_000_000_000,
                event,
                raw,
            )
        )
    return tuple(entries)


def opened(*, consultation: str = CONSULTATION, simulated: tuple[str, ...] = ()) -> Opened:
    return Opened(
        consultation=consultation,
        booth="demo-booth",
        site="Pharmacie du Pont, Lille",
        software="0.1.0",
        language=Language.FR,
        price_cents=2500,
        covered_cents=1750,
        instruments=(Instrument.OXIMETER,),
        simulated=simulated,
    )


def measured(
    result: Result,
    *,
    quantity: Quantity = Quantity.SPO2,
    device: Device = OXIMETER,
    quality: tuple[Quality, ...] = (),
    raw: tuple[str, ...] = (),
    order: str | None = None,
    attempt: int = 1,
) -> MeasurementRecorded:
    return MeasurementRecorded(
        Instrument.OXIMETER,
        attempt,
        Measurement(
            id="00000000-0000-4000-8000-000000000000",
            quantity=quantity,
            result=result,
            device=device,
            taken_at=START + timedelta(seconds=60),
            clock=Clock.BOOTH,
            provenance=Provenance("nonin-df2", "1", raw),
            quality=quality,
        ),
        order,
    )


def curve(
    start: int, samples: tuple[float, ...], *, device: Device = OXIMETER, attempt: int = 1
) -> CurveRecorded:
    return CurveRecorded(Instrument.OXIMETER, attempt, device, 75, start, samples, 2)


BEFORE_CALL: tuple[LogEvent, ...] = (
    InformationRead(),
    ConsentGiven(
        Giver.PATIENT, act=True, assistant=False, text_version="2026-01", language=Language.FR
    ),
    NamesGiven("D'Ormesson-Müller", "Zoé Anne"),
    BirthDateGiven(date(1946, 2, 28), 80),
    SexGiven(Sex.FEMALE),
    BirthPlaceGiven("Lille"),
    ReasonGiven(Reason.COUGH),
    RedFlagsAnswered(()),
)


def full(*, device: Device = OXIMETER, simulated: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """A whole consultation: everything there is, once at least."""
    return log(
        (
            opened(simulated=simulated),
            *BEFORE_CALL,
            MeasurementStarted(Instrument.OXIMETER, 1),
            MeasurementFailed(Instrument.OXIMETER, 1, Failure.NO_SIGNAL),
            MeasurementStarted(Instrument.OXIMETER, 2),
            (curve(0, (0.0, 0.4980392156862745, 1.0), device=device, attempt=2), b"\x01\x02\x03"),
            (curve(3, (0.5, 5e-05), device=device, attempt=2), b"\x04\x05"),
            (curve(9, (0.25,), device=device, attempt=2), b"\x06"),
            measured(
                Present(Decimal("97.0"), "%"),
                device=device,
                quality=(Quality.LOW_PERFUSION, Quality.LOW_BATTERY),
                raw=(ident(13), ident(14)),
                attempt=2,
            ),
            measured(
                Present(Decimal(72), "/min"),
                quantity=Quantity.PULSE_RATE,
                device=device,
                attempt=2,
            ),
            QueueJoined(),
            DoctorMet("lease-1", DOCTOR),
            PatientReady(),
            MediumChanged("video"),
            Incident("call_lost"),
            MediumChanged("none"),
            Incident("call_restored"),
            MediumChanged("video"),
            MeasurementAsked("order-1", Instrument.OXIMETER),
            measured(Absent(Absence.NO_FINGER), device=device, order="order-1", attempt=3),
            CallEnded("order-2"),
            ReportReceived("order-3", REPORT),
            Closed("report_read", Outcome.REASSURED),
        )
    )


def left(
    why: str = "patient_left", outcome: Outcome | None = Outcome.PATIENT_LEFT
) -> tuple[Entry, ...]:
    """No report."""
    return log((opened(), *BEFORE_CALL, Closed(why, outcome)))


def barest() -> tuple[Entry, ...]:
    """Opened and closed."""
    return log((opened(), Closed("interrupted", None)))
