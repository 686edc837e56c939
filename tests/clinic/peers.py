"""A booth and a doctor's page, played by real WebSocket clients against the real server."""

from __future__ import annotations

import asyncio
import functools
import http.client
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from websockets.asyncio.client import ClientConnection, connect

from clinic.app import create_app
from clinic.clock import Clock
from clinic.passwords import hash_password
from clinic.server import Server, base_url, listen, make_server
from config import ClinicConfig, DoctorAccount
from config.schemas import KnownBooth
from contracts.clinic import (
    PROTOCOL,
    BoothFacts,
    BoothHello,
    Claim,
    ConfirmLease,
    DoctorHello,
    DoctorWelcomed,
    Fact,
    JoinQueue,
    LeaseConfirmed,
    LeaseOffered,
    MeasurementFact,
    MessageFact,
    PatientFact,
    StatusFact,
    ToBooth,
    ToDoctor,
    WaitingList,
    Welcomed,
)
from contracts.consultation import Language, Reason, Sex
from contracts.measurement import Clock as Whose
from contracts.measurement import Device, Measurement, Present, Provenance, Quantity

PATIENCE = 10.0
PASSWORD = "correct horse"
NAME = "ZYZYGOTE"  # the patient's; must turn up nowhere it should not

T = TypeVar("T")
M = TypeVar("M")


@functools.cache
def stored_password() -> str:
    return hash_password(PASSWORD)


@functools.cache
def key_of(booth: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def public_pem(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class FakeClock(Clock):
    """Moves only when told."""

    def __init__(self) -> None:
        self._since = 0.0
        self._start = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._since)

    def monotonic(self) -> float:
        return 1000.0 + self._since

    def advance(self, seconds: float) -> None:
        self._since += seconds


def doctor(login: str, rpps: str) -> DoctorAccount:
    return DoctorAccount(
        login=login,
        password=stored_password(),
        name=f"Dr {login.title()}",
        specialty="general practice",
        rpps=rpps,
    )


def config_for(folder: Path, **changes: Any) -> ClinicConfig:
    config = ClinicConfig(
        database=folder / "clinic.sqlite",
        port=0,
        doctors=(doctor("martin", "10001234567"), doctor("durand", "10007654321")),
        booths=tuple(
            KnownBooth(id=name, public_key=public_pem(key_of(name)))
            for name in ("booth-1", "booth-2")
        ),
    )
    return msgspec.structs.replace(config, **changes)


@dataclass
class RunningClinic:
    """The service, in this process, on a free port of loopback."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    changes: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    _server: Server | None = None
    _serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        config = config_for(self.folder, **self.changes)
        tokens = (uuid.uuid4().hex for _ in iter(int, 1))
        app = create_app(
            config, web=self.folder / "web", clock=self.clock, new_token=lambda: next(tokens)
        )
        listener = listen(config)
        self.url = base_url(listener, None)
        ready = asyncio.Event()
        self._server = make_server(app, None, ready.set)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await asyncio.wait_for(ready.wait(), PATIENCE)

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.stop()
            await asyncio.wait_for(self._serving, PATIENCE)
            self._server = None

    def now(self) -> datetime:
        return self.clock.now()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def request_now(
    url: str, method: str, path: str, body: str | None = None, **headers: str
) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        text = response.read().decode()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text)
    finally:
        connection.close()


async def request(
    url: str, method: str, path: str, body: str | None = None, **headers: str
) -> Answer:
    return await asyncio.to_thread(request_now, url, method, path, body, **headers)


async def sign_in(url: str, login: str = "martin", password: str = PASSWORD) -> str:
    """Return the cookie of a new session."""
    answer = await request(
        url,
        "POST",
        "/api/session",
        json.dumps({"login": login, "password": password}),
        Origin=url,
        Content_Type="application/json",
    )
    assert answer.status == 204, answer
    return answer.headers["set-cookie"].partition(";")[0]


def token(
    booth: str = "booth-1",
    *,
    at: datetime,
    key: Any = None,
    algorithm: str = "EdDSA",
    life: float = 60,
    **changes: Any,
) -> str:
    issued = int(at.timestamp())
    claims: dict[str, Any] = {
        "iss": booth,
        "aud": "telecabine-clinic",
        "iat": issued,
        "exp": issued + life,
        "jti": uuid.uuid4().hex,
    } | changes
    claims = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode(claims, key if key is not None else key_of(booth), algorithm=algorithm)


class Peer(Generic[M]):
    """A WebSocket client that remembers all it was sent."""

    def __init__(self, socket: ClientConnection, messages: msgspec.json.Decoder[M]) -> None:
        self.socket = socket
        self.seen: list[M] = []
        self._messages = messages

    async def send(self, message: msgspec.Struct) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def next(self) -> M:
        raw = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        message = self._messages.decode(raw)
        self.seen.append(message)
        return message

    async def until(self, kind: type[T], when: Callable[[T], bool] = lambda _: True) -> T:
        """Return the next message of this kind (for which `when` holds)."""
        while True:
            message = await self.next()
            if isinstance(message, kind) and when(message):
                return message

    async def close(self) -> None:
        await self.socket.close()

    def of(self, kind: type[T]) -> list[T]:
        return [message for message in self.seen if isinstance(message, kind)]


class Booth(Peer[ToBooth]):
    async def join(self, consultation: str, since: datetime) -> None:
        await self.send(joined(consultation, since))

    async def meets(self, page: Page, consultation: str) -> None:
        """From the waiting room to a confirmed lease."""
        await page.send(Claim(consultation))
        offered = await self.until(LeaseOffered)
        await self.send(ConfirmLease(consultation, offered.lease, accepted=True))
        await page.until(LeaseConfirmed)


class Page(Peer[ToDoctor]):
    async def sees(self, consultation: str) -> None:
        await self.until(
            WaitingList, lambda each: consultation in [row.consultation for row in each.patients]
        )


def joined(consultation: str, since: datetime) -> JoinQueue:
    return JoinQueue(consultation, since, Language.FR, Reason.COUGH, 81, Sex.FEMALE)


async def connect_booth(
    url: str,
    at: datetime,
    consultation: str | None = None,
    *,
    booth: str = "booth-1",
    hello: bool = True,
) -> Booth:
    socket = await connect(
        url.replace("http", "ws", 1) + "/api/booth",
        additional_headers={"Authorization": f"Bearer {token(booth, at=at)}"},
        proxy=None,
        max_size=None,
    )
    peer = Booth(socket, msgspec.json.Decoder(ToBooth))
    if hello:
        await peer.send(BoothHello(PROTOCOL, booth, "Lille", True, consultation))
        await peer.until(Welcomed)
    return peer


async def connect_page(
    url: str,
    cookie: str,
    consultation: str | None = None,
    after: int = 0,
    *,
    hello: bool = True,
    **options: Any,
) -> Page:
    socket = await connect(
        url.replace("http", "ws", 1) + "/api/doctor",
        additional_headers={"Cookie": cookie},
        origin=url,  # type: ignore[arg-type]  # a NewType of str
        proxy=None,
        max_size=None,
        **options,
    )
    peer = Page(socket, msgspec.json.Decoder(ToDoctor))
    if hello:
        await peer.send(DoctorHello(PROTOCOL, consultation, after))
        await peer.until(DoctorWelcomed)
    return peer


async def eventually(condition: Callable[[], bool]) -> None:
    """Return when `condition` holds; fail when it does not in time."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what it looks at (a file, a process) has no event
            await asyncio.sleep(0.02)


def new_id() -> str:
    return str(uuid.uuid4())


def patient(number: int, at: datetime) -> Fact:
    body = PatientFact(
        birth_name=NAME,
        given_names="Ada",
        birth_date="1945-02-03",
        sex=Sex.FEMALE,
        birth_place="Lille",
        language=Language.FR,
        reason=Reason.COUGH,
        consent_version="1",
        consent_giver="patient",
        assistant_allowed=False,
    )
    return Fact(number, at, body)


def spo2(number: int, at: datetime, value: str = "97") -> Fact:
    measurement = Measurement(
        id=new_id(),
        quantity=Quantity.SPO2,
        result=Present(Decimal(value), "%"),
        device=Device("Nonin", "OEM III", simulated=True),
        taken_at=at,
        clock=Whose.BOOTH,
        provenance=Provenance("nonin-df2", "1"),
    )
    return Fact(number, at, MeasurementFact(measurement, requested_by_doctor=False))


def status(number: int, at: datetime, word: str = "waiting") -> Fact:
    return Fact(number, at, StatusFact(word))


def said(number: int, at: datetime, code: str = "help") -> Fact:
    return Fact(number, at, MessageFact(code))


def facts(consultation: str, *facts: Fact) -> BoothFacts:
    return BoothFacts(consultation, facts)
