"""One consultation on the clinic plane, as the booth and the page live it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from clinic import database
from clinic.booth_end import REPLACED
from contracts.clinic import (
    AskMeasurement,
    BoothAnswer,
    BoothFacts,
    BoothLive,
    BoothPresence,
    CallAnswer,
    CallCandidate,
    CallInvited,
    CallOffer,
    Candidate,
    Claim,
    CloseConsultation,
    ConfirmLease,
    ConsultationClosed,
    DoctorHello,
    DoctorPresence,
    DoctorWelcomed,
    EndCall,
    Facts,
    FactsStored,
    LeaseConfirmed,
    LeaseEnded,
    LeaseLost,
    LeaseOffered,
    LeaveQueue,
    LetGo,
    LiveBatch,
    Offer,
    OrderSent,
    OrderState,
    OrderTaken,
    PlaceOrder,
    QueueState,
    Refused,
    RequestCall,
    SendReport,
    SignReport,
    WaitingList,
    Welcomed,
)
from contracts.consultation import Instrument, Outcome
from tests.clinic.peers import (
    NAME,
    Booth,
    Page,
    RunningClinic,
    connect_booth,
    connect_page,
    eventually,
    facts,
    new_id,
    patient,
    request,
    said,
    sign_in,
    spo2,
    status,
)
from tests.mutation import red_under


async def meet(clinic: RunningClinic) -> tuple[Booth, Page, str, str]:
    """A patient with two facts on record, met by Dr Martin."""
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, patient(1, clinic.now()), spo2(2, clinic.now())))
    await booth.join(consultation, clinic.now())
    cookie = await sign_in(clinic.url)
    page = await connect_page(clinic.url, cookie)
    await page.sees(consultation)
    await booth.meets(page, consultation)
    return booth, page, consultation, cookie


async def call(booth: Booth, page: Page, consultation: str) -> int:
    await booth.send(RequestCall(consultation))
    generation = (await page.until(CallInvited)).generation
    await page.send(Offer(consultation, generation, "offer"))
    await booth.until(CallOffer)
    await booth.send(BoothAnswer(consultation, generation, "answer"))
    await page.until(CallAnswer)
    return generation


async def facts_up_to(page: Page, number: int) -> list[int]:
    got: list[int] = []
    while not got or got[-1] < number:
        got += [fact.number for fact in (await page.until(Facts)).facts]
    return got


async def test_a_consultation_from_the_waiting_room_to_the_report(clinic: RunningClinic) -> None:
    at, consultation = clinic.now(), new_id()
    booth = await connect_booth(clinic.url, at, consultation)
    await booth.send(facts(consultation, patient(1, at), spo2(2, at)))
    assert await booth.until(FactsStored) == FactsStored(consultation, 2)
    await booth.join(consultation, at)
    assert await booth.until(QueueState) == QueueState(consultation, 1, None, 0)

    page = await connect_page(clinic.url, await sign_in(clinic.url))
    row = (await page.until(WaitingList, lambda each: bool(each.patients))).patients[0]
    assert (row.consultation, row.booth, row.site) == (consultation, "booth-1", "Lille")
    assert (row.since, row.booth_online, row.mine, row.simulated) == (at, True, False, True)
    assert await booth.until(QueueState) == QueueState(consultation, 1, 15, 1)

    await page.send(Claim(consultation))
    offered = await booth.until(LeaseOffered)
    assert (offered.doctor.name, offered.doctor.rpps) == ("Dr Martin", "10001234567")
    assert (await page.until(WaitingList, lambda each: bool(each.patients))).patients[0].mine
    assert not page.of(Facts)  # not before the booth has confirmed
    await booth.send(ConfirmLease(consultation, offered.lease, accepted=True))
    await page.until(LeaseConfirmed)
    assert await facts_up_to(page, 2) == [1, 2]
    assert (await booth.until(DoctorPresence)).online

    await booth.send(facts(consultation, status(3, at, "ready")))
    assert await facts_up_to(page, 3) == [3]
    await booth.send(RequestCall(consultation))
    assert (await page.until(CallInvited)).generation == 1
    await page.send(Candidate(consultation, 1, "candidate", "0", 0))  # may come before the offer
    await page.send(Offer(consultation, 1, "v=0 offer"))
    assert await booth.until(CallCandidate) == CallCandidate(consultation, 1, "candidate", "0", 0)
    assert await booth.until(CallOffer) == CallOffer(consultation, 1, "v=0 offer")
    await booth.send(BoothAnswer(consultation, 1, "v=0 answer"))
    assert await page.until(CallAnswer) == CallAnswer(consultation, 1, "v=0 answer")

    live = BoothLive(consultation, Instrument.OXIMETER, 1, 75, 0, (0.5, 0.25), 97, 72)
    await booth.send(live)
    batch = await page.until(LiveBatch)
    assert (batch.curve, batch.spo2, batch.start) == ((0.5, 0.25), 97, 0)

    ask = new_id()
    await page.send(PlaceOrder(consultation, ask, AskMeasurement(Instrument.OXIMETER)))
    assert await page.until(OrderState) == OrderState(consultation, ask, "stored")
    assert (await booth.until(OrderSent)).order.body == AskMeasurement(Instrument.OXIMETER)
    await booth.send(OrderTaken(consultation, ask))
    assert await page.until(OrderState) == OrderState(consultation, ask, "taken")

    end = new_id()
    await page.send(PlaceOrder(consultation, end, EndCall()))
    await booth.until(OrderSent)
    await booth.send(OrderTaken(consultation, end))
    report = new_id()
    clinic.clock.advance(600)
    await page.send(SignReport(consultation, report, Outcome.RESOLVED, "Rest and drink."))
    sent = (await booth.until(OrderSent)).order
    assert sent.id == report
    assert isinstance(sent.body, SendReport)
    assert (sent.body.report.text, sent.body.report.doctor.name) == ("Rest and drink.", "Dr Martin")
    assert sent.body.report.signed_at == clinic.now().isoformat()
    await booth.send(OrderTaken(consultation, report))
    await page.until(OrderState, lambda each: (each.id, each.state) == (report, "taken"))
    await booth.send(CloseConsultation(consultation))
    assert await page.until(ConsultationClosed) == ConsultationClosed(consultation, reported=True)
    await booth.close()
    await page.close()


async def test_a_reloaded_page_gets_everything_again_and_a_newer_call(
    clinic: RunningClinic,
) -> None:
    booth, page, consultation, cookie = await meet(clinic)
    first = await call(booth, page, consultation)
    ask = new_id()
    await page.send(PlaceOrder(consultation, ask, AskMeasurement(Instrument.OXIMETER)))
    await booth.until(OrderSent)
    await page.close()
    await booth.until(DoctorPresence, lambda each: not each.online)
    await booth.send(facts(consultation, said(3, clinic.now())))
    await booth.until(FactsStored, lambda each: each.number == 3)

    again = await connect_page(clinic.url, cookie)
    assert again.of(DoctorWelcomed)[0].current == consultation
    there = await again.until(BoothPresence)
    assert there == BoothPresence(consultation, online=True, site="Lille", simulated=True)
    assert await facts_up_to(again, 3) == [1, 2, 3]
    assert (await again.until(OrderState)).id == ask
    assert (await again.until(CallInvited)).generation == first + 1
    await booth.until(DoctorPresence, lambda each: each.online)

    # what belongs to the older call is dropped at both ends
    await again.send(Candidate(consultation, first, "old", None, None))
    await again.send(Candidate(consultation, first + 1, "new", None, None))
    assert (await booth.until(CallCandidate)).candidate == "new"
    await booth.send(BoothAnswer(consultation, first, "old"))
    await booth.send(BoothAnswer(consultation, first + 1, "new"))
    assert (await again.until(CallAnswer)).sdp == "new"


async def test_a_living_page_that_reconnects_keeps_its_call_and_gets_the_rest(
    clinic: RunningClinic,
) -> None:
    booth, page, consultation, cookie = await meet(clinic)
    generation = await call(booth, page, consultation)
    await page.close()
    await booth.send(facts(consultation, said(3, clinic.now())))
    await booth.until(FactsStored, lambda each: each.number == 3)
    again = await connect_page(clinic.url, cookie, consultation, after=2)
    assert await facts_up_to(again, 3) == [3]
    await booth.send(RequestCall(consultation))
    assert (await again.until(CallInvited)).generation == generation + 1
    assert [each.generation for each in again.of(CallInvited)] == [generation + 1]


async def test_media_lost_at_the_booth_gives_a_newer_call(clinic: RunningClinic) -> None:
    booth, page, consultation, _ = await meet(clinic)
    first = await call(booth, page, consultation)
    assert await call(booth, page, consultation) == first + 1


async def test_no_call_after_the_doctor_ended_it(clinic: RunningClinic) -> None:
    booth, page, consultation, cookie = await meet(clinic)
    generation = await call(booth, page, consultation)
    await page.send(PlaceOrder(consultation, new_id(), EndCall()))
    await booth.until(OrderSent)
    await booth.send(RequestCall(consultation))
    assert (await booth.until(Refused)).code == "call_ended"
    await page.close()
    again = await connect_page(clinic.url, cookie)
    await again.send(Offer(consultation, generation, "late"))
    await again.send(PlaceOrder(consultation, new_id(), AskMeasurement(Instrument.OXIMETER)))
    await booth.until(OrderSent)
    assert len(booth.of(CallOffer)) == 1  # the late one went nowhere
    assert not again.of(CallInvited)


async def test_facts_sent_again_are_stored_once(clinic: RunningClinic) -> None:
    at, consultation = clinic.now(), new_id()
    booth = await connect_booth(clinic.url, at, consultation)
    sent = [patient(1, at), spo2(2, at), status(3, at)]
    await booth.send(facts(consultation, *sent[:2]))
    await booth.until(FactsStored, lambda each: each.number == 2)
    await booth.send(facts(consultation, *sent))
    assert await booth.until(FactsStored) == FactsStored(consultation, 3)
    await booth.send(facts(consultation))
    assert await booth.until(FactsStored) == FactsStored(consultation, 3)
    again = await connect_booth(clinic.url, at, consultation)
    assert again.of(Welcomed) == [Welcomed(3)]
    assert stored_facts(clinic) == 3


async def test_a_gap_is_refused_and_the_booth_told_what_is_stored(clinic: RunningClinic) -> None:
    at, consultation = clinic.now(), new_id()
    booth = await connect_booth(clinic.url, at, consultation)
    await booth.send(facts(consultation, said(1, at)))
    await booth.until(FactsStored)
    for wrong in ([3], [2, 4], [2, 2], [0], [-1], [3, 2], [10**30]):
        await booth.send(facts(consultation, *(said(number, at) for number in wrong)))
        assert (await booth.until(Refused)).code == "facts_gap"
        assert await booth.until(FactsStored) == FactsStored(consultation, 1)
    assert stored_facts(clinic) == 1


async def test_a_fact_never_changes(
    clinic: RunningClinic, caplog: pytest.LogCaptureFixture
) -> None:
    at, consultation = clinic.now(), new_id()
    booth = await connect_booth(clinic.url, at, consultation)
    await booth.send(facts(consultation, patient(1, at), spo2(2, at, "97")))
    await booth.until(FactsStored)
    await booth.send(facts(consultation, spo2(2, at, "79"), said(3, at)))
    assert (await booth.until(Refused)).code == "fact_conflict"
    assert await booth.until(FactsStored) == FactsStored(consultation, 2)
    assert "fact_conflict" in caplog.text
    assert "79" not in caplog.text.replace(str(at.year), "")
    assert stored_facts(clinic) == 2


@red_under(
    "clinic/hub.py",
    old="await self.database.do(lambda connection: write(connection, changed))",
    new="asyncio.ensure_future(self.database.do(lambda connection: write(connection, changed)))",
)
async def test_nothing_is_acknowledged_before_it_is_committed(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, said(1, clinic.now())))
    await booth.until(FactsStored)
    other = sqlite3.connect(clinic.folder / "clinic.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # nobody else can commit now
    await booth.send(facts(consultation, said(2, clinic.now())))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.7):
            await booth.until(FactsStored)
    # meanwhile the loop serves on (503: no page is built here)
    assert (await request(clinic.url, "GET", "/doctor/")).status == 503
    other.execute("ROLLBACK")
    other.close()
    assert await booth.until(FactsStored) == FactsStored(consultation, 2)


async def test_what_cannot_be_stored_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    clinic = RunningClinic(tmp_path)
    await clinic.start()
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, said(1, clinic.now())))
    await booth.until(FactsStored)
    other = sqlite3.connect(tmp_path / "clinic.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await booth.send(facts(consultation, said(2, clinic.now())))
    assert (await booth.until(Refused)).code == "storage"
    with pytest.raises(ConnectionClosed) as closed:
        await booth.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013
    with pytest.raises(InvalidStatus) as refused:
        await connect_booth(clinic.url, clinic.now())
    assert refused.value.response.status_code == 503
    other.execute("ROLLBACK")
    other.close()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    assert booth.of(Welcomed) == [Welcomed(1)]
    await booth.send(facts(consultation, said(2, clinic.now())))
    assert await booth.until(FactsStored) == FactsStored(consultation, 2)
    await clinic.stop()


async def test_an_order_is_sent_until_it_is_taken(clinic: RunningClinic) -> None:
    booth, page, consultation, _ = await meet(clinic)
    await booth.close()
    await page.until(BoothPresence, lambda each: not each.online)
    ask = new_id()
    order = PlaceOrder(consultation, ask, AskMeasurement(Instrument.OXIMETER))
    await page.send(order)
    assert (await page.until(OrderState)).state == "stored"
    await page.send(order)  # said again: the same order
    assert (await page.until(OrderState)).state == "stored"
    for _ in range(2):  # not taken: sent again at each connection
        booth = await connect_booth(clinic.url, clinic.now(), consultation)
        assert (await booth.until(OrderSent)).order.id == ask
        await booth.close()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.until(OrderSent)
    await booth.send(OrderTaken(consultation, ask, refused="busy"))
    taken = OrderState(consultation, ask, "refused", "busy")
    assert await page.until(OrderState, lambda each: each.state != "stored") == taken
    await booth.close()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, said(3, clinic.now())))
    await booth.until(FactsStored)
    assert not booth.of(OrderSent)
    await page.send(PlaceOrder(consultation, ask, EndCall()))
    assert (await page.until(Refused)).code == "order_conflict"


async def test_two_doctors_one_patient(clinic: RunningClinic) -> None:
    _, _, consultation, _ = await meet(clinic)
    second = await connect_page(clinic.url, await sign_in(clinic.url, "durand"))
    await second.send(Claim(consultation))
    assert await second.until(LeaseLost) == LeaseLost(consultation, "taken")
    assert not any(each.patients for each in second.of(WaitingList))


async def test_claims_that_race_have_one_winner(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.join(consultation, clinic.now())
    pages = [
        await connect_page(clinic.url, await sign_in(clinic.url, login))
        for login in ("martin", "durand")
    ]
    for page in pages:
        await page.sees(consultation)
    await asyncio.gather(*(page.send(Claim(consultation)) for page in pages))
    offered = await booth.until(LeaseOffered)
    loser = pages[1] if offered.doctor.name == "Dr Martin" else pages[0]
    assert await loser.until(LeaseLost) == LeaseLost(consultation, "taken")
    await booth.send(ConfirmLease(consultation, offered.lease, accepted=True))
    winner = pages[0] if loser is pages[1] else pages[1]
    await winner.until(LeaseConfirmed)
    assert len(booth.of(LeaseOffered)) == 1


async def test_an_unconfirmed_lease_runs_out(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.join(consultation, clinic.now())
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    await page.send(Claim(consultation))
    offered = await booth.until(LeaseOffered)
    clinic.clock.advance(30.0)
    assert await page.until(LeaseLost) == LeaseLost(consultation, "not_confirmed")
    assert await booth.until(LeaseEnded) == LeaseEnded(consultation, offered.lease)
    await booth.send(ConfirmLease(consultation, offered.lease, accepted=True))  # too late
    assert await booth.until(LeaseEnded) == LeaseEnded(consultation, offered.lease)
    await page.send(Claim(consultation))
    assert (await booth.until(LeaseOffered)).lease != offered.lease


async def test_a_confirmed_lease_does_not_run_out(clinic: RunningClinic) -> None:
    _, page, consultation, _ = await meet(clinic)
    clinic.clock.advance(3 * 3600)
    second = await connect_page(clinic.url, await sign_in(clinic.url, "durand"))
    await second.send(Claim(consultation))
    assert (await second.until(LeaseLost)).reason == "taken"
    assert not page.of(LeaseLost)


async def test_the_booth_says_no(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.join(consultation, clinic.now())
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    await page.send(Claim(consultation))
    offered = await booth.until(LeaseOffered)
    await booth.send(ConfirmLease(consultation, offered.lease, accepted=False))
    assert await page.until(LeaseLost) == LeaseLost(consultation, "not_confirmed")


async def test_a_patient_let_go_waits_again_in_the_same_place(clinic: RunningClinic) -> None:
    booth, page, consultation, _ = await meet(clinic)
    since = clinic.now()
    clinic.clock.advance(60)
    await page.send(LetGo(consultation))
    await booth.until(LeaseEnded)
    row = (await page.until(WaitingList, lambda each: bool(each.patients))).patients[0]
    assert (row.since, row.mine) == (since, False)
    await booth.join(consultation, clinic.now())  # as at each reconnection: the first since stays
    await booth.send(facts(consultation, said(3, clinic.now())))
    await booth.until(FactsStored, lambda each: each.number == 3)
    second = await connect_page(clinic.url, await sign_in(clinic.url, "durand"))
    await second.sees(consultation)
    assert second.of(WaitingList)[-1].patients[0].since == since
    await booth.meets(second, consultation)
    assert await facts_up_to(second, 3) == [1, 2, 3]
    assert not [each for each in page.of(Facts) if each.facts[-1].number > 2]


async def test_a_patient_in_a_call_is_not_let_go_without_a_report(clinic: RunningClinic) -> None:
    booth, page, consultation, _ = await meet(clinic)
    await call(booth, page, consultation)
    await page.send(LetGo(consultation))
    assert (await page.until(Refused)).code == "report_missing"


async def test_a_patient_who_leaves_is_lost_to_the_doctor(clinic: RunningClinic) -> None:
    booth, page, consultation, _ = await meet(clinic)
    await booth.send(LeaveQueue(consultation))
    assert await page.until(LeaseLost) == LeaseLost(consultation, "left")
    await page.send(Claim(consultation))
    assert await page.until(LeaseLost) == LeaseLost(consultation, "left")


async def test_a_doctor_has_one_patient_at_a_time(clinic: RunningClinic) -> None:
    _, page, consultation, _ = await meet(clinic)
    other = new_id()
    second = await connect_booth(clinic.url, clinic.now(), other, booth="booth-2")
    await second.join(other, clinic.now())
    await page.sees(other)
    await page.send(Claim(other))
    assert (await page.until(Refused)).code == "busy"
    await page.send(SignReport(consultation, new_id(), Outcome.REASSURED, "All is well."))
    await page.until(OrderState)
    await second.meets(page, other)


@red_under(
    "clinic/records.py",
    old="return self.doctor == doctor and",
    new="return self.doctor is not None and",
)
async def test_another_doctor_sees_and_orders_nothing(clinic: RunningClinic) -> None:
    booth, page, consultation, _ = await meet(clinic)
    await call(booth, page, consultation)
    cookie = await sign_in(clinic.url, "durand")
    other = await connect_page(clinic.url, cookie, consultation)
    assert await other.until(LeaseLost) == LeaseLost(consultation, "left")
    await other.send(PlaceOrder(consultation, new_id(), EndCall()))
    assert (await other.until(Refused)).code == "not_yours"
    await other.send(SignReport(consultation, new_id(), Outcome.RESOLVED, "Mine."))
    assert (await other.until(Refused)).code == "not_yours"
    await other.send(Offer(consultation, 1, "mine"))
    assert (await other.until(Refused)).code == "not_yours"
    await booth.send(facts(consultation, said(3, clinic.now())))
    assert 3 in await facts_up_to(page, 3)
    assert not other.of(Facts)


async def test_before_the_booth_confirms_the_doctor_sees_nothing(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, patient(1, clinic.now())))
    await booth.join(consultation, clinic.now())
    cookie = await sign_in(clinic.url)
    page = await connect_page(clinic.url, cookie)
    await page.send(Claim(consultation))
    await booth.until(LeaseOffered)
    second = await connect_page(clinic.url, cookie, consultation)
    assert (await second.until(LeaseLost)).consultation == consultation
    await second.send(PlaceOrder(consultation, new_id(), EndCall()))
    assert (await second.until(Refused)).code == "not_yours"
    assert not second.of(Facts)
    assert not page.of(Facts)


async def test_of_two_tabs_the_newest_has_the_call_and_both_have_the_facts(
    clinic: RunningClinic,
) -> None:
    booth, first, consultation, cookie = await meet(clinic)
    second = await connect_page(clinic.url, cookie)
    assert await facts_up_to(second, 2) == [1, 2]
    await booth.send(facts(consultation, said(3, clinic.now())))
    assert await facts_up_to(second, 3) == [3]
    assert (await facts_up_to(first, 3))[-1] == 3
    await booth.send(RequestCall(consultation))
    generation = (await second.until(CallInvited)).generation
    await first.send(Offer(consultation, generation, "from the older tab"))
    await second.send(Offer(consultation, generation, "from the newest tab"))
    assert (await booth.until(CallOffer)).sdp == "from the newest tab"
    await second.close()  # the call moves to the tab that is left
    assert (await first.until(CallInvited)).generation == generation + 1


async def test_a_booth_that_connects_again_replaces_itself(clinic: RunningClinic) -> None:
    booth, page, consultation, _ = await meet(clinic)
    again = await connect_booth(clinic.url, clinic.now(), consultation)
    with pytest.raises(ConnectionClosed) as closed:
        await booth.until(BoothFacts)  # nothing comes but the end
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == REPLACED
    assert (await again.until(DoctorPresence)).online
    await again.send(facts(consultation, said(3, clinic.now())))
    assert (await facts_up_to(page, 3))[-1] == 3
    assert all(each.online for each in page.of(BoothPresence))  # it never seemed gone


async def test_a_booth_that_missed_the_offer_gets_it_again(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.join(consultation, clinic.now())
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    await page.sees(consultation)
    await booth.close()
    await page.until(WaitingList, lambda each: not each.patients[0].booth_online)
    await page.send(Claim(consultation))
    await page.until(WaitingList, lambda each: each.patients[0].mine)
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    offered = await booth.until(LeaseOffered)
    await booth.send(ConfirmLease(consultation, offered.lease, accepted=True))
    await page.until(LeaseConfirmed)
    # the booth forgot (it died before it could log): it joins again, and meets the same doctor
    await booth.join(consultation, clinic.now())
    assert await booth.until(LeaseOffered) == offered
    await booth.send(ConfirmLease(consultation, offered.lease, accepted=True))
    assert (await booth.until(DoctorPresence)).online


async def test_a_report_is_signed_once_also_after_closing(clinic: RunningClinic) -> None:
    booth, page, consultation, cookie = await meet(clinic)
    await call(booth, page, consultation)
    await booth.send(CloseConsultation(consultation))
    assert await page.until(ConsultationClosed) == ConsultationClosed(consultation, reported=False)
    await page.close()
    page = await connect_page(clinic.url, cookie)
    assert await facts_up_to(page, 2) == [1, 2]  # still needed to write
    await page.until(ConsultationClosed)
    report = new_id()
    sign = SignReport(consultation, report, Outcome.PATIENT_LEFT, "Left.")
    for _ in range(2):
        await page.send(sign)
        assert await page.until(OrderState) == OrderState(consultation, report, "stored")
    await page.send(SignReport(consultation, new_id(), Outcome.RESOLVED, "Another."))
    assert (await page.until(Refused)).code == "already_reported"
    await page.send(SignReport(consultation, report, Outcome.RESOLVED, "Changed."))
    assert (await page.until(Refused)).code == "already_reported"
    await page.close()
    page = await connect_page(clinic.url, cookie, consultation)  # signed: facts are no more theirs
    assert await page.until(ConsultationClosed) == ConsultationClosed(consultation, reported=True)
    assert not page.of(Facts)
    assert page.of(DoctorWelcomed)[0].current is None

    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    assert (await booth.until(OrderSent)).order.id == report
    await booth.send(OrderTaken(consultation, report))
    assert (await page.until(OrderState)).state == "taken"
    await page.send(sign)
    assert await page.until(OrderState) == OrderState(consultation, report, "taken")


async def test_once_signed_and_taken_nothing_of_the_patient_is_left(
    clinic: RunningClinic,
) -> None:
    booth, page, consultation, _ = await meet(clinic)
    report = new_id()
    clinic.clock.advance(300)
    await page.send(SignReport(consultation, report, Outcome.RESOLVED, f"{NAME} may go."))
    await booth.until(OrderSent)
    await booth.send(OrderTaken(consultation, report))
    assert NAME.encode() in on_disk(clinic)
    await booth.send(CloseConsultation(consultation))
    await page.until(ConsultationClosed)
    await booth.send(facts(consultation, patient(1, clinic.now())))
    assert await booth.until(FactsStored) == FactsStored(consultation, 2)  # after the deletion
    assert NAME.encode() not in on_disk(clinic)
    assert stored_facts(clinic) == 0
    assert durations(clinic) == [300.0]


async def test_a_backup_that_reads_only_delays_the_deletion(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, patient(1, clinic.now())))
    await booth.until(FactsStored)
    backup = sqlite3.connect(clinic.folder / "clinic.sqlite", isolation_level=None)
    backup.execute("BEGIN")
    assert backup.execute("SELECT count(*) FROM facts").fetchone() == (1,)
    await booth.send(CloseConsultation(consultation))
    await booth.send(facts(consultation))
    await booth.until(FactsStored)
    assert NAME.encode() in on_disk(clinic)
    backup.execute("ROLLBACK")
    backup.close()
    await eventually(lambda: NAME.encode() not in on_disk(clinic))


async def test_a_patient_nobody_met_leaves_nothing(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, patient(1, clinic.now())))
    await booth.join(consultation, clinic.now())
    await booth.send(LeaveQueue(consultation))
    await booth.send(CloseConsultation(consultation))
    await booth.send(facts(consultation))
    await booth.until(FactsStored, lambda each: each.number == 1)
    await booth.until(FactsStored)
    assert NAME.encode() not in on_disk(clinic)


@pytest.mark.parametrize("closes", [True, False])
async def test_what_nobody_signs_goes_after_the_retention(
    clinic: RunningClinic, closes: bool
) -> None:
    booth, page, consultation, _ = await meet(clinic)
    await call(booth, page, consultation)
    if closes:
        await booth.send(CloseConsultation(consultation))
        await page.until(ConsultationClosed)
    await booth.close()
    if not closes:
        await page.until(BoothPresence, lambda each: not each.online)
    clinic.clock.advance(23 * 3600)
    await sign_in(clinic.url)
    assert stored_facts(clinic) == 2
    clinic.clock.advance(2 * 3600)
    await eventually(lambda: stored_facts(clinic) == 0)
    await eventually(lambda: NAME.encode() not in on_disk(clinic))


async def test_the_estimate_rests_on_what_consultations_took(clinic: RunningClinic) -> None:
    cookie = await sign_in(clinic.url)
    page = await connect_page(clinic.url, cookie)
    booth = await connect_booth(clinic.url, clinic.now())
    for minutes in (4, 30, 8):
        consultation = new_id()
        await booth.join(consultation, clinic.now())
        state = await booth.until(QueueState)
        assert state.consultation == consultation
        assert state.estimate_minutes == 15
        await booth.meets(page, consultation)
        clinic.clock.advance(minutes * 60)
        report = new_id()
        await page.send(SignReport(consultation, report, Outcome.RESOLVED, "Done."))
        await booth.until(OrderSent)
        await booth.send(OrderTaken(consultation, report))
        await booth.send(CloseConsultation(consultation))
    first, second = new_id(), new_id()
    await booth.join(first, clinic.now())
    assert (await booth.until(QueueState, lambda s: s.consultation == first)).estimate_minutes == 8
    other = await connect_booth(clinic.url, clinic.now(), second, booth="booth-2")
    clinic.clock.advance(1)
    await other.join(second, clinic.now())
    assert await other.until(QueueState) == QueueState(second, 2, 16, 1)
    durand = await connect_page(clinic.url, await sign_in(clinic.url, "durand"))
    assert await other.until(QueueState) == QueueState(second, 2, 8, 2)
    await durand.close()
    await page.close()
    assert await other.until(QueueState, lambda s: s.doctors_online == 0) == QueueState(
        second, 2, None, 0
    )


async def test_a_booth_has_one_patient_waiting(clinic: RunningClinic) -> None:
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    booth = await connect_booth(clinic.url, clinic.now())
    old, new = new_id(), new_id()
    await booth.join(old, clinic.now())
    await page.sees(old)
    await booth.join(new, clinic.now())
    await page.until(WaitingList, lambda each: [row.consultation for row in each.patients] == [new])


async def test_the_patient_of_a_booth_long_gone_no_longer_waits(clinic: RunningClinic) -> None:
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.join(consultation, clinic.now())
    await page.sees(consultation)
    await booth.close()
    await page.until(WaitingList, lambda each: not each.patients[0].booth_online)
    clinic.clock.advance(601)
    await page.until(WaitingList, lambda each: not each.patients)


async def test_a_page_that_says_hello_twice_is_told(clinic: RunningClinic) -> None:
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    await page.send(DoctorHello(1))
    assert (await page.until(Refused)).code == "hello_twice"


def stored_facts(clinic: RunningClinic) -> int:
    with sqlite3.connect(clinic.folder / "clinic.sqlite") as reader:
        count: int = reader.execute("SELECT count(*) FROM facts").fetchone()[0]
    reader.close()
    return count


def durations(clinic: RunningClinic) -> list[float]:
    with sqlite3.connect(clinic.folder / "clinic.sqlite") as reader:
        rows = [seconds for (seconds,) in reader.execute("SELECT seconds FROM durations")]
    reader.close()
    return rows


def on_disk(clinic: RunningClinic) -> bytes:
    return b"".join(path.read_bytes() for path in clinic.folder.glob("clinic.sqlite*"))


@red_under(
    "clinic/booth_end.py",
    old="            await self._nobody_here()\n",
    new="",
)
async def test_an_idle_booth_holds_nobody(clinic: RunningClinic) -> None:
    """Its process died in mid-consultation: the doctor is told, and may still write."""
    booth, page, consultation, _ = await meet(clinic)
    await call(booth, page, consultation)
    await booth.close()
    await connect_booth(clinic.url, clinic.now())
    assert await page.until(ConsultationClosed) == ConsultationClosed(consultation, reported=False)
