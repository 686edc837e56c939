"""The process: how it starts, refuses to start, is killed, and ends."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from contracts.clinic import (
    AskMeasurement,
    BoothFacts,
    CallInvited,
    DoctorWelcomed,
    Fact,
    Facts,
    FactsStored,
    OrderSent,
    OrderState,
    OrderTaken,
    PlaceOrder,
    RequestCall,
    Welcomed,
)
from contracts.consultation import Instrument
from tests.clinic.peers import (
    NAME,
    PATIENCE,
    RunningClinic,
    connect_booth,
    connect_page,
    eventually,
    facts,
    key_of,
    new_id,
    patient,
    private_pem,
    public_pem,
    request,
    said,
    sign_in,
    stored_password,
    token,
)

ROOT = Path(__file__).resolve().parents[2]

TOML = """
database = "clinic.sqlite"
port = {port}
ready_file = "ready"
{more}
[[doctors]]
login = "martin"
password = "{password}"
name = "Dr Martin"
specialty = "general practice"
rpps = "10001234567"

[[booths]]
id = "booth-1"
public_key = '''{key}'''
"""


class Process:
    """`python -m clinic`, as it is really started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self._errors = (folder / "stderr").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        self.configure()

    def configure(self, port: int = 0, more: str = "", **words: str) -> None:
        words = {"password": stored_password(), "key": public_pem(key_of("booth-1"))} | words
        text = TOML.format(port=port, more=more, **words)
        (self.folder / "clinic.toml").write_text(text, encoding="utf-8")

    def spawn(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "clinic", "--config", str(self.folder)],
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=self._errors,
        )
        return self._process

    async def start(self) -> None:
        process = self.spawn()
        ready = self.folder / "ready"
        await eventually(lambda: ready.exists() or process.poll() is not None)
        assert process.poll() is None, self.errors()
        self.url = ready.read_text()
        self.configure(port=int(self.url.rsplit(":", 1)[1]))  # the same one, after a restart

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        (self.folder / "ready").unlink()

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Return the exit status and the seconds it took."""
        assert self._process is not None
        started = time.monotonic()
        self._process.send_signal(number)
        return self._process.wait(PATIENCE), time.monotonic() - started

    def refuses(self) -> str:
        """Return what it says when it does not start."""
        assert self.spawn().wait(PATIENCE) == 2
        return self.errors()

    def errors(self) -> str:
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def close(self) -> None:
        self._errors.close()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    each = Process(tmp_path)
    yield each
    each.close()


def now() -> datetime:
    return datetime.now(UTC)


# --- killed in mid-consultation --------------------------------------------------------------


async def test_killed_it_loses_nothing_acknowledged_and_doubles_nothing(process: Process) -> None:
    await process.start()
    consultation = new_id()
    log = [patient(1, now()), *(said(number, now()) for number in range(2, 301))]
    acknowledged = 0

    async def send_what_is_not_stored(after: int) -> None:
        for fact in log[after:]:
            await booth.send(BoothFacts(consultation, (fact,)))

    for die_after in (20, 45, 70, 300):
        booth = await connect_booth(process.url, now(), consultation)
        stored = booth.of(Welcomed)[0].stored
        assert stored >= acknowledged  # nothing acknowledged is lost
        sending = asyncio.create_task(send_what_is_not_stored(stored))
        try:
            while acknowledged < die_after:
                acknowledged = (await booth.until(FactsStored)).number
            if die_after < len(log):
                process.kill()
                while True:
                    acknowledged = (await booth.until(FactsStored)).number
        except ConnectionClosed:
            await process.start()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    assert acknowledged == len(log)

    await booth.join(consultation, now())
    page = await connect_page(process.url, await sign_in(process.url))
    await booth.meets(page, consultation)
    got: list[Fact] = []
    while len(got) < len(log):
        got += (await page.until(Facts)).facts
    assert got == log
    assert NAME not in process.errors()
    await page.close()
    await booth.close()


async def test_killed_in_a_call_everything_comes_back(process: Process) -> None:
    await process.start()
    consultation = new_id()
    booth = await connect_booth(process.url, now(), consultation)
    await booth.send(facts(consultation, patient(1, now())))
    await booth.join(consultation, now())
    cookie = await sign_in(process.url)
    page = await connect_page(process.url, cookie)
    await page.sees(consultation)
    await booth.meets(page, consultation)
    await booth.send(RequestCall(consultation))
    generation = (await page.until(CallInvited)).generation
    taken, waiting = new_id(), new_id()
    for order in (taken, waiting):
        await page.send(PlaceOrder(consultation, order, AskMeasurement(Instrument.OXIMETER)))
        await booth.until(OrderSent)
    await booth.send(OrderTaken(consultation, taken))
    await page.until(OrderState, lambda each: each.state == "taken")
    used = token(at=now())
    bearer = {"Authorization": f"Bearer {used}"}
    booth_url = process.url.replace("http", "ws", 1) + "/api/booth"
    await (await connect(booth_url, additional_headers=bearer, proxy=None)).close()

    process.kill()
    await process.start()

    with pytest.raises(InvalidStatus):
        await connect(booth_url, additional_headers=bearer, proxy=None)
    page = await connect_page(process.url, cookie)  # the same session
    assert page.of(DoctorWelcomed)[0].current == consultation
    states = [await page.until(OrderState), await page.until(OrderState)]
    assert [(each.id, each.state) for each in states] == [(taken, "taken"), (waiting, "stored")]
    assert (await page.until(CallInvited)).generation > generation
    booth = await connect_booth(process.url, now(), consultation)
    assert (await booth.until(OrderSent)).order.id == waiting
    await booth.send(OrderTaken(consultation, waiting))
    await page.until(OrderState, lambda each: (each.id, each.state) == (waiting, "taken"))
    assert [each.order.id for each in booth.of(OrderSent)] == [waiting]
    await page.close()
    await booth.close()


# --- ending ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_within_two_seconds_whoever_is_connected(
    process: Process, number: signal.Signals
) -> None:
    await process.start()
    consultation = new_id()
    booth = await connect_booth(process.url, now(), consultation)
    page = await connect_page(process.url, await sign_in(process.url))
    await booth.join(consultation, now())
    await booth.meets(page, consultation)
    page.socket.transport.pause_reading()  # a page that no longer answers
    batch = [said(each, now(), "x" * 300) for each in range(1, 2001)]
    await booth.send(facts(consultation, *batch))
    await booth.until(FactsStored)
    status, seconds = await asyncio.to_thread(process.end, number)
    assert status == 0
    assert seconds < 2
    assert not (process.folder / "ready").exists()
    assert "Traceback" not in process.errors()
    assert NAME not in process.errors()
    page.socket.transport.abort()
    booth.socket.transport.abort()


# --- refusing to start -----------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "clinic.example"])
def test_it_binds_nothing_but_loopback_without_tls(process: Process, host: str) -> None:
    process.configure(more=f'host = "{host}"')
    said = process.refuses()
    assert host in said
    assert said.count("\n") == 1
    assert "loopback" in said or "not an IP address" in said


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"more": "retention_days = 1"}, "did you mean 'retention_hours'"),
        ({"password": "secret"}, "hash_password"),
        ({"key": "not a key"}, "booth-1"),
        ({"more": 'tls = {certificate = "no.pem", key = "no.pem"}'}, "[tls]"),
    ],
)
def test_a_wrong_configuration_is_said_in_one_line(
    process: Process, change: dict[str, str], expected: str
) -> None:
    process.configure(**change)  # type: ignore[arg-type]  # `port` is not among them
    said = process.refuses()
    assert expected in said
    assert said.count("\n") == 1
    assert "secret" not in said


def test_a_port_in_use_is_said_in_one_line(process: Process) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        process.configure(port=other.getsockname()[1])
        said = process.refuses()
    assert str(other) not in said
    assert "choose another port" in said
    assert said.count("\n") == 1


def test_a_database_that_cannot_be_opened_is_said(process: Process) -> None:
    (process.folder / "clinic.sqlite").write_bytes(b"not a database, " * 100)
    said = process.refuses()
    assert "clinic.sqlite" in said
    assert "Traceback" not in said


# --- TLS, headers, pages ---------------------------------------------------------------------


async def test_under_tls_it_may_bind_anything(process: Process) -> None:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, SHA256())
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    (process.folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (process.folder / "key.pem").write_bytes(private_pem(key))  # type: ignore[arg-type]  # any key
    process.configure(more='host = "0.0.0.0"\ntls = {certificate = "cert.pem", key = "key.pem"}')
    await process.start()
    port = process.url.rsplit(":", 1)[1]
    assert process.url.startswith("https://")
    trust = ssl.create_default_context(cafile=str(process.folder / "cert.pem"))
    bearer = {"Authorization": f"Bearer {token(at=now())}"}
    async with connect(
        f"wss://127.0.0.1:{port}/api/booth", additional_headers=bearer, proxy=None, ssl=trust
    ) as booth:
        assert booth.state.name == "OPEN"


async def test_every_answer_carries_the_security_headers(clinic: RunningClinic) -> None:
    for path, status in (
        ("/", 307),
        ("/doctor", 307),
        ("/doctor/", 503),
        ("/api/session", 401),
        ("/nothing", 404),
    ):
        answer = await request(clinic.url, "GET", path)
        assert answer.status == status, path
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "require-trusted-types-for 'script'" in policy
        assert "; trusted-types 'none'; " in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers


async def test_the_page_is_served_once_it_is_built(clinic: RunningClinic) -> None:
    missing = await request(clinic.url, "GET", "/doctor/")
    assert missing.status == 503
    assert "./cabine setup" in missing.body
    folder = clinic.folder / "web" / "doctor"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>built")
    (folder / "page.js").write_text("1")
    (clinic.folder / "web" / "secret").write_text("no")
    built = await request(clinic.url, "GET", "/doctor/")
    assert (built.status, built.body) == (200, "<!doctype html>built")
    script = await request(clinic.url, "GET", "/doctor/page.js")
    assert "javascript" in script.headers["content-type"]
    assert script.headers["content-security-policy"]
    for path in ("/doctor/../secret", "/doctor/%2e%2e/secret", "/doctor/..%2fsecret"):
        assert (await request(clinic.url, "GET", path)).status in (404, 307)


async def test_small_messages_do_not_wait_for_each_other(clinic: RunningClinic) -> None:
    booth = await connect_booth(clinic.url, clinic.now())
    assert clinic._server is not None
    for each in clinic._server.server_state.connections:
        accepted = each.transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    await booth.close()
