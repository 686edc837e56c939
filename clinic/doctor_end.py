"""The doctor's end of `contracts.clinic`: what the service does with each `DoctorMessage`.

A doctor sees facts, and gives orders, only of consultations they hold (`Consultation.held_by`).
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable

import msgspec

from clinic import records, waiting_room
from clinic.errors import Refusal
from clinic.hub import SESSION_ENDED, Hub, Page, booth_presence_of, checked_id
from clinic.outbox import FactsDue
from clinic.records import Consultation
from clinic.waiting_room import AlreadyConfirmed, Granted, NotWaiting, Taken
from contracts.clinic import (
    PROTOCOL,
    CallCandidate,
    CallOffer,
    Candidate,
    Claim,
    ConsultationClosed,
    DoctorHello,
    DoctorMessage,
    DoctorWelcomed,
    EndCall,
    Facts,
    LeaseConfirmed,
    LeaseEnded,
    LeaseLost,
    LeaseOffered,
    LetGo,
    Offer,
    Order,
    OrderSent,
    OrderState,
    PlaceOrder,
    SendReport,
    SignReport,
)
from contracts.consultation import Report

FACTS_A_MESSAGE = 100
LONGEST_REPORT = 20_000
LONGEST_OFFER = 100_000  # characters; a browser's has some 10,000
LONGEST_CANDIDATE = 1_000

_log = logging.getLogger(__name__)


class DoctorEnd:
    """One connected page. `receive` each message in turn; `leave` when the connection ends.

    `signed_in` says whether the page's session is still open.
    """

    def __init__(self, hub: Hub, page: Page, signed_in: Callable[[], Awaitable[bool]]) -> None:
        self._hub = hub
        self._page = page
        self._signed_in = signed_in
        self._welcomed = False

    async def receive(self, message: DoctorMessage) -> None:
        """Do what the message asks. Raises `Refusal`, `StoreError`."""
        if not self._welcomed:
            if not isinstance(message, DoctorHello):
                raise Refusal("hello_first", "send doctor_hello first", fatal=True)
            await self._hello(message)
            return
        match message:
            case DoctorHello():
                raise Refusal("hello_twice", "send doctor_hello once a connection")
            case Claim():
                await self._claim(message)
            case LetGo():
                await self._let_go(message)
            case Offer() | Candidate():
                self._signal(message)
            case PlaceOrder():
                await self._place_order(message)
            case SignReport():
                await self._sign(message)

    async def facts(self, due: FactsDue) -> Facts | None:
        """Return the next facts this page is due, None when there are no more (for it)."""
        known = self._hub.consultations.get(due.consultation)
        after = self._page.sent.get(due.consultation)
        if known is None or after is None or after >= due.number:
            return None
        if not known.held_by(self._page.login):
            return None
        facts = await self._hub.database.do(
            functools.partial(
                records.read_facts,
                consultation=due.consultation,
                after=after,
                limit=FACTS_A_MESSAGE,
            )
        )
        if not facts or self._page.sent.get(due.consultation) != after:
            return None  # ended, let go or begun anew meanwhile
        self._page.sent[due.consultation] = facts[-1].number
        return Facts(due.consultation, facts)

    async def leave(self) -> None:
        """The connection has ended."""
        if self._page not in self._hub.pages:
            return
        had_call = self._hub.call_page(self._page.login) is self._page
        self._hub.pages.remove(self._page)
        _log.info("page_disconnected")
        if not self._hub.pages_of(self._page.login):
            self._hub.doctor_presence(self._page.login)
        elif had_call:
            await self._invite_next_page()

    # --- connection ------------------------------------------------------------------------

    async def _hello(self, hello: DoctorHello) -> None:
        if hello.protocol != PROTOCOL:
            raise Refusal("protocol", "load the page again: its version is not ours", fatal=True)
        if hello.after < 0:
            raise Refusal("after_negative", "after is the number of the last fact had, or 0")
        asked = None if hello.consultation is None else checked_id(hello.consultation)
        page = self._page
        # Asked again: who signed out since the connection began did not find this page in the hub.
        # Nothing is awaited between the answer and its place there.
        if not await self._signed_in():
            page.outbox.close(SESSION_ENDED, "signed out")
            return
        current = self._current(asked)
        self._welcomed = True
        self._hub.pages.append(page)
        page.outbox.send(DoctorWelcomed(page.doctor, current, self._hub.clock.now()))
        if len(self._hub.pages_of(page.login)) == 1:
            self._hub.doctor_presence(page.login)
        self._hub.publish_soon()
        _log.info("page_connected")
        if asked is not None and asked != current:
            await self._tell_gone(asked)
        if current is not None:
            await self._resume(current, hello.after if asked == current else 0)

    def _current(self, asked: str | None) -> str | None:
        """Return the consultation this doctor is in: the one asked for, or the last met."""
        held = [
            known for known in self._hub.consultations.values() if known.held_by(self._page.login)
        ]
        if any(known.id == asked for known in held):
            return asked
        held.sort(key=lambda known: (known.closed_at is None, known.met_at or known.heard_at))
        return held[-1].id if held else None

    async def _tell_gone(self, asked: str) -> None:
        """The page thinks of a consultation that is no longer its doctor's."""
        known = self._hub.consultations.get(asked) or await self._hub.ended(asked)
        if known is not None and known.doctor == self._page.login:
            self._page.outbox.send(ConsultationClosed(asked, reported=known.report is not None))
        else:
            self._page.outbox.send(LeaseLost(asked, "left"))

    async def _resume(self, current: str, after: int) -> None:
        async with self._hub.holding(current) as known:
            if known is None or not known.held_by(self._page.login):
                return
            outbox = self._page.outbox
            online = self._hub.booth_of(known.id) is not None
            outbox.send(booth_presence_of(known, online=online))
            self._hub.follow(self._page, known, after)
            orders = await self._hub.database.do(
                functools.partial(records.read_orders, consultation=known.id)
            )
            for row in orders:
                outbox.send(OrderState(known.id, row.order.id, row.state, row.refused))
            if known.closed_at is not None:
                outbox.send(ConsultationClosed(known.id, reported=known.report is not None))
            unanswered = known.answered < known.generation
            if known.call_open and (after == 0 or unanswered):
                await self._hub.invite(known)

    async def _invite_next_page(self) -> None:
        """The page that had the call is gone: the call moves to the doctor's newest other."""
        for each in list(self._hub.consultations.values()):
            if each.doctor == self._page.login and each.call_open:
                async with self._hub.holding(each.id) as known:
                    if known is not None and known.call_open:
                        await self._hub.invite(known)

    # --- the queue -------------------------------------------------------------------------

    async def _claim(self, message: Claim) -> None:
        login = self._page.login
        async with self._hub.holding(checked_id(message.consultation)) as known:
            if known is None:
                self._page.outbox.send(LeaseLost(message.consultation, "left"))
                return
            self._refuse_if_busy(known)
            result = waiting_room.claim(
                known.place, login, self._hub.new_id(), self._hub.clock.monotonic()
            )
            match result:
                case Granted(place):
                    self._hub.believe(msgspec.structs.replace(known, place=place))
                    if place.lease is not None:
                        offered = LeaseOffered(known.id, place.lease.id, self._page.doctor)
                        self._hub.to_booth(known.id, offered)
                case AlreadyConfirmed() if known.held_by(login):
                    self._page.outbox.send(LeaseConfirmed(known.id))
                    if known.id not in self._page.sent:
                        self._hub.follow(self._page, known, after=0)
                case Taken():
                    self._page.outbox.send(LeaseLost(known.id, "taken"))
                case NotWaiting() | AlreadyConfirmed():
                    self._page.outbox.send(LeaseLost(known.id, "left"))

    def _refuse_if_busy(self, wanted: Consultation) -> None:
        for other in self._hub.consultations.values():
            if other.id == wanted.id or (other.closed_at is not None and other.generation == 0):
                continue
            lease = other.place.lease
            offered = lease is not None and not lease.confirmed and lease.doctor == self._page.login
            unsigned = other.held_by(self._page.login) and other.report is None
            if offered or unsigned:
                raise Refusal(
                    "busy", "sign the report of the patient in hand, or let them go", strike=False
                )

    async def _let_go(self, message: LetGo) -> None:
        login = self._page.login
        async with self._hub.holding(checked_id(message.consultation)) as known:
            lease = known.place.lease if known is not None else None
            if known is None or lease is None or lease.doctor != login:
                return  # said again, or lost meanwhile: the page knows or is about to
            begun = known.generation > 0 or known.closed_at is not None
            if not lease.confirmed:
                self._hub.believe(msgspec.structs.replace(known, place=waiting_room.IN_QUEUE))
                self._hub.to_booth(known.id, LeaseEnded(known.id, lease.id))
            elif known.report is None and not begun:
                await self._hub.commit(
                    msgspec.structs.replace(known, place=waiting_room.IN_QUEUE, met_at=None)
                )
                self._hub.unfollow(login, known.id)
                self._hub.to_booth(known.id, LeaseEnded(known.id, lease.id))
            elif known.report is None and known.generation > 0:
                raise Refusal(
                    "report_missing",
                    "end the call and sign a report (the patient may have left)",
                    strike=False,
                )
            else:
                changed = await self._hub.commit(msgspec.structs.replace(known, dismissed=True))
                self._hub.unfollow(login, changed.id)
                await self._hub.end_if_over(changed)

    # --- the call --------------------------------------------------------------------------

    def _signal(self, message: Offer | Candidate) -> None:
        """Pass on what belongs to the newest call; an older one's, or an older page's, is dropped.

        No lock: it changes nothing, and candidates must not wait for a commit.
        """
        known = self._hub.consultations.get(message.consultation)
        if known is None or not known.held_by(self._page.login):
            raise Refusal("not_yours", "claim the patient first", strike=False)
        text, longest = (
            (message.sdp, LONGEST_OFFER)
            if isinstance(message, Offer)
            else (message.candidate, LONGEST_CANDIDATE)
        )
        if len(text) > longest:
            raise Refusal("signal_too_long", f"send at most {longest} characters")
        if message.generation > known.generation:
            raise Refusal("generation_unknown", "offer for the generation invited")
        newest = self._hub.call_page(self._page.login) is self._page
        if message.generation < known.generation or not known.call_open or not newest:
            return
        if isinstance(message, Offer):
            self._hub.to_booth(known.id, CallOffer(**msgspec.structs.asdict(message)))
        else:
            self._hub.to_booth(known.id, CallCandidate(**msgspec.structs.asdict(message)))

    # --- orders ----------------------------------------------------------------------------

    async def _place_order(self, message: PlaceOrder) -> None:
        async with self._hub.holding(checked_id(message.consultation)) as found:
            known = self._held(found)
            order = Order(checked_id(message.id), message.body)
            if await self._said_again(known, order):
                return
            if known.closed_at is not None:
                raise Refusal("consultation_closed", "the booth takes no more", strike=False)
            ends = isinstance(message.body, EndCall)
            changed = msgspec.structs.replace(known, call_ended=known.call_ended or ends)
            await self._store(changed, order)

    async def _sign(self, message: SignReport) -> None:
        if not message.text.strip() or len(message.text) > LONGEST_REPORT:
            raise Refusal("report_length", f"write 1 to {LONGEST_REPORT} characters", strike=False)
        identifier = checked_id(message.id)
        async with self._hub.holding(checked_id(message.consultation)) as found:
            if await self._signed_before(found, message):
                return
            known = self._held(found)
            now = self._hub.clock.now()
            report = Report(
                id=identifier,
                doctor=self._page.doctor,
                outcome=message.outcome,
                text=message.text,
                signed_at=now.isoformat(),
            )
            changed = msgspec.structs.replace(known, report=identifier)
            await self._store(changed, Order(identifier, SendReport(report)))
            if changed.met_at is not None:
                await self._hub.add_duration(max(0.0, (now - changed.met_at).total_seconds()))

    async def _signed_before(self, found: Consultation | None, message: SignReport) -> bool:
        """Answer a report that is signed already; a second one is refused."""
        known = found if found is not None else await self._hub.ended(message.consultation)
        if known is None or known.doctor != self._page.login or known.report is None:
            return False
        if known.report != message.id:
            raise Refusal("already_reported", "this consultation has its report", strike=False)
        row = await self._hub.database.do(
            functools.partial(
                records.read_order, consultation=message.consultation, order=message.id
            )
        )
        if row is None:  # deleted: the booth had taken it
            self._page.outbox.send(OrderState(message.consultation, message.id, records.TAKEN))
            return True
        body = row.order.body
        same = isinstance(body, SendReport) and (body.report.text, body.report.outcome) == (
            message.text,
            message.outcome,
        )
        if not same:
            raise Refusal("already_reported", "a signed report does not change", strike=False)
        self._page.outbox.send(OrderState(message.consultation, message.id, row.state, row.refused))
        return True

    async def _said_again(self, known: Consultation, order: Order) -> bool:
        row = await self._hub.database.do(
            functools.partial(records.read_order, consultation=known.id, order=order.id)
        )
        if row is None:
            return False
        if row.order != order:
            raise Refusal("order_conflict", "give a new order a new id")
        self._page.outbox.send(OrderState(known.id, order.id, row.state, row.refused))
        return True

    async def _store(self, changed: Consultation, order: Order) -> None:
        await self._hub.commit(changed, functools.partial(records.add_order, order=order))
        self._hub.to_doctor(self._page.login, OrderState(changed.id, order.id, records.STORED))
        self._hub.to_booth(changed.id, OrderSent(changed.id, order))

    def _held(self, found: Consultation | None) -> Consultation:
        if found is None or not found.held_by(self._page.login):
            raise Refusal("not_yours", "claim the patient first", strike=False)
        return found
