"""A journey without surroundings: what the conductor would do, minus the effects outside."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from contracts import clinic, screen
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
    Clock,
    Device,
    Measurement,
    Present,
    Provenance,
    Quantity,
)
from kiosk.consultation.journey import advance, effects, happenings
from kiosk.consultation.journey.state import Stage, State, Surroundings
from kiosk.record import events as log

TODAY = date(2026, 11, 22)
CONSULTATION = "5b0c6b3e-0000-4000-8000-000000000001"
DOCTOR = Doctor("Dr Anne Martin", "Médecine générale", "10001234567")
DEVICE = Device("Nonin Medical", "OEM III", simulated=True)
REPORT = Report("r1", DOCTOR, Outcome.REASSURED, "Repos.", "2026-11-22T10:00:00+00:00")
INSTRUMENTS = (Instrument.OXIMETER,)


@dataclass
class Walk:
    """A patient's walk. `recorded` is what was committed, `done` the other effects."""

    instruments: tuple[Instrument, ...] = INSTRUMENTS
    state: State = field(default_factory=lambda: State(around=Surroundings(clinic=True)))
    recorded: list[log.LogEvent] = field(default_factory=list)
    done: list[effects.Effect] = field(default_factory=list)
    disk: bool = True

    def happen(self, happening: happenings.Happening) -> None:
        self.state, wanted = advance(self.state, happening)
        todo = deque(wanted)
        while todo:
            effect = todo.popleft()
            match effect:
                case effects.Open(language=language):
                    todo.extend(self._commit((self._opened(language),)))
                case effects.Record(events=events):
                    todo.extend(self._commit(events))
                case _:
                    self.done.append(effect)

    def _opened(self, language: Language) -> log.Opened:
        return log.Opened(
            CONSULTATION, "b", "Site", "telecabine", language, 2500, 2500, self.instruments
        )

    def _commit(self, events: tuple[log.LogEvent, ...]) -> list[effects.Effect]:
        follows: list[effects.Effect] = []
        if not self.disk:
            self.state, wanted = advance(self.state, happenings.StorageFailed(events))
            return list(wanted)
        for event in events:
            self.recorded.append(event)
            self.state, wanted = advance(self.state, event)
            follows.extend(wanted)
        return follows

    def touch(self, *intents: screen.Intent) -> None:
        for intent in intents:
            self.happen(happenings.IntentMade(intent, TODAY))

    def clinic_says(
        self, message: clinic.LeaseOffered | clinic.OrderSent | clinic.LeaseEnded
    ) -> None:
        self.happen(happenings.FromClinic(message))

    def order(self, ident: str, body: clinic.OrderBody) -> None:
        self.clinic_says(clinic.OrderSent(CONSULTATION, clinic.Order(ident, body)))

    def value(self, quantity: Quantity, value: str, unit: str) -> log.MeasurementRecorded:
        measurement = Measurement(
            id=f"m-{quantity.value}-{self.state.case.attempts}",
            quantity=quantity,
            result=Present(Decimal(value), unit),
            device=DEVICE,
            taken_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
            clock=Clock.BOOTH,
            provenance=Provenance("nonin-df2", "1"),
        )
        return log.MeasurementRecorded(
            Instrument.OXIMETER, self.state.case.attempts, measurement, self.state.case.asked
        )

    def measured(self, spo2: str = "97", pulse: str = "72") -> None:
        """The instrument gave a value, and it was committed."""
        follows = self._commit(
            (
                self.value(Quantity.SPO2, spo2, "%"),
                self.value(Quantity.PULSE_RATE, pulse, "/min"),
            )
        )
        self.done.extend(follows)

    # --- to a place

    def to_consent(self) -> None:
        self.touch(screen.Start(), screen.Continue())

    def to_measure(self, year: str = "1950") -> None:
        self.to_consent()
        self.touch(
            screen.GiveConsent(Giver.PATIENT, act=True, assistant=True),
            screen.GiveNames("Durand", "Élise Marie"),
            screen.GiveBirthDate("3", "2", year),
            screen.GiveSex(Sex.FEMALE),
            screen.GiveBirthPlace("Saint-Étienne"),
            screen.GiveReason(Reason.COUGH),
            screen.AnswerRedFlags(()),
        )

    def to_waiting(self) -> None:
        self.to_measure()
        self.measured()
        self.touch(screen.Continue())

    def to_meeting(self) -> None:
        self.to_waiting()
        self.clinic_says(clinic.LeaseOffered(CONSULTATION, "lease-1", DOCTOR))

    def to_call(self) -> None:
        self.happen(
            happenings.MediaUp(
                camera=True, microphone=True, camera_simulated=True, microphone_simulated=True
            )
        )
        self.to_meeting()
        self.touch(screen.Continue())
        self.happen(happenings.CallChanged(happenings.CallHealth.CONNECTED))

    @property
    def stage(self) -> Stage:
        return self.state.stage

    def at(self, stage: Stage) -> bool:
        return self.state.stage is stage

    def asks(self, dialog: screen.Dialog) -> bool:
        return self.state.dialog is dialog
