"""The booth's link against a service that drops, forgets, refuses and dies."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from contracts import clinic
from kiosk.clinic_link.link import ClinicLink, LinkError, websocket_url
from kiosk.clinic_link.token import AUDIENCE, DeviceKeyError, load_key, make
from tests.mutation import red_under

DEADLINE = 15.0
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()


class Service:
    """The least of a clinic service: keeps facts, and misbehaves on demand."""

    def __init__(self) -> None:
        self.facts: list[clinic.Fact] = []
        self.doubles = 0
        self.others: list[clinic.BoothMessage] = []
        self.hellos: list[clinic.BoothHello] = []
        self.tokens: list[str] = []
        self.forget_acknowledgements = False
        self.drop_at: int | None = None  # cut the line when this fact arrives
        self.garbage: str | bytes | None = None  # said before the welcome, and after each message
        self.changed = asyncio.Event()
        self.connections: set[ServerConnection] = set()
        self.port = 0
        self._server: Server | None = None

    async def start(self) -> None:
        self._server = await serve(self._talk, "127.0.0.1", self.port)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.tokens.append(connection.request.headers["Authorization"].removeprefix("Bearer "))
        self.connections.add(connection)
        decode = msgspec.json.Decoder(clinic.BoothMessage).decode
        with contextlib.suppress(ConnectionClosed):
            async for raw in connection:
                if self.garbage is not None:
                    await connection.send(self.garbage)
                await self._hear(connection, decode(raw))
                if self.garbage is not None:
                    await connection.send(self.garbage)
                self.changed.set()
        self.connections.discard(connection)

    async def _hear(self, connection: ServerConnection, message: clinic.BoothMessage) -> None:
        match message:
            case clinic.BoothHello():
                self.hellos.append(message)
                await self._say(connection, clinic.Welcomed(len(self.facts)))
            case clinic.BoothFacts(facts=facts):
                for fact in facts:
                    if self.drop_at == fact.number:
                        self.drop_at = None
                        connection.transport.abort()
                        return
                    if fact.number <= len(self.facts):
                        self.doubles += 1
                        continue
                    assert fact.number == len(self.facts) + 1, "a gap"
                    self.facts.append(fact)
                if not self.forget_acknowledgements:
                    stored = clinic.FactsStored(message.consultation, len(self.facts))
                    await self._say(connection, stored)
            case _:
                self.others.append(message)

    async def _say(self, connection: ServerConnection, message: clinic.ToBooth) -> None:
        await connection.send(msgspec.json.encode(message).decode())

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not reached():
                self.changed.clear()
                await self.changed.wait()


class Listener:
    def __init__(self) -> None:
        self.news: list[str] = []
        self.said: list[clinic.ToBooth] = []
        self.changed = asyncio.Event()

    def clinic_up(self) -> None:
        self.news.append("up")
        self.changed.set()

    def clinic_down(self) -> None:
        self.news.append("down")
        self.changed.set()

    def clinic_says(self, message: clinic.ToBooth) -> None:
        self.said.append(message)
        self.changed.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not reached():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def listener() -> Listener:
    return Listener()


@pytest.fixture
async def link(service: Service, listener: Listener) -> AsyncIterator[ClinicLink]:
    link = ClinicLink(
        url=f"http://127.0.0.1:{service.port}",
        booth="b-1",
        site="Pharmacie",
        simulated=True,
        key=KEY,
        utc=lambda: datetime.now(UTC),
        listener=listener,
    )
    task = asyncio.create_task(link.run())
    yield link
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def facts(first: int, last: int) -> tuple[clinic.Fact, ...]:
    return tuple(
        clinic.Fact(n, NOW, clinic.IncidentFact(f"code-{n}")) for n in range(first, last + 1)
    )


async def test_facts_arrive_once_each_in_order_whatever_the_line_does(
    service: Service, link: ClinicLink, listener: Listener
) -> None:
    await listener.until(lambda: listener.news == ["up"])
    link.begin("c-1")
    service.drop_at = 30
    link.tell(facts(1, 60))
    await service.until(lambda: len(service.facts) == 60)
    assert await link.flush(DEADLINE)
    assert service.facts == list(facts(1, 60))
    assert listener.news[:3] == ["up", "down", "up"]
    assert service.hellos[-1].consultation == "c-1"


@red_under(
    "kiosk/clinic_link/link.py",
    old="        while self._unstored and self._unstored[0].number <= number:\n",
    new="        while self._unstored:\n",
)
async def test_facts_are_kept_until_the_service_says_that_they_are_on_its_disk(
    service: Service, link: ClinicLink, listener: Listener
) -> None:
    await listener.until(lambda: listener.news == ["up"])
    link.begin("c-1")
    service.forget_acknowledgements = True
    link.tell(facts(1, 3))
    await service.until(lambda: len(service.facts) == 3)
    assert not await link.flush(0.0)
    del service.facts[1:]  # its disk forgot two of them: it never said that it had them
    service.forget_acknowledgements = False
    for connection in tuple(service.connections):
        connection.transport.abort()
    await service.until(lambda: len(service.facts) == 3)
    assert await link.flush(DEADLINE)


async def test_a_service_that_comes_later_is_found(
    service: Service, link: ClinicLink, listener: Listener
) -> None:
    await listener.until(lambda: listener.news == ["up"])
    link.begin("c-1")
    await service.stop()
    await listener.until(lambda: listener.news[-1] == "down")
    link.tell(facts(1, 2))
    link.send(clinic.RequestCall("c-1"))  # the link is down: the journey says it again
    await service.start()
    await service.until(lambda: len(service.facts) == 2)
    assert service.others == []


@pytest.mark.parametrize(
    "garbage",
    [
        "not a message",
        '{"type":"welcomed"}',
        '{"type":"no_such_message"}',
        '{"x":' + "[" * 200_000,
        b'{"type":"refused","code":"\xff","advice":""}',
    ],
    ids=["text", "field missing", "unknown", "nested", "not UTF-8"],
)
async def test_garbage_from_the_service_changes_nothing(
    service: Service, link: ClinicLink, listener: Listener, garbage: str | bytes
) -> None:
    await listener.until(lambda: listener.news == ["up"])
    link.begin("c-1")
    service.garbage = garbage
    link.tell(facts(1, 2))
    assert await link.flush(DEADLINE)
    for connection in tuple(service.connections):
        connection.transport.abort()
    await service.until(lambda: len(service.hellos) >= 2)  # garbage instead of a welcome
    service.garbage = None
    link.tell(facts(3, 3))
    await service.until(lambda: service.facts == list(facts(1, 3)))
    await listener.until(lambda: listener.news[-1] == "up")
    assert listener.said == []


async def test_a_service_that_is_not_there_is_said_once(
    service: Service, link: ClinicLink, listener: Listener
) -> None:
    await listener.until(lambda: listener.news == ["up"])
    lonely = Listener()
    await service.stop()
    alone = ClinicLink(
        url=f"http://127.0.0.1:{service.port}",
        booth="b-2",
        site="Pharmacie",
        simulated=True,
        key=KEY,
        utc=lambda: datetime.now(UTC),
        listener=lonely,
    )
    task = asyncio.create_task(alone.run())
    await lonely.until(lambda: lonely.news == ["down"])
    await service.start()
    await lonely.until(lambda: lonely.news[-1] == "up")
    assert lonely.news == ["down", "up"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


HTTP = [
    b"",
    b"\x00\xff\xfe garbage\r\n\r\n",
    b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 Fine\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 302 Found\r\nLocation: http://[broken\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /api/booth\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    (
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: wrong\r\n\r\n"
    ),
    b"HTTP/1.1 101 " + b"x" * 100_000,
    b"HTTP/1.1 200 Fine\r\nContent-Length: minus\r\n\r\n",
    b"HTTP/1.1 200 Fine\r\n" + b"x: y\r\n" * 1000 + b"\r\n",
]


@pytest.mark.parametrize("answer", HTTP, ids=range(len(HTTP)))
async def test_whatever_answers_instead_of_the_service_is_a_link_that_is_down(
    answer: bytes, listener: Listener
) -> None:
    asked = 0
    again = asyncio.Event()

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            again.set()
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    link = ClinicLink(
        url=f"http://127.0.0.1:{port}",
        booth="b-1",
        site="Pharmacie",
        simulated=True,
        key=KEY,
        utc=lambda: datetime.now(UTC),
        listener=listener,
    )
    task = asyncio.create_task(link.run())
    tried = asyncio.create_task(again.wait())
    async with asyncio.timeout(DEADLINE):
        await asyncio.wait([task, tried], return_when=asyncio.FIRST_COMPLETED)
    assert not task.done()
    assert listener.news == ["down"]
    for each in (task, tried):
        each.cancel()
    await asyncio.gather(task, tried, return_exceptions=True)
    server.close()
    await server.wait_closed()


async def test_each_connection_has_a_token_of_its_own(
    service: Service, link: ClinicLink, listener: Listener
) -> None:
    await listener.until(lambda: listener.news == ["up"])
    for connection in tuple(service.connections):
        connection.transport.abort()
    await service.until(lambda: len(service.tokens) == 2)
    claims = [
        jwt.decode(token, KEY.public_key(), algorithms=["EdDSA"], audience=AUDIENCE)
        for token in service.tokens
    ]
    assert {claim["iss"] for claim in claims} == {"b-1"}
    assert all(claim["exp"] - claim["iat"] <= 60 for claim in claims)
    assert claims[0]["jti"] != claims[1]["jti"]


@pytest.mark.parametrize(
    "url",
    ["http://clinic.example", "ftp://127.0.0.1", "http://10.0.0.1", "clinic", "ws://localhost"],
)
def test_without_tls_only_loopback(url: str) -> None:
    with pytest.raises(LinkError, match="write https"):
        websocket_url(url)


def test_addresses() -> None:
    assert websocket_url("https://clinic.example/x/") == "wss://clinic.example/x/api/booth"
    assert websocket_url("http://127.0.0.1:8800") == "ws://127.0.0.1:8800/api/booth"
    assert websocket_url("http://[::1]:8800") == "ws://[::1]:8800/api/booth"


def test_a_device_key_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeviceKeyError, match="cannot be read"):
        load_key(tmp_path / "none")
    (tmp_path / "key").write_text("x")
    with pytest.raises(DeviceKeyError, match="not an unencrypted PEM"):
        load_key(tmp_path / "key")


def test_a_token_lasts_a_minute() -> None:
    token = make("b-1", KEY, NOW)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60
