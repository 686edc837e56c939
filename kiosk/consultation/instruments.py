"""An attempt at oximetry, from the driver's events to what is recorded and what is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from contracts import screen
from contracts.consultation import Instrument
from contracts.measurement import (
    CODES,
    Absence,
    Clock,
    Device,
    Measurement,
    Present,
    Provenance,
    Quality,
    Quantity,
)
from contracts.screen import Coaching, Failure, MeasurePhase, Part, ReadyState
from drivers.devices import oximetry
from drivers.devices.base import OximeterModel
from kiosk.consultation.journey import happenings
from kiosk.record import events as log
from kiosk.record.log import New

ALMOST = 0.6  # of the steady time


@dataclass(frozen=True)
class Commit:
    """Commit these together; `refused` happens if the disk refuses."""

    events: tuple[New, ...]


Result = happenings.Happening | Commit


@dataclass
class Attempt:
    """One armed window. Feed it the driver's events in order."""

    model: OximeterModel
    simulated: bool
    coached: bool
    attempt: int
    order: str | None
    new_id: Callable[[], str]
    device: Device | None = None
    blocks: dict[int, str] = field(default_factory=dict)  # block number -> its event's id
    coaching: Coaching | None = None
    told_dropped: bool = False

    def hear(self, event: oximetry.Event, now: datetime) -> tuple[Result, ...]:
        """Return what `event` means, in order."""
        match event:
            case oximetry.Readiness(state=state):
                return (happenings.ReadinessChanged(Part.OXIMETER, state),)
            case oximetry.Connected(device=device):
                self.device = device
                return (self._says(MeasurePhase.PLACE, 0.0, Coaching.PLACE_FINGER),)
            case oximetry.FingerIn():
                return (self._says(MeasurePhase.MEASURING, 0.0, Coaching.KEEP_STILL),)
            case oximetry.FingerOut():
                return (self._says(MeasurePhase.PLACE, 0.0, Coaching.PLACE_FINGER),)
            case oximetry.Signal(quality=quality, progress=progress):
                advice = _coaching(quality, progress, self.coaching) if self.coached else None
                return (self._says(None, progress, advice),)
            case oximetry.Block():
                if event.lost and not self.told_dropped:
                    self.told_dropped = True  # once an attempt; each curve has its count
                    return (Commit((self._curve(event), New(log.Incident("frames_dropped")))),)
                return (Commit((self._curve(event),)),)
            case oximetry.Steady():
                saving = happenings.InstrumentSays(MeasurePhase.SAVING, 1.0, None)
                return (saving, Commit(self._values(event, now)))
            case oximetry.Failed(reason=reason, state=state):
                return (happenings.InstrumentFailed(_failure(reason, state)),)
            case oximetry.Lost():
                lost = New(log.Incident("instrument_unplugged"))
                return (Commit((lost,)), self._says(MeasurePhase.CONNECTING, 0.0, None))
            case oximetry.Back():
                return (self._says(MeasurePhase.PLACE, 0.0, Coaching.PLACE_FINGER),)
            case oximetry.LiveBatch():
                return ()

    def _says(
        self, phase: MeasurePhase | None, progress: float, coaching: Coaching | None
    ) -> happenings.InstrumentSays:
        self.coaching = coaching
        return happenings.InstrumentSays(phase, progress, coaching)

    def _known_device(self) -> Device:
        return self.device or self.model.describe(simulated=self.simulated, firmware=None)

    def _curve(self, block: oximetry.Block) -> New:
        ident = self.new_id()
        self.blocks[block.number] = ident
        curve = log.CurveRecorded(
            instrument=Instrument.OXIMETER,
            attempt=self.attempt,
            device=self._known_device(),
            rate_hz=oximetry.RATE_HZ,
            start=block.start,
            samples=block.samples,
            dropped=block.lost,
            after_gap=block.after_gap,
        )
        return New(curve, raw=block.raw, id=ident)

    def _values(self, steady: oximetry.Steady, now: datetime) -> tuple[New, ...]:
        first, last = steady.blocks
        raw = tuple(self.blocks[number] for number in range(first, last + 1))
        pairs = ((Quantity.SPO2, steady.spo2), (Quantity.PULSE_RATE, steady.pulse))
        found = []
        for quantity, value in pairs:
            ident = self.new_id()
            measurement = Measurement(
                id=ident,
                quantity=quantity,
                result=Present(value, CODES[quantity].ucum),
                device=self._known_device(),
                taken_at=now,
                clock=Clock.BOOTH,
                provenance=Provenance(self.model.protocol, self.model.decoder, raw),
                quality=steady.quality,
            )
            recorded = log.MeasurementRecorded(
                Instrument.OXIMETER, self.attempt, measurement, self.order
            )
            found.append(New(recorded, id=ident))
        return tuple(found)


def _coaching(
    quality: tuple[Quality, ...], progress: float, before: Coaching | None
) -> Coaching | None:
    """What to tell the patient now; at most one thing."""
    if Quality.LOW_PERFUSION in quality:
        return Coaching.WARM_HAND
    moving = {Quality.ARTIFACT, Quality.OUT_OF_TRACK, Quality.UNSTABLE}
    if moving & set(quality):
        return Coaching.KEEP_STILL
    if progress >= ALMOST:
        return Coaching.ALMOST_DONE
    return before if before is Coaching.PLACE_FINGER and progress == 0 else Coaching.KEEP_STILL


def _failure(reason: Absence, state: ReadyState) -> Failure:
    match reason:
        case Absence.DEVICE_ABSENT:
            return Failure.DEVICE_BUSY if state is ReadyState.BUSY else Failure.DEVICE_ABSENT
        case Absence.UNPLUGGED | Absence.SENSOR_DISCONNECTED:
            return Failure.UNPLUGGED
        case Absence.NO_SIGNAL | Absence.NO_FINGER:
            return Failure.NO_SIGNAL
        case Absence.TIMED_OUT:
            return Failure.TIMED_OUT


def live(batch: oximetry.LiveBatch) -> screen.Live:
    """Return the batch as the screen draws it."""
    return screen.Live(
        Instrument.OXIMETER, batch.rate_hz, batch.start, batch.samples, batch.spo2, batch.pulse
    )
