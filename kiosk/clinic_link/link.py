"""The WebSocket to the clinic service: kept up, facts sent until stored, live batches newest wins.

Facts are kept until the service says that they are on its disk, and sent again from there after a
reconnection. Any other message is sent if the link is up and forgotten if it is not: what should
be so is said again by the journey when the link comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import random
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from contracts import clinic
from kiosk.clinic_link import token

LOG = logging.getLogger(__name__)

BACK_OFF_FIRST = 0.2  # s; doubles, with jitter, up to BACK_OFF_MOST
BACK_OFF_MOST = 10.0
STEADY = 5.0  # s up before the back-off starts again from the first wait
PING_EVERY = 5.0  # s; a dead peer is noticed within PING_EVERY + PING_PATIENCE
PING_PATIENCE = 5.0
HELLO_PATIENCE = 10.0
LARGEST_MESSAGE = 1 << 20
FACTS_AT_ONCE = 50


class LinkError(Exception):
    """The clinic service's address cannot be used, and what to write instead."""


class Listener(Protocol):
    """Who hears of the link. Calls are short and never block."""

    def clinic_up(self) -> None:
        """Connected and welcomed."""

    def clinic_down(self) -> None:
        """Lost, or not found at the start; tried again by itself."""

    def clinic_says(self, message: clinic.ToBooth) -> None:
        """A message, in order."""


def websocket_url(base: str) -> str:
    """Return the booth's WebSocket address under the service's `base`.

    Raises LinkError unless it is https, or http on loopback.
    """
    parts = urlsplit(base)
    host = parts.hostname or ""
    if parts.scheme == "https":
        scheme = "wss"
    elif parts.scheme == "http" and _is_loopback(host):
        scheme = "ws"
    else:
        raise LinkError(
            f"clinic.url {base!r}: write https://…, or http:// with a loopback address for a demo"
        )
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/api/booth", "", ""))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Connect(connect):
    """Goes where it is told: a redirection would carry the booth's token elsewhere."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Refuse."""
        return exc


class ClinicLink:
    """One booth's link. `run()` keeps it up until cancelled."""

    def __init__(
        self,
        *,
        url: str,
        booth: str,
        site: str,
        simulated: bool,
        key: Ed25519PrivateKey,
        utc: Callable[[], datetime],
        listener: Listener,
        jitter: random.Random | None = None,
    ) -> None:
        self._url = websocket_url(url)
        self._booth = booth
        self._site = site
        self._simulated = simulated
        self._key = key
        self._utc = utc
        self._listener = listener
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads reconnections, no secret
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(clinic.ToBooth)
        self._connection: ClientConnection | None = None
        self._consultation: str | None = None
        self._unstored: deque[clinic.Fact] = deque()
        self._sent = 0  # number of the last fact sent on this connection
        self._outbox: deque[clinic.BoothMessage] = deque()
        self._live: clinic.BoothLive | None = None
        self._wake = asyncio.Event()
        self._all_stored = asyncio.Event()
        self._all_stored.set()
        self._all_sent = asyncio.Event()
        self._all_sent.set()

    @property
    def up(self) -> bool:
        """Whether the service has welcomed us on this connection."""
        return self._connection is not None

    def begin(self, consultation: str) -> None:
        """Say whose facts these are, at the next hello and in each message."""
        self._consultation = consultation

    def tell(self, facts: tuple[clinic.Fact, ...]) -> None:
        """Send these, in order, until stored."""
        if facts:
            self._unstored.extend(facts)
            self._all_stored.clear()
            self._wake.set()

    def send(self, message: clinic.BoothMessage) -> None:
        """Send this after all facts told so far; forgotten when the link is down."""
        if self.up:
            self._outbox.append(message)
            self._all_sent.clear()
            self._wake.set()

    def send_live(self, batch: clinic.BoothLive) -> None:
        """Send this unless a newer one comes first."""
        if self.up:
            self._live = batch
            self._wake.set()

    async def flush(self, seconds: float) -> bool:
        """Wait until the service has stored all facts, at most `seconds`; say whether it has."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_stored.wait()
                await self._all_sent.wait()
        return self._all_stored.is_set()

    async def run(self) -> None:
        """Keep the link up. Says once when it is lost and once when it is back."""
        wait = BACK_OFF_FIRST
        said_down = False
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                await self._session()
            except (OSError, WebSocketException, InvalidHandshake, InvalidURI, TimeoutError) as why:
                reason = type(why).__name__
            else:
                reason = "closed"
            if self._connection is not None:
                self._connection = None
                self._all_sent.set()
                said_down = False
                if clock() - began >= STEADY:
                    wait = BACK_OFF_FIRST
            if not said_down:
                LOG.warning("clinic_link_down reason=%s", reason)
                said_down = True
                self._listener.clinic_down()
            await asyncio.sleep(wait * self._jitter.uniform(0.5, 1.0))
            wait = min(wait * 2, BACK_OFF_MOST)

    async def _session(self) -> None:
        authorization = f"Bearer {token.make(self._booth, self._key, self._utc())}"
        async with _Connect(
            self._url,
            additional_headers={"Authorization": authorization},
            max_size=LARGEST_MESSAGE,
            ping_interval=PING_EVERY,
            ping_timeout=PING_PATIENCE,
            open_timeout=HELLO_PATIENCE,
            close_timeout=1.0,
            compression=None,
            proxy=None,
        ) as connection:
            hello = clinic.BoothHello(
                clinic.PROTOCOL, self._booth, self._site, self._simulated, self._consultation
            )
            await connection.send(self._encoder.encode(hello).decode())
            async with asyncio.timeout(HELLO_PATIENCE):
                welcomed = await self._receive(connection)
            if not isinstance(welcomed, clinic.Welcomed):
                code = welcomed.code if isinstance(welcomed, clinic.Refused) else "no_welcome"
                LOG.error("clinic_link_refused code=%s", code)
                return
            self._stored(welcomed.stored)
            self._sent = welcomed.stored
            self._outbox.clear()
            self._live = None
            self._connection = connection
            LOG.info("clinic_link_up")
            self._listener.clinic_up()
            self._wake.set()
            sender = asyncio.create_task(self._send_all(connection))
            try:
                while True:
                    message = await self._receive(connection)
                    if message is not None:
                        self._heard(message)
            finally:
                sender.cancel()
                with contextlib.suppress(asyncio.CancelledError, WebSocketException, OSError):
                    await sender

    async def _receive(self, connection: ClientConnection) -> clinic.ToBooth | None:
        raw = await connection.recv()
        try:
            message: clinic.ToBooth = self._decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            LOG.error("clinic_link_bad_message bytes=%d", len(raw))  # noqa: TRY400 - no value in a log
            return None
        return message

    def _heard(self, message: clinic.ToBooth) -> None:
        if isinstance(message, clinic.FactsStored):
            if message.consultation == self._consultation:
                self._stored(message.number)
            return
        if isinstance(message, clinic.Refused):
            LOG.error("clinic_link_refused code=%s", message.code)
        self._listener.clinic_says(message)

    def _stored(self, number: int) -> None:
        while self._unstored and self._unstored[0].number <= number:
            self._unstored.popleft()
        if not self._unstored:
            self._all_stored.set()

    async def _send_all(self, connection: ClientConnection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (message := self._next()) is not None:
                await connection.send(self._encoder.encode(message).decode())
            self._all_sent.set()

    def _next(self) -> clinic.BoothMessage | None:
        """Messages that open a consultation go first, then facts, then the rest, then live."""
        if self._outbox and isinstance(self._outbox[0], clinic.JoinQueue):
            return self._outbox.popleft()
        fresh = [fact for fact in self._unstored if fact.number > self._sent][:FACTS_AT_ONCE]
        if fresh and self._consultation is not None:
            self._sent = fresh[-1].number
            return clinic.BoothFacts(self._consultation, tuple(fresh))
        if self._outbox:
            return self._outbox.popleft()
        batch, self._live = self._live, None
        return batch
