"""Everybody is hostile: strangers, other sites' pages, broken booths, slow pages."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from clinic import connection, server
from clinic import sign_in as sign_in_module
from clinic.hub import SESSION_ENDED
from clinic.passwords import verify_password
from clinic.server import MESSAGE_LIMIT
from contracts.clinic import (
    PROTOCOL,
    BoothHello,
    BoothLive,
    CallCandidate,
    CallInvited,
    CallOffer,
    Candidate,
    Claim,
    CurveFact,
    DoctorHello,
    DoctorWelcomed,
    Fact,
    Facts,
    FactsStored,
    JoinQueue,
    LeaseLost,
    LiveBatch,
    Offer,
    Refused,
    RequestCall,
)
from contracts.consultation import Instrument, Language, Reason, Sex
from tests.clinic.peers import (
    PASSWORD,
    PATIENCE,
    Peer,
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
    token,
)
from tests.mutation import red_under


def ws(clinic: RunningClinic, path: str) -> str:
    return clinic.url.replace("http", "ws", 1) + path


async def refusal_of(url: str, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, proxy=None, **options)
    return refused.value.response.status_code


async def closing_of(peer: Peer[Any]) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await peer.next()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


# --- who may connect -------------------------------------------------------------------------


async def test_a_page_without_a_session_is_not_let_in(clinic: RunningClinic) -> None:
    for headers in ({}, {"Cookie": "telecabine_session=guess"}, {"Cookie": "telecabine_session="}):
        status = await refusal_of(
            ws(clinic, "/api/doctor"), additional_headers=headers, origin=clinic.url
        )
        assert status == 401


@red_under(
    "clinic/headers.py",
    old='return headers.get("origin") == f',
    new='return headers.get("origin") != "" or f',
)
async def test_another_sites_page_is_not_let_in(clinic: RunningClinic) -> None:
    cookie = {"Cookie": await sign_in(clinic.url)}
    port = urlsplit(clinic.url).port
    for origin in (
        None,
        "null",
        "https://evil.example",
        f"http://evil.example:{port}",
        clinic.url.replace("http", "https"),
        f"http://127.0.0.1:{(port or 0) + 1}",
        f"{clinic.url}.evil.example",
    ):
        status = await refusal_of(
            ws(clinic, "/api/doctor"), additional_headers=cookie, origin=origin
        )
        assert status == 403, origin
    page = await connect_page(clinic.url, cookie["Cookie"])
    await page.close()


async def test_another_name_for_this_machine_is_not_let_in(clinic: RunningClinic) -> None:
    port = urlsplit(clinic.url).port
    evil = f"evil.example:{port}"  # DNS rebinding: Host and Origin agree with each other
    answer = await request(
        clinic.url,
        "POST",
        "/api/session",
        json.dumps({"login": "martin", "password": PASSWORD}),
        Host=evil,
        Origin=f"http://{evil}",
        Content_Type="application/json",
    )
    assert answer.status == 403
    local = f"localhost:{port}"
    answer = await request(
        clinic.url,
        "POST",
        "/api/session",
        json.dumps({"login": "martin", "password": PASSWORD}),
        Host=local,
        Origin=f"http://{local}",
        Content_Type="application/json",
    )
    assert answer.status == 204


async def test_a_booth_without_a_good_token_is_not_let_in(clinic: RunningClinic) -> None:
    at = clinic.now()
    good = token(at=at)
    bad = {
        "none": {},
        "basic": {"Authorization": f"Basic {good}"},
        "empty": {"Authorization": "Bearer "},
        "other key": {"Authorization": f"Bearer {token('booth-1', at=at, key=_key('booth-2'))}"},
        "expired": {"Authorization": f"Bearer {token(at=at, iat=1, exp=2)}"},
        "in the URL": {},
    }
    for name, headers in bad.items():
        path = f"/api/booth?token={good}" if name == "in the URL" else "/api/booth"
        assert await refusal_of(ws(clinic, path), additional_headers=headers) == 401, name
    headers = {"Authorization": f"Bearer {good}"}
    first = await connect(ws(clinic, "/api/booth"), additional_headers=headers, proxy=None)
    assert await refusal_of(ws(clinic, "/api/booth"), additional_headers=headers) == 401  # replay
    await first.close()
    await clinic.stop()
    await clinic.start()
    assert await refusal_of(ws(clinic, "/api/booth"), additional_headers=headers) == 401  # still


def _key(booth: str) -> Any:
    from tests.clinic.peers import key_of

    return key_of(booth)


async def test_a_booth_speaks_for_itself_only(clinic: RunningClinic) -> None:
    booth = await connect_booth(clinic.url, clinic.now(), hello=False)
    await booth.send(BoothHello(PROTOCOL, "booth-2", "Lille", False, None))
    assert (await booth.until(Refused)).code == "booth_mismatch"
    assert await closing_of(booth) == 1008

    consultation = new_id()
    mine = await connect_booth(clinic.url, clinic.now(), consultation)
    await mine.join(consultation, clinic.now())
    await mine.send(facts(consultation, patient(1, clinic.now())))
    await mine.until(FactsStored)
    other = await connect_booth(clinic.url, clinic.now(), booth="booth-2")
    for message in (
        facts(consultation, said(2, clinic.now())),
        RequestCall(consultation),
        JoinQueue(consultation, clinic.now(), Language.EN, Reason.EAR, 5, Sex.MALE),
    ):
        await other.send(message)
        assert (await other.until(Refused)).code == "not_yours"
    third = await connect_booth(clinic.url, clinic.now(), booth="booth-2", hello=False)
    await third.send(BoothHello(PROTOCOL, "booth-2", "Lille", False, consultation))
    assert (await third.until(Refused)).code == "not_yours"


@pytest.mark.parametrize("hello", [BoothHello(2, "booth-1", "Lille", False, None), DoctorHello(2)])
async def test_another_protocol_is_refused(clinic: RunningClinic, hello: msgspec.Struct) -> None:
    peer: Peer[Any]
    if isinstance(hello, BoothHello):
        peer = await connect_booth(clinic.url, clinic.now(), hello=False)
    else:
        peer = await connect_page(clinic.url, await sign_in(clinic.url), hello=False)
    await peer.send(hello)
    assert (await peer.until(Refused)).code == "protocol"
    assert await closing_of(peer) == 1008


async def test_hello_comes_first(clinic: RunningClinic, monkeypatch: pytest.MonkeyPatch) -> None:
    booth = await connect_booth(clinic.url, clinic.now(), hello=False)
    await booth.send(RequestCall(new_id()))
    assert (await booth.until(Refused)).code == "hello_first"
    assert await closing_of(booth) == 1008
    page = await connect_page(clinic.url, await sign_in(clinic.url), hello=False)
    await page.send(Claim(new_id()))
    assert await closing_of(page) == 1008
    monkeypatch.setattr(connection, "HELLO_SECONDS", 0.1)
    silent = await connect_booth(clinic.url, clinic.now(), hello=False)
    assert await closing_of(silent) == 1008


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /doctor/ HTTP/1.1\r\nHost: loc",
        (
            b"POST /api/session HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            b"Content-Type: application/json\r\nContent-Length: 90\r\n\r\n{"
        ),
        b"GET /api",
    ],
    ids=["nothing", "half a head", "half a body", "half a second head"],
)
async def test_who_never_ends_a_request_is_put_out(
    clinic: RunningClinic, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.3)
    host = urlsplit(clinic.url).netloc
    reader, writer = await asyncio.open_connection(*host.split(":"))
    if begun == b"GET /api":
        writer.write(b"GET /api/session HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"Sign in first.\n")
    writer.write(begun.replace(b"{host}", host.encode()))
    with contextlib.suppress(ConnectionResetError):
        # less than uvicorn's own patience with a connection kept alive (5 s)
        await asyncio.wait_for(reader.read(), 4)
    writer.close()
    with contextlib.suppress(ConnectionResetError):
        await writer.wait_closed()
    # who asks in time, and a page that is connected, are not
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    with pytest.raises(TimeoutError):  # twice the patience
        await asyncio.wait_for(page.socket.wait_closed(), 0.6)
    await page.close()


async def test_a_page_cannot_fill_a_booths_queue_with_long_signals(clinic: RunningClinic) -> None:
    consultation = new_id()
    page = await connect_page(clinic.url, await sign_in(clinic.url))
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.join(consultation, clinic.now())
    await page.sees(consultation)
    await booth.meets(page, consultation)
    await booth.send(RequestCall(consultation))
    invited = await page.until(CallInvited)
    for long in (
        Offer(consultation, invited.generation, "v" * 100_001),
        Candidate(consultation, invited.generation, "c" * 1_001, "0", 0),
    ):
        await page.send(long)
        assert (await page.until(Refused)).code == "signal_too_long"
    await page.send(Offer(consultation, invited.generation, "v=0"))
    assert (await booth.until(CallOffer)).sdp == "v=0"
    assert booth.of(CallCandidate) == []


# --- sessions --------------------------------------------------------------------------------


async def test_a_session_says_who_and_ends(clinic: RunningClinic) -> None:
    assert (await request(clinic.url, "GET", "/api/session")).status == 401
    cookie = await sign_in(clinic.url)
    who = await request(clinic.url, "GET", "/api/session", Cookie=cookie)
    assert who.status == 200
    assert json.loads(who.body)["doctor"]["rpps"] == "10001234567"
    page = await connect_page(clinic.url, cookie)
    gone = await request(clinic.url, "DELETE", "/api/session", Cookie=cookie, Origin=clinic.url)
    assert gone.status == 204
    assert await closing_of(page) == SESSION_ENDED
    assert (await request(clinic.url, "GET", "/api/session", Cookie=cookie)).status == 401


@red_under("clinic/doctor_end.py", old="if not await self._signed_in():", new="if False:")
async def test_a_page_that_says_hello_after_the_sign_out_is_put_out(clinic: RunningClinic) -> None:
    cookie = await sign_in(clinic.url)
    page = await connect_page(clinic.url, cookie, hello=False)
    gone = await request(clinic.url, "DELETE", "/api/session", Cookie=cookie, Origin=clinic.url)
    assert gone.status == 204
    await page.send(DoctorHello(PROTOCOL))
    assert await closing_of(page) == SESSION_ENDED
    assert page.seen == []


async def test_a_session_expires_under_an_open_page(clinic: RunningClinic) -> None:
    cookie = await sign_in(clinic.url)
    page = await connect_page(clinic.url, cookie)
    clinic.clock.advance(12 * 3600)
    assert await closing_of(page) == SESSION_ENDED
    assert (await request(clinic.url, "GET", "/api/session", Cookie=cookie)).status == 401


async def test_the_cookie_is_for_this_service_alone(clinic: RunningClinic) -> None:
    answer = await request(
        clinic.url,
        "POST",
        "/api/session",
        json.dumps({"login": "martin", "password": PASSWORD}),
        Origin=clinic.url,
        Content_Type="application/json; charset=utf-8",
    )
    cookie = answer.headers["set-cookie"].lower()
    for word in ("httponly", "samesite=strict", "path=/", "max-age="):
        assert word in cookie
    assert "secure" not in cookie  # plain HTTP on loopback
    secret = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    on_disk = b"".join(path.read_bytes() for path in clinic.folder.glob("clinic.sqlite*"))
    assert secret.encode() not in on_disk


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ('{"login":"martin","password":"no"}', {}, 401),
        ('{"login":"nobody","password":"no"}', {}, 401),
        ('{"login":"martin"}', {}, 400),
        ('{"login":"martin","password":"no","role":"admin"}', {}, 400),
        ("login=martin&password=x", {}, 400),
        ("[" * 3000, {}, 400),
        ('{"login":"\\ud800","password":"\\ud800"}', {}, (400, 401)),
        (json.dumps({"login": "martin", "password": "x" * 2000}), {}, 400),
        (json.dumps({"login": "martin", "password": "x" * 9000}), {}, 413),
        ('{"login":"martin","password":"no"}', {"Content_Type": "text/plain"}, 415),
        ("login=martin", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ('{"login":"martin","password":"no"}', {"Origin": "https://evil.example"}, 403),
        ('{"login":"martin","password":"no"}', {"Origin": ""}, 403),
    ],
)
async def test_a_sign_in_that_is_not_one(
    clinic: RunningClinic, body: str, headers: dict[str, str], status: int | tuple[int, ...]
) -> None:
    sent = {"Origin": clinic.url, "Content_Type": "application/json"} | headers
    answer = await request(clinic.url, "POST", "/api/session", body, **sent)
    assert answer.status in (status if isinstance(status, tuple) else (status,))
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("login", ["martin", "nobody"])
async def test_guesses_run_out(
    clinic: RunningClinic, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []
    real = verify_password

    def counted(password: str, stored: str) -> bool:
        work.append(stored.rsplit("$", 2)[0])
        return real(password, stored)

    monkeypatch.setattr(sign_in_module, "verify_password", counted)

    async def guess(password: str) -> Any:
        return await request(
            clinic.url,
            "POST",
            "/api/session",
            json.dumps({"login": login, "password": password}),
            Origin=clinic.url,
            Content_Type="application/json",
        )

    assert [(await guess("wrong")).status for _ in range(5)] == [401] * 5
    assert work == ["scrypt$16384$8$1"] * 5  # the same work, known or not
    refused = await guess(PASSWORD)
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) == 30
    clinic.clock.advance(30)
    assert (await guess(PASSWORD)).status == (204 if login == "martin" else 401)


# --- what is sent ----------------------------------------------------------------------------

garbage = st.one_of(
    st.text(max_size=60),
    st.binary(max_size=60),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "consultation", "facts", "generation", "id", "body", "x"]),
                inner | st.sampled_from(["claim", "facts", "live", "join_queue", "sign_report"]),
                max_size=5,
            )
        ),
        max_leaves=12,
    ).map(json.dumps),
    st.sampled_from(
        [
            "[" * 100_000,
            '{"type":"facts","consultation":"\\ud800","facts":[]}',
            '{"type":"claim","consultation":"DUPONT Marie"}',
            '{"type":"claim","consultation":null}',
            '{"type":"request_call","consultation":"' + "0" * 500_000 + '"}',
        ]
    ),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=st.lists(garbage, min_size=8, max_size=8), as_booth=st.booleans())
def test_garbage_is_refused_and_then_the_peer_is_put_out(
    sent: list[str | bytes], as_booth: bool, served: tuple[asyncio.Runner, RunningClinic, str]
) -> None:
    runner, clinic, cookie = served

    async def attack() -> None:
        peer: Peer[Any]
        if as_booth:
            peer = await connect_booth(clinic.url, clinic.now())
        else:
            peer = await connect_page(clinic.url, cookie)
        try:
            for each in sent:
                await peer.socket.send(each)
        except ConnectionClosed:
            pass
        assert await closing_of(peer) == 1008
        codes = {each.code for each in peer.of(Refused)}
        assert codes <= {"message_malformed", "id_malformed"}
        assert codes

    runner.run(attack())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One service for many attacks: it must outlive each."""
    with asyncio.Runner() as runner:
        clinic = RunningClinic(tmp_path_factory.mktemp("hostile"))
        runner.run(clinic.start())
        cookie = runner.run(sign_in(clinic.url))
        yield runner, clinic, cookie
        runner.run(clinic.stop())


async def test_a_message_too_large_ends_its_connection_alone(clinic: RunningClinic) -> None:
    booth = await connect_booth(clinic.url, clinic.now())
    other = await connect_booth(clinic.url, clinic.now(), booth="booth-2")
    with pytest.raises(ConnectionClosed) as closed:
        await booth.socket.send("x" * (MESSAGE_LIMIT + 1))
        await booth.next()
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    await other.join(new_id(), clinic.now())
    await other.next()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN"])
async def test_what_is_not_a_number_is_not_taken_for_one(clinic: RunningClinic, value: str) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(facts(consultation, spo2(1, clinic.now(), value)))
    assert (await booth.until(Refused)).code in ("not_a_number", "message_malformed")
    await booth.send(facts(consultation))
    assert (await booth.until(FactsStored)).number == 0


@pytest.mark.parametrize(
    ("rate", "count"), [(0, 75), (-75, 75), (1001, 75), (10**30, 1), (75, 301), (1, 100_000)]
)
async def test_a_curve_no_page_could_draw_is_refused(
    clinic: RunningClinic, rate: int, count: int
) -> None:
    consultation, curve = new_id(), (0.5,) * count
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    recorded = CurveFact(Instrument.OXIMETER, new_id(), 1, rate, curve)
    await booth.send(facts(consultation, Fact(1, clinic.now(), recorded)))
    assert (await booth.until(Refused)).code == "curve_impossible"
    await booth.send(facts(consultation))
    assert (await booth.until(FactsStored)).number == 0
    await booth.send(BoothLive(consultation, Instrument.OXIMETER, 1, rate, 0, curve, 97, 70))
    assert (await booth.until(Refused)).code == "curve_impossible"


# 127 and 511 are how an oximeter says that it has no value.
@red_under("clinic/booth_end.py", old="not 0 <= number <= highest", new="number < 0")
@pytest.mark.parametrize(("spo2_now", "pulse"), [(127, None), (-1, 70), (None, 511), (97, -1)])
async def test_a_live_number_that_is_no_value_is_refused(
    clinic: RunningClinic, spo2_now: int | None, pulse: int | None
) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.send(
        BoothLive(consultation, Instrument.OXIMETER, 1, 75, 0, (0.5,), spo2_now, pulse)
    )
    assert (await booth.until(Refused)).code == "not_a_value"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"since": "2026-03-01T09:00:00"}, "time_without_zone"),
        ({"age_years": -1}, "age_impossible"),
        ({"age_years": 10**30}, "age_impossible"),
        ({"consultation": "Mme Dupont"}, "id_malformed"),
        ({"consultation": "../../etc/passwd"}, "id_malformed"),
        ({"reason": "because"}, "message_malformed"),
        ({"age_years": "81"}, "message_malformed"),
    ],
)
async def test_a_queue_is_joined_properly(
    clinic: RunningClinic, changes: dict[str, Any], code: str
) -> None:
    booth = await connect_booth(clinic.url, clinic.now())
    message = {
        "type": "join_queue",
        "consultation": new_id(),
        "since": "2026-03-01T09:00:00Z",
        "language": "fr",
        "reason": "cough",
        "age_years": 81,
        "sex": "F",
    } | changes
    await booth.socket.send(json.dumps(message))
    assert (await booth.until(Refused)).code == code


async def test_what_was_sent_is_in_no_log(
    clinic: RunningClinic, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    booth = await connect_booth(clinic.url, clinic.now())
    await booth.socket.send('{"type":"claim","secret":"ZYZYGOTE"}')
    await booth.socket.send('{"type":"ZYZYGOTE"}')
    await booth.send(RequestCall("ZYZYGOTE"))
    for _ in range(3):
        assert "ZYZYGOTE" not in (await booth.until(Refused)).advice
    await request(clinic.url, "GET", "/api/nothing?name=ZYZYGOTE")
    assert "ZYZYGOTE" not in caplog.text
    assert "message_refused code=id_malformed" in caplog.text


# --- slow peers ------------------------------------------------------------------------------


def narrow_socket(url: str) -> socket.socket:
    """A connection whose receiving end holds little, so that a page that stops reading shows."""
    parts = urlsplit(url)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    narrow.connect((parts.hostname, parts.port))
    narrow.setblocking(False)
    return narrow


async def test_a_slow_page_delays_nobody_and_misses_nothing(clinic: RunningClinic) -> None:
    consultation = new_id()
    booth = await connect_booth(clinic.url, clinic.now(), consultation)
    await booth.join(consultation, clinic.now())
    cookie = await sign_in(clinic.url)
    quick = await connect_page(clinic.url, cookie)
    await booth.meets(quick, consultation)
    slow = await connect_page(
        clinic.url, cookie, sock=narrow_socket(clinic.url), max_queue=1, hello=False
    )
    slow.socket.transport.pause_reading()
    await slow.send(DoctorHello(PROTOCOL))
    await eventually(lambda: bool(quick.seen))

    number = 0
    for _ in range(60):  # 60 times: 40 facts of about 250 bytes, and 25 live batches
        batch = [said(number + each, clinic.now(), "x" * 200) for each in range(1, 41)]
        number += len(batch)
        await booth.send(facts(consultation, *batch))
        for start in range(25):
            live = BoothLive(
                consultation, Instrument.OXIMETER, 1, 75, number * 100 + start, (0.5,) * 75, 97, 72
            )
            await booth.send(live)
    await booth.until(FactsStored, lambda each: each.number == number)
    got: list[int] = []
    while not got or got[-1] < number:
        got += [fact.number for fact in (await quick.until(Facts)).facts]
    assert got == list(range(1, number + 1))

    slow.socket.transport.resume_reading()
    late: list[int] = []
    while not late or late[-1] < number:
        late += [fact.number for fact in (await slow.until(Facts)).facts]
    assert late == list(range(1, number + 1))
    assert len(slow.of(LiveBatch)) < 60 * 25 / 2  # newest wins: most were dropped
    slow.socket.transport.abort()


async def test_a_page_that_takes_nothing_is_put_out(clinic: RunningClinic) -> None:
    cookie = await sign_in(clinic.url)
    page = await connect_page(
        clinic.url, cookie, sock=narrow_socket(clinic.url), max_queue=1, hello=False
    )
    await page.send(DoctorHello(PROTOCOL))
    await page.until(DoctorWelcomed)
    page.socket.transport.pause_reading()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(ConnectionClosed):
            while True:  # each is answered, and the answers are not read
                await page.send(Claim(new_id()))
                await asyncio.sleep(0)
    other = await connect_page(clinic.url, cookie)
    await other.send(Claim(new_id()))
    await other.until(LeaseLost)
    page.socket.transport.abort()
