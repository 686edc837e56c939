"""The conductor with a real log and real folders: nothing is acknowledged before it is on disk."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from config import BoothConfig
from config.schemas import (
    BoothIdentity,
    BoothPaths,
    ClinicLink,
    Delivery,
    FolderSink,
    Instruments,
    Oximeter,
    Price,
    Screen,
)
from contracts import clinic, media, screen
from contracts.consultation import Giver, Reason, Sex
from contracts.measurement import Present, Quality
from contracts.screen import MeasurePhase, ReadyState
from drivers.devices import oximetry
from drivers.devices.nonin_oem3 import NONIN_OEM3
from drivers.devices.oximeter import Heard
from kiosk.consultation.conductor import Conductor, Inbox
from kiosk.consultation.journey import happenings
from kiosk.consultation.journey.state import FROZEN_SECONDS, Stage
from kiosk.record import events as log
from kiosk.record.folders import Folders
from kiosk.record.log import Clock, Entry, EventLog, New, RecordError, read
from tests.kiosk.consultation.walk import DEVICE, DOCTOR
from tests.mutation import red_under

DEADLINE = 10.0


class StillClock:
    """A clock that stands."""

    def utc(self) -> datetime:
        return datetime(2026, 11, 22, 10, tzinfo=UTC)

    def monotonic_ns(self) -> int:
        return 7

    def today(self) -> date:
        return date(2026, 11, 22)


@dataclass
class Outside:
    """Everything the conductor speaks to, listening."""

    views: list[screen.View] = field(default_factory=list)
    lives: list[screen.Live] = field(default_factory=list)
    facts: list[clinic.Fact] = field(default_factory=list)
    told: list[clinic.BoothMessage] = field(default_factory=list)
    media: list[media.ToMedia] = field(default_factory=list)
    armed: list[int | None] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, view: screen.View) -> None:
        self.views.append(view)
        self.changed.set()

    def show_live(self, live: screen.Live) -> None:
        self.lives.append(live)

    def begin(self, consultation: str) -> None:
        self.consultation = consultation

    def tell(self, facts: tuple[clinic.Fact, ...]) -> None:
        self.facts.extend(facts)

    def send_live(self, batch: clinic.BoothLive) -> None:
        pass

    async def flush(self, seconds: float) -> bool:
        return True

    def arm(self, attempt: int) -> None:
        self.armed.append(attempt)

    def disarm(self) -> None:
        self.armed.append(None)


class ToClinic:
    """The clinic's half of Outside: `send` means another thing to the media process."""

    def __init__(self, outside: Outside) -> None:
        self.begin, self.tell = outside.begin, outside.tell
        self.send_live, self.flush = outside.send_live, outside.flush
        self.send: Callable[[clinic.BoothMessage], None] = outside.told.append


class ToMedia:
    def __init__(self, outside: Outside) -> None:
        self.send: Callable[[media.ToMedia], None] = outside.media.append


class Booth:
    """A conductor running, its inbox, and what is outside of it."""

    def __init__(self, data: Path, *, simulated: bool = True) -> None:
        self.folders = Folders(data)
        self.folders.prepare()
        self.outside = Outside()
        self.inbox: Inbox = asyncio.Queue()
        self.conductor = Conductor(
            inbox=self.inbox,
            config=_config(data, simulated=simulated),
            software="telecabine test",
            storage=True,
            folders=self.folders,
            clock=StillClock(),
            clinic_link=ToClinic(self.outside),
            media_link=ToMedia(self.outside),
            screen_link=self.outside,
            oximeter=self.outside,
            model=NONIN_OEM3,
        )
        self.task = asyncio.create_task(self.conductor.run())

    async def until(self, reached: Callable[[screen.View], bool]) -> screen.View:
        async with asyncio.timeout(DEADLINE):
            while not (self.outside.views and reached(self.outside.views[-1])):
                self.outside.changed.clear()
                await self.outside.changed.wait()
        return self.outside.views[-1]

    async def page(self, tag: type[screen.Page]) -> screen.View:
        return await self.until(lambda view: isinstance(view.page, tag))

    async def touch(self, intent: screen.Intent, then: type[screen.Page]) -> screen.View:
        revision = self.outside.views[-1].revision
        self.inbox.put_nowait(screen.IntentMessage(revision, intent))
        return await self.page(then)

    async def to_measure(self) -> None:
        await self.page(screen.Welcome)
        await self.touch(screen.Start(), screen.Information)
        await self.touch(screen.Continue(), screen.Consent)
        consent = screen.GiveConsent(Giver.PATIENT, act=True, assistant=True)
        await self.touch(consent, screen.Names)
        await self.touch(screen.GiveNames("Durand", "Élise"), screen.BirthDate)
        await self.touch(screen.GiveBirthDate("3", "2", "1950"), screen.SexPage)
        await self.touch(screen.GiveSex(Sex.FEMALE), screen.BirthPlace)
        await self.touch(screen.GiveBirthPlace("Lyon"), screen.ReasonPage)
        await self.touch(screen.GiveReason(Reason.COUGH), screen.RedFlags)
        await self.touch(screen.AnswerRedFlags(()), screen.Measure)

    def instrument(self, attempt: int | None, *events: oximetry.Event) -> None:
        for event in events:
            self.inbox.put_nowait(Heard(attempt, event))

    def phase(self, view: screen.View) -> MeasurePhase | None:
        return view.page.measuring.phase if isinstance(view.page, screen.Measure) else None

    async def phase_is(self, phase: MeasurePhase) -> screen.View:
        return await self.until(lambda view: self.phase(view) is phase)

    def entries(self) -> tuple[Entry, ...]:
        return read(self.folders.of(self.outside.consultation))


def _config(data: Path, *, simulated: bool = True) -> BoothConfig:
    return BoothConfig(
        booth=BoothIdentity(id="b-1", site="Pharmacie"),
        paths=BoothPaths(run=data / "run", data=data),
        screen=Screen(width_px=1280, height_px=800, width_mm=331, height_mm=207),
        price=Price(consultation_cents=3000, covered_cents=3000),
        clinic=ClinicLink(url="http://127.0.0.1:1", device_key=data / "key"),
        delivery=Delivery(folder=FolderSink(path=data / "sink")),
        instruments=Instruments(
            oximeter=Oximeter(device="nonin-oem3", port=data / "port", simulated=simulated)
        ),
    )


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    booth = Booth(tmp_path)
    yield booth
    booth.task.cancel()
    await asyncio.gather(booth.task, return_exceptions=True)
    await booth.conductor.close()


def _block(number: int, raw: bytes) -> oximetry.Block:
    return oximetry.Block(
        number=number,
        offset=(number - 1) * len(raw),
        raw=raw,
        start=(number - 1) * 3,
        samples=(0.1, 0.2, 0.3),
        lost=0,
        after_gap=False,
    )


STEADY = oximetry.Steady(
    spo2=Decimal(97),
    pulse=Decimal(131),
    quality=(Quality.LOW_PERFUSION,),
    packet=10,
    blocks=(1, 2),
)


async def test_a_value_is_in_the_log_with_its_raw_bytes_and_on_the_screen(booth: Booth) -> None:
    await booth.to_measure()
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn())
    booth.instrument(1, _block(1, b"one"), _block(2, b"two"), STEADY)
    view = await booth.phase_is(MeasurePhase.RECORDED)
    entries = booth.entries()
    curves = [entry for entry in entries if isinstance(entry.event, log.CurveRecorded)]
    values = [entry for entry in entries if isinstance(entry.event, log.MeasurementRecorded)]
    assert [entry.raw for entry in curves] == [b"one", b"two"]
    for entry in values:
        assert isinstance(entry.event, log.MeasurementRecorded)
        assert entry.event.measurement.id == entry.id
        assert entry.event.measurement.provenance.raw == tuple(curve.id for curve in curves)
        assert entry.event.measurement.device.simulated
    assert isinstance(view.page, screen.Measure)
    assert [(v.measurement, str(v.value)) for v in view.page.measuring.values] == [
        (values[0].id, "97"),
        (values[1].id, "131"),
    ]


async def test_frames_refused_are_counted_and_one_incident_an_attempt(booth: Booth) -> None:
    await booth.to_measure()
    spoilt = [replace(_block(n, b"x"), lost=2) for n in (1, 2)]
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn(), *spoilt, STEADY)
    await booth.phase_is(MeasurePhase.RECORDED)
    events = [entry.event for entry in booth.entries()]
    assert [event.dropped for event in events if isinstance(event, log.CurveRecorded)] == [2, 2]
    incidents = [event for event in events if isinstance(event, log.Incident)]
    assert incidents == [log.Incident("frames_dropped")]


class GatedLog(EventLog):
    """A disk that takes its time over a value, or is full."""

    reached = threading.Event()
    gate = threading.Event()
    full = False

    def append(self, clock: Clock, events: Sequence[New]) -> tuple[Entry, ...]:
        if any(isinstance(new.event, log.MeasurementRecorded) for new in events):
            type(self).reached.set()
            assert type(self).gate.wait(DEADLINE)
            if type(self).full:
                raise RecordError("the event log cannot be written: database or disk is full")
        return super().append(clock, events)


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> type[GatedLog]:
    GatedLog.reached, GatedLog.gate, GatedLog.full = threading.Event(), threading.Event(), False
    monkeypatch.setattr("kiosk.consultation.conductor.EventLog", GatedLog)
    return GatedLog


@red_under(
    "kiosk/consultation/conductor.py",
    old="            entries = await self._log.append(*events)\n",
    new="            self._committed(tuple(Entry(0, new.id or '', self._clock.utc(), 0, new.event)"
    " for new in events))\n"
    "            self._show()\n"
    "            entries = await self._log.append(*events)\n",
)
async def test_nothing_is_acknowledged_before_it_is_committed(
    slow_disk: type[GatedLog], booth: Booth
) -> None:
    await booth.to_measure()
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn(), _block(1, b"one"))
    booth.instrument(1, _block(2, b"two"), STEADY)
    assert await asyncio.to_thread(slow_disk.reached.wait, DEADLINE)
    assert booth.phase(booth.outside.views[-1]) is MeasurePhase.SAVING
    assert not any(
        isinstance(view.page, screen.Measure) and view.page.measuring.values
        for view in booth.outside.views
    )
    assert not any(isinstance(e.event, log.MeasurementRecorded) for e in booth.entries())
    slow_disk.gate.set()
    await booth.phase_is(MeasurePhase.RECORDED)


async def test_what_a_full_disk_refuses_is_never_shown_as_recorded(
    slow_disk: type[GatedLog], booth: Booth
) -> None:
    slow_disk.full = True
    slow_disk.gate.set()
    await booth.to_measure()
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn(), _block(1, b"one"))
    booth.instrument(1, _block(2, b"two"), STEADY)
    view = await booth.phase_is(MeasurePhase.FAILED)
    assert isinstance(view.page, screen.Measure)
    assert view.page.measuring.failure is screen.Failure.STORAGE
    assert view.page.measuring.values == ()
    slow_disk.full = False
    await booth.touch(screen.Retake(), screen.Measure)
    booth.instrument(2, oximetry.Connected(DEVICE), oximetry.FingerIn(), _block(1, b"x"))
    booth.instrument(2, _block(2, b"y"), STEADY)
    await booth.phase_is(MeasurePhase.RECORDED)


@red_under(
    "kiosk/consultation/conductor.py",
    old="        if number != self._armed and not isinstance(event, oximetry.Block):\n"
    "            return  # that window is closed: only the bytes it received are still recorded",
    new="        pass",
)
async def test_a_value_that_comes_after_its_window_closed_is_not_taken(booth: Booth) -> None:
    await booth.to_measure()
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn(), _block(1, b"one"))
    booth.instrument(1, _block(2, b"two"))
    await booth.phase_is(MeasurePhase.MEASURING)
    await booth.touch(screen.SkipMeasurement(), screen.Waiting)
    booth.instrument(1, _block(3, b"three"), STEADY)
    booth.inbox.put_nowait(happenings.ReadinessChanged(screen.Part.CLINIC, ReadyState.READY))
    booth.inbox.put_nowait(happenings.FromClinic(_queue(booth, 1)))
    await booth.until(lambda view: getattr(view.page, "position", None) == 1)
    kinds = [type(entry.event) for entry in booth.entries()]
    assert log.MeasurementRecorded not in kinds
    assert kinds.count(log.CurveRecorded) == 3  # what it had received is evidence all the same


def _queue(booth: Booth, position: int) -> clinic.QueueState:
    return clinic.QueueState(booth.outside.consultation, position, None, 0)


async def test_nothing_of_the_patient_leaves_before_the_waiting_room(booth: Booth) -> None:
    await booth.to_measure()
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn(), _block(1, b"one"))
    booth.instrument(1, _block(2, b"two"), STEADY)
    await booth.phase_is(MeasurePhase.RECORDED)
    assert booth.outside.facts == []
    await booth.touch(screen.Continue(), screen.Waiting)
    bodies = [fact.body for fact in booth.outside.facts]
    assert [fact.number for fact in booth.outside.facts] == list(range(1, len(bodies) + 1))
    assert isinstance(bodies[0], clinic.PatientFact)
    values = [body for body in bodies if isinstance(body, clinic.MeasurementFact)]
    assert [value.measurement.result for value in values] == [
        Present(Decimal(97), "%"),
        Present(Decimal(131), "/min"),
    ]


async def test_a_touch_made_on_an_older_page_is_dropped(booth: Booth) -> None:
    view = await booth.page(screen.Welcome)
    await booth.touch(screen.Start(), screen.Information)
    booth.inbox.put_nowait(screen.IntentMessage(view.revision, screen.Continue()))
    await booth.touch(screen.AskHelp(), screen.Information)
    await booth.until(lambda shown: shown.dialog is screen.Dialog.HELP)
    assert booth.conductor.state.stage is Stage.INFORMATION


async def test_the_screen_is_never_sent_what_was_typed(booth: Booth) -> None:
    await booth.to_measure()
    sent = repr(booth.outside.views)
    for typed in ("Durand", "Élise", "1950", "Lyon"):
        assert typed not in sent


async def test_the_call_goes_through_by_generation(booth: Booth) -> None:
    await booth.to_measure()
    await booth.touch(screen.SkipMeasurement(), screen.Waiting)
    consultation = booth.outside.consultation
    booth.inbox.put_nowait(
        happenings.FromClinic(clinic.LeaseOffered(consultation, "lease", DOCTOR))
    )
    await booth.page(screen.MeetDoctor)
    await booth.touch(screen.Continue(), screen.Call)
    assert clinic.RequestCall(consultation) in booth.outside.told
    booth.inbox.put_nowait(clinic.CallOffer(consultation, 2, "offer-2"))
    booth.inbox.put_nowait(clinic.CallOffer(consultation, 1, "offer-1"))
    booth.inbox.put_nowait(media.Answered(1, "answer-1"))
    booth.inbox.put_nowait(media.Answered(2, "answer-2"))
    booth.inbox.put_nowait(media.CallLink(1, media.LinkState.FAILED))
    booth.inbox.put_nowait(media.CallLink(2, media.LinkState.CONNECTED))
    await booth.until(lambda view: getattr(view.page, "state", None) is screen.CallState.CONNECTED)
    offers = [message for message in booth.outside.media if isinstance(message, media.AnswerOffer)]
    assert offers == [media.AnswerOffer(2, "offer-2")]
    answers = [told for told in booth.outside.told if isinstance(told, clinic.BoothAnswer)]
    assert answers == [clinic.BoothAnswer(consultation, 2, "answer-2")]
    assert not any(
        isinstance(e.event, log.Incident) and e.event.code == "call_lost" for e in booth.entries()
    )


async def test_pictures_that_stand_still_are_shown_and_on_disk(booth: Booth) -> None:
    await booth.to_measure()
    await booth.touch(screen.SkipMeasurement(), screen.Waiting)
    lease = clinic.LeaseOffered(booth.outside.consultation, "lease", DOCTOR)
    booth.inbox.put_nowait(happenings.FromClinic(lease))
    await booth.page(screen.MeetDoctor)
    await booth.touch(screen.Continue(), screen.Call)
    booth.inbox.put_nowait(clinic.CallOffer(booth.outside.consultation, 2, "offer"))
    booth.inbox.put_nowait(media.CallLink(2, media.LinkState.CONNECTED))
    frozen = media.MediaStats(2, 20, 20, 0.0, 0.0, 100.0, 100.0, 640, 480)
    older = msgspec.structs.replace(frozen, generation=1, sent_content=9.0, received_content=9.0)
    for _ in range(FROZEN_SECONDS):
        booth.inbox.put_nowait(frozen)
        booth.inbox.put_nowait(older)  # of a call that is over: says nothing of this one
    shown = await booth.until(
        lambda view: isinstance(view.page, screen.Call) and view.page.doctor_frozen
    )
    assert isinstance(shown.page, screen.Call)
    assert shown.page.own_frozen
    said = [e.event.code for e in booth.entries() if isinstance(e.event, log.Incident)]
    assert said[-2:] == ["doctor_picture_frozen", "camera_frozen"]


async def test_the_end_hands_the_record_to_delivery_and_asks_for_cleaning(booth: Booth) -> None:
    await booth.to_measure()
    await booth.touch(screen.AskLeave(), screen.Measure)
    await booth.until(lambda view: view.dialog is screen.Dialog.LEAVE)
    await booth.touch(screen.ConfirmLeave(), screen.Goodbye)
    await booth.touch(screen.Finish(), screen.Goodbye)
    async with asyncio.timeout(DEADLINE):
        await booth.task
    assert [folder.name for folder in booth.folders.closed()] == [booth.outside.consultation]
    assert booth.folders.hygiene_unconfirmed
    assert booth.outside.told[-1] == clinic.CloseConsultation(booth.outside.consultation)


class RefusingFolders(Folders):
    """A disk that refuses the mark of a cleaning."""

    def confirm_hygiene(self) -> None:
        raise RecordError("the cleaning cannot be noted (Read-only file system): check the disk")


async def test_a_cleaning_the_disk_refuses_is_not_taken_as_done(
    booth: Booth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    booth.task.cancel()
    Folders(tmp_path).need_hygiene()
    monkeypatch.setattr("tests.kiosk.consultation.test_conductor.Folders", RefusingFolders)
    after = Booth(tmp_path)
    await after.page(screen.Hygiene)
    await after.touch(screen.ConfirmHygiene(), screen.Unavailable)
    assert not any(isinstance(view.page, screen.Welcome) for view in after.outside.views)
    after.task.cancel()
    await asyncio.gather(after.task, return_exceptions=True)


async def test_a_consultation_the_disk_cannot_keep_does_not_begin(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    await booth.page(screen.Welcome)

    def refuse(folder: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("kiosk.record.log._sync_folder", refuse)
    view = await booth.touch(screen.Start(), screen.Unavailable)
    assert view.page == screen.Unavailable("storage")
    assert not booth.task.done()


async def test_what_the_disk_refused_is_said_in_the_record_once_it_takes_again(
    slow_disk: type[GatedLog], booth: Booth
) -> None:
    slow_disk.full = True
    slow_disk.gate.set()
    await booth.to_measure()
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn(), _block(1, b"one"))
    booth.instrument(1, _block(2, b"two"), STEADY)
    await booth.phase_is(MeasurePhase.FAILED)
    slow_disk.full = False
    await booth.touch(screen.SkipMeasurement(), screen.Waiting)
    codes = [e.event.code for e in booth.entries() if isinstance(e.event, log.Incident)]
    assert codes.count("storage_failed") == 1


async def test_a_simulated_instrument_is_marked_whatever_the_configuration_says(
    booth: Booth, tmp_path: Path
) -> None:
    booth.task.cancel()
    honest = Booth(tmp_path, simulated=False)
    await honest.page(screen.Welcome)
    assert honest.outside.views[-1].simulated == ()
    honest.instrument(None, oximetry.Connected(DEVICE))
    await honest.until(lambda view: view.simulated == (screen.Part.OXIMETER,))
    await honest.to_measure()
    honest.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn(), _block(1, b"one"))
    honest.instrument(1, _block(2, b"two"), STEADY)
    view = await honest.phase_is(MeasurePhase.RECORDED)
    assert isinstance(view.page, screen.Measure)
    assert view.page.measuring.simulated
    honest.task.cancel()
    await asyncio.gather(honest.task, return_exceptions=True)
    await honest.conductor.close()


async def test_help_is_heard_though_the_page_changed_under_the_finger(booth: Booth) -> None:
    await booth.to_measure()
    before = booth.outside.views[-1].revision
    booth.instrument(1, oximetry.Connected(DEVICE), oximetry.FingerIn())
    await booth.phase_is(MeasurePhase.MEASURING)
    booth.inbox.put_nowait(screen.IntentMessage(before, screen.AskHelp()))
    await booth.until(lambda view: view.dialog is screen.Dialog.HELP)
