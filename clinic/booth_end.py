"""The booth's end of `contracts.clinic`: what the service does with each `BoothMessage`."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from clinic import records, waiting_room
from clinic.errors import Refusal
from clinic.hub import BoothLink, Hub, checked_id
from clinic.outbox import Outbox
from clinic.records import Consultation, Ended, Waits
from clinic.sign_in import SignIn
from clinic.waiting_room import Place
from contracts.clinic import (
    PROTOCOL,
    BoothAnswer,
    BoothFacts,
    BoothHello,
    BoothLive,
    BoothMessage,
    CallAnswer,
    CloseConsultation,
    ConfirmLease,
    ConsultationClosed,
    CurveFact,
    DoctorPresence,
    Fact,
    FactsStored,
    JoinQueue,
    LeaseConfirmed,
    LeaseEnded,
    LeaseLost,
    LeaseOffered,
    LeaveQueue,
    LiveBatch,
    MeasurementFact,
    OrderSent,
    OrderState,
    OrderTaken,
    Refused,
    RequestCall,
    SendReport,
    Welcomed,
)
from contracts.measurement import Present

REPLACED = 4001  # close code
OLDEST = 130
FASTEST_CURVE = 1000  # Hz
LONGEST_CURVE = 4  # s of curve in one message; a fact is a second, a live batch less
HIGHEST_SPO2 = 100
HIGHEST_PULSE_RATE = 350  # /min; devices say "no value" by numbers above, such as 511

_log = logging.getLogger(__name__)


class BoothEnd:
    """One connected booth. `receive` each message in turn; `leave` when the connection ends."""

    def __init__(self, hub: Hub, booth: str, outbox: Outbox, sign_in: SignIn) -> None:
        self._hub = hub
        self._booth = booth
        self._outbox = outbox
        self._sign_in = sign_in
        self._link: BoothLink | None = None

    async def receive(self, message: BoothMessage) -> None:
        """Do what the message asks. Raises `Refusal`, `StoreError`."""
        if self._link is None:
            if not isinstance(message, BoothHello):
                raise Refusal("hello_first", "send booth_hello first", fatal=True)
            await self._hello(message)
            return
        if self._hub.booths.get(self._booth) is not self._link:
            raise Refusal("replaced", "this booth connected again", fatal=True)
        match message:
            case BoothHello():
                raise Refusal("hello_twice", "send booth_hello once a connection")
            case BoothFacts():
                await self._facts(self._link, message)
            case BoothLive():
                self._live(message)
            case JoinQueue():
                await self._join(self._link, message)
            case LeaveQueue():
                await self._leave_queue(message)
            case ConfirmLease():
                await self._confirm(self._link, message)
            case RequestCall():
                await self._request_call(message)
            case BoothAnswer():
                await self._answer(message)
            case OrderTaken():
                await self._order_taken(message)
            case CloseConsultation():
                await self._close(self._link, message)

    def leave(self) -> None:
        """The connection has ended."""
        if self._link is not None and self._hub.booths.get(self._booth) is self._link:
            del self._hub.booths[self._booth]
            self._hub.booth_speaks_of(self._link, None)
            _log.info("booth_disconnected booth=%s", self._booth)

    # --- connection ------------------------------------------------------------------------

    async def _hello(self, hello: BoothHello) -> None:
        if hello.protocol != PROTOCOL:
            raise Refusal("protocol", f"this service speaks protocol {PROTOCOL}", fatal=True)
        if hello.booth != self._booth:
            raise Refusal("booth_mismatch", "say the booth the token was made for", fatal=True)
        if len(hello.site) > 200:
            raise Refusal("site_too_long", "a site has at most 200 characters", fatal=True)
        stored = 0
        if hello.consultation is not None:
            async with self._hub.holding(checked_id(hello.consultation)) as found:
                known = await self._mine(found, hello.consultation)
                stored = known.stored if known is not None else 0
                self._register(hello, stored)
                if isinstance(known, Consultation):
                    await self._catch_up(known)
        else:
            self._register(hello, stored)
            await self._nobody_here()
        _log.info("booth_connected booth=%s", self._booth)

    def _register(self, hello: BoothHello, stored: int) -> None:
        before = self._hub.booths.get(self._booth)
        self._link = BoothLink(self._booth, hello.site, hello.simulated, self._outbox)
        self._hub.booths[self._booth] = self._link
        self._outbox.send(Welcomed(stored))
        if before is not None:
            before.outbox.close(REPLACED, "this booth connected again")
            self._link.consultation = before.consultation  # so that only a change is told
        self._hub.booth_speaks_of(self._link, hello.consultation)
        self._hub.publish_soon()

    async def _catch_up(self, known: Consultation) -> None:
        """Send again what the booth may have missed."""
        lease = known.place.lease
        if lease is not None and not lease.confirmed:
            self._offer_lease(known)
        elif known.doctor is not None and not known.dismissed:
            online = bool(self._hub.pages_of(known.doctor))
            self._outbox.send(DoctorPresence(known.id, online))
        orders = await self._hub.database.do(
            functools.partial(records.read_orders, consultation=known.id)
        )
        for row in orders:
            if row.state == records.STORED:
                self._outbox.send(OrderSent(known.id, row.order))

    def _offer_lease(self, known: Consultation) -> None:
        lease = known.place.lease
        doctor = self._sign_in.doctor(lease.doctor) if lease is not None else None
        if lease is not None and doctor is not None:
            self._outbox.send(LeaseOffered(known.id, lease.id, doctor))

    async def _mine(
        self, found: Consultation | None, consultation: str
    ) -> Consultation | Ended | None:
        """Return what is known of it, having checked that it is this booth's."""
        known = found if found is not None else await self._hub.ended(consultation)
        if known is not None and known.booth != self._booth:
            raise Refusal("not_yours", "that consultation is another booth's")
        return known

    async def _mine_or_new(
        self, link: BoothLink, found: Consultation | None, consultation: str
    ) -> Consultation | Ended:
        known = await self._mine(found, consultation)
        if known is not None:
            return known
        return Consultation(
            id=consultation,
            booth=link.booth,
            site=link.site,
            simulated=link.simulated,
            heard_at=self._hub.clock.now(),
        )

    async def _open(self, found: Consultation | None, consultation: str) -> Consultation:
        """Return it if it is this booth's and not closed."""
        known = await self._mine(found, consultation)
        if not isinstance(known, Consultation):
            raise Refusal("consultation_unknown", "join the queue first", strike=False)
        if known.closed_at is not None:
            raise Refusal("consultation_closed", "start a new consultation", strike=False)
        return known

    # --- the queue -------------------------------------------------------------------------

    async def _join(self, link: BoothLink, message: JoinQueue) -> None:
        if message.since.tzinfo is None:
            raise Refusal("time_without_zone", "send times with their offset")
        if not 0 <= message.age_years <= OLDEST:
            raise Refusal("age_impossible", f"age_years is from 0 to {OLDEST}")
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._mine_or_new(link, found, message.consultation)
            if isinstance(known, Ended) or known.closed_at is not None:
                raise Refusal("consultation_closed", "start a new consultation", strike=False)
            self._hub.booth_speaks_of(link, known.id)
            lease = known.place.lease
            if lease is not None and lease.confirmed:
                self._offer_lease(known)  # the booth does not know yet: it confirms again
                return
            now = self._hub.clock.now()
            first = known.waits.since if known.waits is not None else None
            waits = Waits(
                since=waiting_room.since_kept(first, message.since, now),
                language=message.language,
                reason=message.reason,
                age_years=message.age_years,
                sex=message.sex,
            )
            await self._hub.commit(
                msgspec.structs.replace(
                    known,
                    site=link.site,
                    simulated=link.simulated,
                    waits=waits,
                    heard_at=now,
                    place=Place(waiting=True, lease=lease),
                )
            )
        await self._others_left(message.consultation)

    async def _others_left(self, consultation: str) -> None:
        """A booth has one patient: whoever waited there before has left."""
        for other in list(self._hub.consultations.values()):
            if other.booth == self._booth and other.id != consultation and other.place.waiting:
                async with self._hub.holding(other.id) as found:
                    if found is not None and found.place.waiting:
                        await self._hub.leave_queue(found)

    async def _leave_queue(self, message: LeaveQueue) -> None:
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._mine(found, message.consultation)
            if not isinstance(known, Consultation) or known.closed_at is not None:
                return
            if known.generation == 0:  # later, nobody waits: a call has begun
                await self._hub.leave_queue(known)

    async def _confirm(self, link: BoothLink, message: ConfirmLease) -> None:
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._mine(found, message.consultation)
            if not isinstance(known, Consultation) or known.closed_at is not None:
                self._outbox.send(LeaseEnded(message.consultation, message.lease))
                return
            self._hub.booth_speaks_of(link, known.id)
            lease = known.place.lease
            place = waiting_room.confirm(known.place, message.lease, self._hub.clock.monotonic())
            if lease is None or place is None:
                self._outbox.send(LeaseEnded(known.id, message.lease))
                return
            if lease.confirmed:  # said again
                self._presence(known)
                return
            if not message.accepted:
                self._hub.believe(msgspec.structs.replace(known, place=waiting_room.IN_QUEUE))
                self._hub.to_doctor(lease.doctor, LeaseLost(known.id, "not_confirmed"))
                return
            now = self._hub.clock.now()
            known = await self._hub.commit(
                msgspec.structs.replace(known, place=place, met_at=now, heard_at=now)
            )
            for page in self._hub.pages_of(lease.doctor):
                page.outbox.send(LeaseConfirmed(known.id))
                self._hub.follow(page, known, after=0)
            self._hub.booth_presence(known.id, online=True)
            self._presence(known)

    def _presence(self, known: Consultation) -> None:
        if known.doctor is not None:
            online = bool(self._hub.pages_of(known.doctor))
            self._outbox.send(DoctorPresence(known.id, online))

    # --- the call --------------------------------------------------------------------------

    async def _request_call(self, message: RequestCall) -> None:
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._open(found, message.consultation)
            if known.doctor is None or known.dismissed:
                raise Refusal("no_doctor", "wait for a lease and confirm it", strike=False)
            if known.call_ended:
                raise Refusal("call_ended", "the doctor ended the call", strike=False)
            await self._hub.invite(known)

    async def _answer(self, message: BoothAnswer) -> None:
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._open(found, message.consultation)
            if message.generation > known.generation:
                raise Refusal("generation_unknown", "answer the generation of the call offer")
            if message.generation < known.generation or not known.call_open:
                return
            known = await self._hub.commit(
                msgspec.structs.replace(known, answered=message.generation)
            )
            page = self._hub.call_page(known.doctor) if known.doctor is not None else None
            if page is not None:
                page.outbox.send(CallAnswer(known.id, message.generation, message.sdp))

    def _live(self, message: BoothLive) -> None:
        _check_curve(message.rate_hz, message.curve)
        _check_live("spo2", message.spo2, HIGHEST_SPO2)
        _check_live("pulse_rate", message.pulse_rate, HIGHEST_PULSE_RATE)
        known = self._hub.consultations.get(message.consultation)
        if known is None or known.booth != self._booth or known.doctor is None:
            return
        if known.closed_at is not None:
            return
        batch = LiveBatch(**msgspec.structs.asdict(message))
        encoded = msgspec.json.encode(batch)
        for page in self._hub.pages_of(known.doctor):
            if known.held_by(page.login) and known.id in page.sent:
                page.outbox.live(encoded)

    # --- facts and orders ------------------------------------------------------------------

    async def _facts(self, link: BoothLink, message: BoothFacts) -> None:
        _check_facts(message.facts)
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._mine_or_new(link, found, message.consultation)
            last = message.facts[-1].number if message.facts else 0
            if isinstance(known, Ended):
                if last > known.stored:
                    raise Refusal(
                        "consultation_ended", "its record here is closed for good", strike=False
                    )
                self._outbox.send(FactsStored(known.consultation, known.stored))
                return
            self._hub.booth_speaks_of(link, known.id)
            refused = await self._misfit(known, message.facts)
            if refused is not None:
                _log.warning("facts_refused booth=%s code=%s", self._booth, refused.code)
                self._outbox.send(refused)
                self._outbox.send(FactsStored(known.id, known.stored))
                return
            new = [fact for fact in message.facts if fact.number > known.stored]
            if new:
                changed = msgspec.structs.replace(
                    known, stored=last, heard_at=self._hub.clock.now()
                )
                known = await self._hub.commit(
                    changed, functools.partial(records.add_facts, facts=new)
                )
            self._outbox.send(FactsStored(known.id, known.stored))
            self._hub.facts_added(known)

    async def _misfit(self, known: Consultation, facts: Sequence[Fact]) -> Refused | None:
        """Return why these facts do not continue what is stored, None when they do."""
        if not facts:
            return None
        first = facts[0].number
        in_order = all(fact.number == first + place for place, fact in enumerate(facts))
        if not in_order or not 1 <= first <= known.stored + 1:
            return Refused("facts_gap", "send facts in order, from the one after those stored")
        again = [fact for fact in facts if fact.number <= known.stored]
        if again:
            stored = await self._hub.database.do(
                functools.partial(
                    records.read_facts, consultation=known.id, after=first - 1, limit=len(again)
                )
            )
            if tuple(again) != stored:
                return Refused(
                    "fact_conflict", "a fact, once stored, does not change: give a new number"
                )
        return None

    async def _order_taken(self, message: OrderTaken) -> None:
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._mine(found, message.consultation)
            if not isinstance(known, Consultation):
                return  # said again, after all was done
            row = await self._hub.database.do(
                functools.partial(
                    records.read_order, consultation=known.id, order=checked_id(message.order)
                )
            )
            if row is None:
                raise Refusal("order_unknown", "acknowledge the orders of this consultation")
            if row.state != records.STORED:
                return
            is_report = isinstance(row.order.body, SendReport)
            changed = msgspec.structs.replace(
                known,
                heard_at=self._hub.clock.now(),
                report_taken=known.report_taken or (is_report and message.refused is None),
            )
            known = await self._hub.commit(
                changed,
                functools.partial(
                    records.settle_order, order=message.order, refused=message.refused
                ),
            )
            state = records.TAKEN if message.refused is None else records.REFUSED
            if known.doctor is not None:
                told = OrderState(known.id, message.order, state, message.refused)
                self._hub.to_doctor(known.doctor, told)
            await self._hub.end_if_over(known)

    async def _close(self, link: BoothLink, message: CloseConsultation) -> None:
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = await self._mine(found, message.consultation)
            if isinstance(known, Consultation) and known.closed_at is None:
                await self._patient_gone(known)
        if link.consultation == message.consultation:
            self._hub.booth_speaks_of(link, None)

    async def _patient_gone(self, known: Consultation) -> None:
        """Close it and tell its doctor. Only under `holding`."""
        lease = known.place.lease
        confirmed = lease is not None and lease.confirmed
        known = await self._hub.commit(
            msgspec.structs.replace(
                known,
                closed_at=self._hub.clock.now(),
                place=Place(waiting=False, lease=lease if confirmed else None),
            )
        )
        if lease is not None and not confirmed:
            self._hub.to_doctor(lease.doctor, LeaseLost(known.id, "left"))
        elif known.doctor is not None and not known.dismissed:
            told = ConsultationClosed(known.id, reported=known.report is not None)
            self._hub.to_doctor(known.doctor, told)
        await self._hub.end_if_over(known)

    async def _nobody_here(self) -> None:
        """An idle booth holds no patient: what its process held died with it."""
        for other in list(self._hub.consultations.values()):
            if other.booth == self._booth and other.closed_at is None:
                async with self._hub.holding(other.id) as found:
                    if found is not None and found.closed_at is None:
                        await self._patient_gone(found)


def _check_facts(facts: Sequence[Fact]) -> None:
    for fact in facts:
        if fact.at.tzinfo is None:
            raise Refusal("time_without_zone", "send times with their offset")
        if isinstance(fact.body, CurveFact):
            _check_curve(fact.body.rate_hz, fact.body.samples)
        if isinstance(fact.body, MeasurementFact):
            result = fact.body.measurement.result
            if isinstance(result, Present) and not Decimal(result.value).is_finite():
                raise Refusal("not_a_number", "a value that is absent is sent as absent")


def _check_curve(rate_hz: int, samples: Sequence[float]) -> None:
    """Refuse what would take a doctor's page without end to draw."""
    if not 1 <= rate_hz <= FASTEST_CURVE or len(samples) > rate_hz * LONGEST_CURVE:
        raise Refusal(
            "curve_impossible",
            f"send at most {LONGEST_CURVE} s of curve at once, at 1 to {FASTEST_CURVE} Hz",
        )


def _check_live(what: str, number: int | None, highest: int) -> None:
    if number is not None and not 0 <= number <= highest:
        raise Refusal("not_a_value", f"{what} is from 0 to {highest}; what is absent is null")
