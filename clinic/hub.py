"""What the booth's end and the doctor's end of the service share: who is connected, what is true.

The truth of a consultation is its `Consultation`, mirrored in the database. It changes only while
its lock is held, and only after the change is committed: what memory says has always survived.
Unconfirmed leases are the exception: they live in memory alone, and die with the process.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import re
import sqlite3
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from clinic import records, waiting_room
from clinic.clock import Clock
from clinic.database import Database
from clinic.errors import Refusal
from clinic.outbox import Outbox
from clinic.records import Consultation, Ended
from clinic.waiting_room import Place
from contracts.clinic import (
    BoothPresence,
    CallInvited,
    DoctorPresence,
    LeaseEnded,
    LeaseLost,
    QueueState,
    WaitingList,
    WaitingPatient,
)
from contracts.consultation import Doctor

ABSENT_SECONDS = 600.0  # a booth unheard of for so long: its patient no longer waits
SWEEP_SECONDS = 60.0
ENDED_KEPT = timedelta(days=7)
SESSION_ENDED = 4003  # close code

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class BoothLink:
    """A booth's connection. `consultation`: the one it speaks of now."""

    booth: str
    site: str
    simulated: bool
    outbox: Outbox
    consultation: str | None = None


@dataclass(eq=False)
class Page:
    """A connected page of a doctor. `sent`: up to which fact, for each consultation it follows."""

    login: str
    doctor: Doctor
    session: bytes
    session_expires: float
    outbox: Outbox
    sent: dict[str, int] = field(default_factory=dict)


def checked_id(text: str) -> str:
    """Return `text`, a UUID. Raises `Refusal`: free text as an id could name a patient."""
    if _UUID.fullmatch(text) is None:
        raise Refusal("id_malformed", "ids are UUIDs in lower case with hyphens")
    return text


def booth_presence_of(consultation: Consultation, *, online: bool) -> BoothPresence:
    """Return what a doctor is told of the booth; `simulated` goes wherever the values go."""
    return BoothPresence(
        consultation.id, online, site=consultation.site, simulated=consultation.simulated
    )


class Hub:
    """Connections, consultations, and what follows for others when one of them changes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        new_id: Callable[[], str],
        consultation_minutes: int,
        retention: timedelta,
    ) -> None:
        self.database = database
        self.clock = clock
        self.new_id = new_id
        self.booths: dict[str, BoothLink] = {}
        self.pages: list[Page] = []  # oldest first
        self.consultations: dict[str, Consultation] = {}
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._absent_since: dict[str, float] = {}
        self._durations: list[float] = []
        self._default_minutes = consultation_minutes
        self._retention = retention
        self._publishing = False
        self._swept_at = clock.monotonic()
        self._log_emptied = False  # a process may have died between a deletion and this

    async def load(self) -> None:
        """Take up what the database holds."""
        for consultation in await self.database.do(records.load):
            self.consultations[consultation.id] = consultation
            self._absent_since[consultation.id] = self.clock.monotonic()
        self._durations = await self.database.do(records.read_durations)

    # --- the truth of a consultation -------------------------------------------------------

    @asynccontextmanager
    async def holding(self, consultation: str) -> AsyncIterator[Consultation | None]:
        """Hold the consultation's lock; gives what is true of it, None if it is not known."""
        lock = self._locks.get(consultation)
        if lock is None:
            lock = asyncio.Lock()
            self._locks[consultation] = lock
        async with lock:
            found = self.consultations.get(consultation)
            if found is not None and waiting_room.expired(found.place, self.clock.monotonic()):
                found = self._lose_lease(found, "not_confirmed")
            yield found

    async def commit(
        self,
        changed: Consultation,
        write: Callable[[sqlite3.Connection, Consultation], None] = records.save,
    ) -> Consultation:
        """Write, then believe. Only under `holding`. Raises `StoreError` and believes nothing."""
        await self.database.do(lambda connection: write(connection, changed))
        self.believe(changed)
        return changed

    def believe(self, changed: Consultation) -> None:
        """Take as true in memory only (an unconfirmed lease), and tell who waits."""
        before = self.consultations.get(changed.id)
        self.consultations[changed.id] = changed
        if before is None or (before.place, before.waits) != (changed.place, changed.waits):
            self.publish_soon()

    async def ended(self, consultation: str) -> Ended | None:
        """Return what is left of a consultation that is no more."""
        return await self.database.do(
            functools.partial(records.read_ended, consultation=consultation)
        )

    def _lose_lease(self, consultation: Consultation, reason: str) -> Consultation:
        """Put a patient back in the queue in memory; tell the doctor and the booth."""
        lease = consultation.place.lease
        changed = msgspec.structs.replace(consultation, place=waiting_room.IN_QUEUE)
        self.believe(changed)
        if lease is not None:
            self.to_doctor(lease.doctor, LeaseLost(consultation.id, reason))
            self.to_booth(consultation.id, LeaseEnded(consultation.id, lease.id))
        return changed

    # --- who is connected ------------------------------------------------------------------

    def booth_of(self, consultation: str) -> BoothLink | None:
        """Return the booth that speaks of this consultation now."""
        known = self.consultations.get(consultation)
        link = self.booths.get(known.booth) if known is not None else None
        return link if link is not None and link.consultation == consultation else None

    def pages_of(self, login: str) -> list[Page]:
        """Return a doctor's pages, oldest first."""
        return [page for page in self.pages if page.login == login]

    def call_page(self, login: str) -> Page | None:
        """Return the page that has the call: the newest."""
        pages = self.pages_of(login)
        return pages[-1] if pages else None

    def to_doctor(self, login: str, message: msgspec.Struct) -> None:
        """Send to all pages of a doctor."""
        for page in self.pages_of(login):
            page.outbox.send(message)

    def to_booth(self, consultation: str, message: msgspec.Struct) -> None:
        """Send to the booth if it is connected; what is durable is sent again when it comes."""
        link = self.booth_of(consultation)
        if link is not None:
            link.outbox.send(message)

    def booth_speaks_of(self, link: BoothLink, consultation: str | None) -> None:
        """Note which consultation a booth is at; its doctors learn of it."""
        before, link.consultation = link.consultation, consultation
        if before == consultation:
            return
        for changed, online in ((before, False), (consultation, True)):
            if changed is not None:
                self.booth_presence(changed, online=online)

    def booth_presence(self, consultation: str, *, online: bool) -> None:
        """Tell the doctor of a consultation whether its booth is there."""
        if online:
            self._absent_since.pop(consultation, None)
        else:
            self._absent_since[consultation] = self.clock.monotonic()
        known = self.consultations.get(consultation)
        if known is not None and known.doctor is not None and known.held_by(known.doctor):
            self.to_doctor(known.doctor, booth_presence_of(known, online=online))
        self.publish_soon()

    def doctor_presence(self, login: str) -> None:
        """Tell the booths of a doctor's consultations whether any page of theirs is there."""
        online = bool(self.pages_of(login))
        for consultation in self.consultations.values():
            if consultation.doctor == login and not consultation.dismissed:
                self.to_booth(consultation.id, DoctorPresence(consultation.id, online))
        self.publish_soon()

    # --- what more than one end does -------------------------------------------------------

    async def invite(self, consultation: Consultation) -> Consultation:
        """Give the call a new generation, and ask the doctor's newest page to offer."""
        changed = await self.commit(
            msgspec.structs.replace(consultation, generation=consultation.generation + 1)
        )
        page = self.call_page(changed.doctor) if changed.doctor is not None else None
        if page is not None:
            page.outbox.send(CallInvited(changed.id, changed.generation))
        return changed

    def follow(self, page: Page, consultation: Consultation, after: int) -> None:
        """From now on this page gets the consultation's facts above `after`."""
        page.sent[consultation.id] = min(after, consultation.stored)
        page.outbox.facts_due(consultation.id, consultation.stored)

    def facts_added(self, consultation: Consultation) -> None:
        """Facts were committed: they are due at the pages that follow."""
        for page in self.pages:
            if consultation.id in page.sent and consultation.held_by(page.login):
                page.outbox.facts_due(consultation.id, consultation.stored)

    async def add_duration(self, seconds: float) -> None:
        """Keep how long a consultation took; estimates rest on it."""
        await self.database.do(functools.partial(records.add_duration, seconds=seconds))
        self._durations = [*self._durations, seconds][-records.MOST_DURATIONS :]

    async def leave_queue(self, consultation: Consultation) -> None:
        """The patient no longer waits; a doctor who had not begun the call loses them."""
        lease = consultation.place.lease
        await self.commit(msgspec.structs.replace(consultation, place=Place(), met_at=None))
        if lease is not None:
            self.to_doctor(lease.doctor, LeaseLost(consultation.id, "left"))
            self.unfollow(lease.doctor, consultation.id)

    def unfollow(self, login: str, consultation: str) -> None:
        """Stop the consultation's facts at all pages of a doctor."""
        for page in self.pages_of(login):
            page.sent.pop(consultation, None)

    async def end_if_over(self, consultation: Consultation) -> bool:
        """Delete all that is a patient's once nobody may need it. Only under `holding`."""
        now = self.clock.now()
        if not self._over(consultation, now):
            return False
        await self.database.do(
            functools.partial(records.end, consultation=consultation, at=now.timestamp())
        )
        self.consultations.pop(consultation.id, None)
        self._absent_since.pop(consultation.id, None)
        for page in self.pages:
            page.sent.pop(consultation.id, None)
        self.publish_soon()
        self._log_emptied = await self.database.empty_log()
        _log.info("consultation_ended booth=%s", consultation.booth)
        return True

    def _over(self, consultation: Consultation, now: datetime) -> bool:
        if consultation.closed_at is None:
            silent = now - consultation.heard_at > self._retention
            return silent and self.booth_of(consultation.id) is None
        nobody_signs = consultation.doctor is None or consultation.dismissed
        if consultation.report_taken or (nobody_signs and consultation.report is None):
            return True
        return now - consultation.closed_at > self._retention

    # --- what time does --------------------------------------------------------------------

    async def tick(self) -> None:
        """End what time ends: leases, absences, sessions, retention."""
        now = self.clock.monotonic()
        for identifier, consultation in list(self.consultations.items()):
            if waiting_room.expired(consultation.place, now):
                async with self.holding(identifier):
                    pass  # taking hold is what lets an expired lease go
        for identifier, since in list(self._absent_since.items()):
            absent = self.consultations.get(identifier)
            if absent is None:
                self._absent_since.pop(identifier, None)
            elif absent.place.waiting and now - since >= ABSENT_SECONDS:
                async with self.holding(identifier) as found:
                    if found is not None and found.place.waiting:
                        await self.leave_queue(found)
        epoch = self.clock.now().timestamp()
        for page in self.pages:
            if page.session_expires <= epoch:
                page.outbox.close(SESSION_ENDED, "session ended: sign in again")
        if not self._log_emptied:
            self._log_emptied = await self.database.empty_log()
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            await self.sweep()

    async def sweep(self) -> None:
        """Delete what its time to be kept has passed for."""
        now = self.clock.now()
        for identifier in list(self.consultations):
            async with self.holding(identifier) as found:
                if found is not None:
                    await self.end_if_over(found)
        await self.database.do(functools.partial(records.forget_expired, now=now.timestamp()))
        before = (now - ENDED_KEPT).timestamp()
        await self.database.do(functools.partial(records.forget_ended, before=before))

    # --- who waits -------------------------------------------------------------------------

    def publish_soon(self) -> None:
        """Tell pages and booths who waits, once for all that changes in this turn of the loop."""
        if not self._publishing:
            self._publishing = True
            asyncio.get_running_loop().call_soon(self._publish)

    def _publish(self) -> None:
        self._publishing = False
        order = waiting_room.queue(
            (found.waits.since, found.id)
            for found in self.consultations.values()
            if found.place.waiting and found.waits is not None
        )
        for page in self.pages:
            rows = [self._row(self.consultations[each], page.login) for each in order]
            patients = tuple(row for row in rows if row is not None)
            page.outbox.snapshot("waiting", WaitingList(patients))
        doctors = len({page.login for page in self.pages})
        positions = {identifier: place for place, identifier in enumerate(order, start=1)}
        for link in self.booths.values():
            position = positions.get(link.consultation) if link.consultation is not None else None
            if position is None or link.consultation is None:
                link.outbox.forget_snapshot("queue")
                continue
            estimate = waiting_room.estimate_minutes(
                position, doctors, self._durations, self._default_minutes
            )
            link.outbox.snapshot(
                "queue", QueueState(link.consultation, position, estimate, doctors)
            )

    def _row(self, consultation: Consultation, login: str) -> WaitingPatient | None:
        """What a doctor's list says of a patient; None: another doctor has claimed them."""
        waits, lease = consultation.waits, consultation.place.lease
        if waits is None or (lease is not None and lease.doctor != login):
            return None
        return WaitingPatient(
            consultation=consultation.id,
            booth=consultation.booth,
            site=consultation.site,
            since=waits.since,
            language=waits.language,
            reason=waits.reason,
            age_years=waits.age_years,
            sex=waits.sex,
            simulated=consultation.simulated,
            booth_online=self.booth_of(consultation.id) is not None,
            mine=lease is not None,
        )
