"""Carries out what the journey decides: one thing at a time, in order, on disk first.

Everything that happens comes into one inbox. For each: `advance`, then its effects; a `Record` is
committed before the events in it happen, before the screen shows them and before the clinic hears
of them. If the disk refuses, they do not happen.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import deque
from datetime import date
from typing import Protocol

from config import BoothConfig
from contracts import clinic, media, screen
from contracts.consultation import Instrument, Language
from contracts.screen import Part
from drivers.devices import oximetry
from drivers.devices.base import OximeterModel
from drivers.devices.oximeter import Heard
from kiosk.consultation.facts import Facts
from kiosk.consultation.instruments import Attempt, Commit, live
from kiosk.consultation.journey import advance, effects, happenings
from kiosk.consultation.journey.measuring import UNAVAILABLE_SECONDS
from kiosk.consultation.journey.state import Stage, State, Surroundings
from kiosk.consultation.views import view
from kiosk.record import events as log
from kiosk.record.folders import Folders
from kiosk.record.log import AsyncLog, Clock, Entry, EventLog, New, RecordError

LOG = logging.getLogger(__name__)

# Mean the same on every page, and must not be lost to one that changed under the finger.
ANY_PAGE = (screen.AskHelp, screen.AskLeave)
FLUSH_SECONDS = 3.0  # how long the end waits for the clinic to have stored the last facts


class WallClock(Clock, Protocol):
    """Clock of the log, and the day where the booth stands."""

    def today(self) -> date:
        """Today in the booth's time zone."""


class Clinic(Protocol):
    """The link to the clinic service (`kiosk.clinic_link`)."""

    def begin(self, consultation: str) -> None:
        """Whose facts follow."""

    def tell(self, facts: tuple[clinic.Fact, ...]) -> None:
        """Send until stored."""

    def send(self, message: clinic.BoothMessage) -> None:
        """Send if up."""

    def send_live(self, batch: clinic.BoothLive) -> None:
        """Send unless a newer one comes."""

    async def flush(self, seconds: float) -> bool:
        """Wait until all is stored."""


class Media(Protocol):
    """The media process."""

    def send(self, message: media.ToMedia) -> None:
        """Send if there."""


class Screen(Protocol):
    """The touch front end."""

    def show(self, view: screen.View) -> None:
        """Show this."""

    def show_live(self, live: screen.Live) -> None:
        """Draw this."""


class Oximeter(Protocol):
    """The instrument's driver; its events come into the inbox."""

    def arm(self, attempt: int) -> None:
        """Open the window; what is heard in it says which attempt it belongs to."""

    def disarm(self) -> None:
        """Close it."""


Signalling = clinic.CallOffer | clinic.CallCandidate
Input = happenings.Happening | Heard | Signalling | media.FromMedia | screen.IntentMessage
Inbox = asyncio.Queue[Input]


class ClinicEars:
    """What the link to the clinic hears, into the inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def clinic_up(self) -> None:
        """The link is up."""
        self._inbox.put_nowait(happenings.ClinicChanged(up=True))

    def clinic_down(self) -> None:
        """The link is down."""
        self._inbox.put_nowait(happenings.ClinicChanged(up=False))

    def clinic_says(self, message: clinic.ToBooth) -> None:
        """A message; the link keeps its own."""
        match message:
            case clinic.CallOffer() | clinic.CallCandidate():
                self._inbox.put_nowait(message)
            case (
                clinic.QueueState()
                | clinic.LeaseOffered()
                | clinic.LeaseEnded()
                | clinic.OrderSent()
                | clinic.DoctorPresence()
            ):
                self._inbox.put_nowait(happenings.FromClinic(message))
            case clinic.Welcomed() | clinic.FactsStored() | clinic.Refused():
                pass


class Conductor:
    """One patient's consultation. `run()` returns when this process has done its work."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        config: BoothConfig,
        software: str,
        storage: bool,
        folders: Folders,
        clock: WallClock,
        clinic_link: Clinic,
        media_link: Media,
        screen_link: Screen,
        oximeter: Oximeter | None,
        model: OximeterModel | None,
    ) -> None:
        self._config = config
        self._software = software
        self._folders = folders
        self._clock = clock
        self._clinic = clinic_link
        self._media = media_link
        self._screen = screen_link
        self._oximeter = oximeter
        self._model = model
        self._inbox = inbox
        self._log: AsyncLog | None = None
        self._facts = Facts()
        self._attempts: dict[int, Attempt] = {}
        self._armed: int | None = None
        self._refused = False  # by the disk, and not yet said in the log
        self._generation = 0
        self._shown: screen.View | None = None
        self._revision = 0
        self._over = False
        self._timers: set[asyncio.TimerHandle] = set()
        self.state = self._first_state(storage=storage)

    def _first_state(self, *, storage: bool) -> State:
        config = self._config
        simulated = (
            config.instruments.oximeter is not None and config.instruments.oximeter.simulated
        )
        readiness = {}
        if config.instruments.oximeter is None:
            readiness[Part.OXIMETER] = screen.ReadyState.ABSENT
        stage = Stage.UNAVAILABLE
        if storage:
            stage = Stage.HYGIENE if self._folders.hygiene_unconfirmed else Stage.WELCOME
        return State(
            stage=stage,
            around=Surroundings(
                readiness=readiness,
                simulated=frozenset({Part.OXIMETER} if simulated else ()),
                price_cents=config.price.consultation_cents,
                covered_cents=config.price.covered_cents,
            ),
        )

    # --- the one loop

    async def run(self) -> None:
        """Conduct until the patient has gone."""
        self._show()
        if self.state.stage is Stage.UNAVAILABLE:
            self._wake(UNAVAILABLE_SECONDS, "unavailable")
        while not self._over:
            await self._take(await self._inbox.get())
        await self._clinic.flush(FLUSH_SECONDS)

    async def close(self) -> None:
        """Let go of the log, as it stands."""
        for timer in self._timers:
            timer.cancel()
        if self._log is not None:
            await self._log.close()
            self._log = None

    async def _take(self, item: Input) -> None:
        match item:
            case screen.IntentMessage(revision=revision, intent=intent):
                if revision != self._revision and not isinstance(intent, ANY_PAGE):
                    LOG.info("intent_of_an_older_page_dropped")
                    return
                await self._happen(happenings.IntentMade(intent, self._clock.today()))
                self._show(touched=True)
            case (
                media.MediaHello()
                | media.Answered()
                | media.CallLink()
                | media.MediaStats()
                | media.CaptureLost()
                | media.CaptureBack()
            ):
                await self._media_says(item)
            case clinic.CallOffer() | clinic.CallCandidate():
                self._signal(item)
            case Heard(attempt=attempt, event=oximetry.LiveBatch() as batch):
                if attempt is not None and attempt == self._armed:
                    self._show_live(batch, attempt)
                return
            case Heard(attempt=attempt, event=event):
                await self._instrument_event(attempt, event)
            case _:
                await self._happen(item)
        self._show()

    async def _happen(self, happening: happenings.Happening) -> None:
        self.state, wanted = advance(self.state, happening)
        todo = deque(wanted)
        while todo:
            todo.extend(await self._carry_out(todo.popleft()))

    async def _carry_out(self, effect: effects.Effect) -> tuple[effects.Effect, ...]:
        """Do it; return what follows from it."""
        match effect:
            case effects.Open(language=language):
                return await self._open(language)
            case effects.Record(events=events):
                return await self._commit(tuple(New(event) for event in events))
            case effects.Arm(attempt=attempt):
                self._arm(attempt)
            case effects.Disarm():
                self._disarm()
            case effects.CloseCall():
                self._media.send(media.CloseCall())
            case effects.ShowSelf(on=on):
                self._media.send(media.SetSelfView(on))
            case effects.SetSound(muted=muted, volume=volume):
                self._media.send(media.SetMicrophone(muted))
                self._media.send(media.SetSpeaker(volume))
            case effects.Wake(seconds=seconds, what=what):
                self._wake(seconds, what)
            case effects.ConfirmHygiene():
                return await self._confirm_hygiene()
            case effects.CloseRecord():
                await self._close_record()
            case effects.Exit():
                self._over = True
            case _:
                self._tell_clinic(effect)
        return ()

    # --- the record

    async def _open(self, language: Language) -> tuple[effects.Effect, ...]:
        consultation = str(uuid.uuid4())
        config = self._config
        try:
            await asyncio.to_thread(self._folders.need_hygiene)
            created = await asyncio.to_thread(EventLog.create, self._folders.of(consultation))
        except RecordError as error:
            LOG.error("storage_failed what=open reason=%s", error)  # noqa: TRY400 - said whole
            return self._step(happenings.StorageFailed())
        self._log = AsyncLog(created, self._clock)
        opened = log.Opened(
            consultation=consultation,
            booth=config.booth.id,
            site=config.booth.site,
            software=self._software,
            language=language,
            price_cents=config.price.consultation_cents,
            covered_cents=config.price.covered_cents,
            instruments=() if self._oximeter is None else (Instrument.OXIMETER,),
            simulated=tuple(sorted(part.value for part in self.state.around.simulated)),
        )
        self._clinic.begin(consultation)
        return await self._commit((New(opened),))

    async def _confirm_hygiene(self) -> tuple[effects.Effect, ...]:
        try:
            await asyncio.to_thread(self._folders.confirm_hygiene)
        except RecordError as error:
            LOG.error("storage_failed what=hygiene reason=%s", error)  # noqa: TRY400 - said whole
            return self._step(happenings.StorageFailed())
        return ()

    async def _commit(self, events: tuple[New, ...]) -> tuple[effects.Effect, ...]:
        """Commit, then let it happen. Nothing here may be acknowledged before `append` returns."""
        if self._log is None:
            LOG.info("after_the_end_dropped events=%d", len(events))
            return ()
        if self._refused:
            events = (New(log.Incident("storage_failed")), *events)
        try:
            entries = await self._log.append(*events)
        except RecordError as error:
            LOG.error("storage_failed what=append reason=%s", error)  # noqa: TRY400 - said whole
            self._refused = True
            return self._step(happenings.StorageFailed(tuple(new.event for new in events)))
        self._refused = False
        return self._committed(entries)

    def _committed(self, entries: tuple[Entry, ...]) -> tuple[effects.Effect, ...]:
        follows: list[effects.Effect] = []
        for entry in entries:
            self._clinic.tell(self._facts.feed(entry))
            follows.extend(self._step(entry.event))
        return tuple(follows)

    def _step(self, happening: happenings.Happening) -> tuple[effects.Effect, ...]:
        self.state, wanted = advance(self.state, happening)
        return wanted

    async def _close_record(self) -> None:
        if self._log is None:
            return
        folder = self._log.folder
        await self._log.close()
        self._log = None
        try:
            await asyncio.to_thread(self._folders.mark_closed, folder)
        except RecordError as error:
            # The log is whole; the next process marks it.
            LOG.error("storage_failed what=close reason=%s", error)  # noqa: TRY400 - said whole

    # --- instruments

    def _arm(self, attempt: int) -> None:
        if self._oximeter is None or self._model is None:
            return
        settings = self._config.instruments.oximeter
        self._attempts[attempt] = Attempt(
            model=self._model,
            simulated=settings is not None and settings.simulated,
            coached=settings is not None and settings.coaching,
            attempt=attempt,
            order=self.state.case.asked,
            new_id=lambda: str(uuid.uuid4()),
        )
        self._armed = attempt
        self._oximeter.arm(attempt)

    def _disarm(self) -> None:
        if self._armed is not None and self._oximeter is not None:
            self._armed = None
            self._oximeter.disarm()

    async def _instrument_event(self, number: int | None, event: oximetry.Event) -> None:
        if isinstance(event, oximetry.Readiness):
            await self._happen(happenings.ReadinessChanged(Part.OXIMETER, event.state))
            return
        if isinstance(event, oximetry.Connected) and event.device.simulated:
            await self._happen(happenings.FoundSimulated(Part.OXIMETER))
        attempt = None if number is None else self._attempts.get(number)
        if attempt is None:
            return  # outside an armed window nothing is this patient's
        if number != self._armed and not isinstance(event, oximetry.Block):
            return  # that window is closed: only the bytes it received are still recorded
        for result in attempt.hear(event, self._clock.utc()):
            if isinstance(result, Commit):
                todo = deque(await self._commit(result.events))
                while todo:
                    todo.extend(await self._carry_out(todo.popleft()))
            else:
                await self._happen(result)
                self._show()

    def _show_live(self, batch: oximetry.LiveBatch, attempt: int) -> None:
        drawn = live(batch)
        self._screen.show_live(drawn)
        consultation = self.state.case.consultation
        if self.state.stage is Stage.CALL and consultation is not None:
            self._clinic.send_live(
                clinic.BoothLive(
                    consultation,
                    drawn.instrument,
                    attempt,
                    drawn.rate_hz,
                    drawn.start,
                    drawn.curve,
                    drawn.spo2,
                    drawn.pulse_rate,
                )
            )

    # --- picture and sound

    def _signal(self, message: clinic.CallOffer | clinic.CallCandidate) -> None:
        if message.consultation != self.state.case.consultation:
            return
        if message.generation < self._generation or self.state.stage is not Stage.CALL:
            return
        self._generation = message.generation
        if isinstance(message, clinic.CallOffer):
            self._media.send(media.AnswerOffer(message.generation, message.sdp))
        else:
            self._media.send(
                media.AddCandidate(message.generation, message.candidate, message.mid, message.line)
            )

    async def _media_says(self, message: media.FromMedia) -> None:
        match message:
            case media.MediaHello():
                await self._happen(
                    happenings.MediaUp(
                        message.camera,
                        message.microphone,
                        message.camera_simulated,
                        message.microphone_simulated,
                    )
                )
            case media.Answered(generation=generation, sdp=sdp):
                consultation = self.state.case.consultation
                if generation == self._generation and consultation is not None:
                    self._clinic.send(clinic.BoothAnswer(consultation, generation, sdp))
            case media.CallLink(generation=generation, state=state):
                health = _HEALTH.get(state)
                if generation == self._generation and health is not None:
                    await self._happen(happenings.CallChanged(health))
            case media.CaptureLost(what=what):
                await self._happen(happenings.CaptureChanged(what, back=False))
            case media.CaptureBack(what=what):
                await self._happen(happenings.CaptureChanged(what, back=True))
            case media.MediaStats(generation=generation):
                if generation == self._generation:
                    await self._happen(_seen(message))

    # --- the clinic and the screen

    def _tell_clinic(self, effect: effects.Effect) -> None:
        case = self.state.case
        consultation = case.consultation
        if consultation is None:
            return
        match effect:
            case effects.Join() if case.birth is not None and case.sex and case.reason:
                self._clinic.send(
                    clinic.JoinQueue(
                        consultation,
                        self._clock.utc(),
                        self.state.language,
                        case.reason,
                        case.birth.age_years,
                        case.sex,
                    )
                )
            case effects.LeaveRoom():
                self._clinic.send(clinic.LeaveQueue(consultation))
            case effects.ConfirmLease(lease=lease, accepted=accepted):
                self._clinic.send(clinic.ConfirmLease(consultation, lease, accepted))
            case effects.RequestCall():
                self._clinic.send(clinic.RequestCall(consultation))
            case effects.SayClosed():
                self._clinic.send(clinic.CloseConsultation(consultation))
            case effects.TakeOrder(order=order, refused=refused):
                self._clinic.send(clinic.OrderTaken(consultation, order, refused))

    def _wake(self, seconds: float, what: str) -> None:
        loop = asyncio.get_running_loop()
        self._timers.add(loop.call_later(seconds, self._inbox.put_nowait, happenings.TimeUp(what)))

    def _show(self, *, touched: bool = False) -> None:
        """Send the view if it changed. Its revision changes with what can be touched."""
        fresh = view(self.state, self._revision)
        if touched or self._shown is None or _touchable(fresh) != _touchable(self._shown):
            self._revision += 1
            fresh = view(self.state, self._revision)
        if fresh != self._shown:
            self._shown = fresh
            self._screen.show(fresh)


_HEALTH = {
    media.LinkState.CONNECTED: happenings.CallHealth.CONNECTED,
    media.LinkState.STALLED: happenings.CallHealth.STALLED,
    media.LinkState.FAILED: happenings.CallHealth.FAILED,
    media.LinkState.CLOSED: happenings.CallHealth.CLOSED,
}


def _seen(stats: media.MediaStats) -> happenings.PicturesSeen:
    return happenings.PicturesSeen(
        doctor=happenings.Seen(stats.frames_received, stats.received_content, stats.received_flat),
        patient=happenings.Seen(stats.frames_sent, stats.sent_content, stats.sent_flat),
    )


def _touchable(shown: screen.View) -> tuple[object, ...]:
    """What decides what a touch means: not the curve's progress, not the queue's length."""
    measuring = getattr(shown.page, "measuring", None)
    phase = None if measuring is None else (measuring.phase, measuring.attempt)
    return (type(shown.page), shown.dialog, phase)
