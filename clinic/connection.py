"""One WebSocket, served: decode strictly, handle in turn, send what the outbox holds.

A peer that keeps sending what cannot be accepted is disconnected (1008), as is one that does not
take what it is sent. A message being handled is never cancelled half-way by the connection's end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from clinic.errors import Refusal, StoreError
from clinic.outbox import TOO_SLOW, Close, FactsDue, Outbox
from contracts.clinic import Refused

M = TypeVar("M")

MOST_STRIKES = 8
HELLO_SECONDS = 10.0
STALL_SECONDS = 10.0
CLOSE_SECONDS = 0.5

POLICY = 1008
TRY_AGAIN = 1013

_log = logging.getLogger(__name__)


class Connection(Generic[M]):
    """`handle` gets each message; `facts`, what to send for facts that are due, until None."""

    def __init__(
        self,
        socket: WebSocket,
        outbox: Outbox,
        decoder: msgspec.json.Decoder[M],
        handle: Callable[[M], Awaitable[None]],
        facts: Callable[[FactsDue], Awaitable[msgspec.Struct | None]] | None = None,
    ) -> None:
        self._socket = socket
        self._outbox = outbox
        self._decoder = decoder
        self._handle = handle
        self._facts = facts
        self._limit: asyncio.Timeout | None = None
        outbox.on_close = self._hurry
        self._strikes = 0
        self._greeted = False

    async def serve(self) -> None:
        """Return when the connection has ended, whoever ended it."""
        sender = asyncio.create_task(self._send_all())
        receive: asyncio.Task[Any] | None = None
        try:
            while not sender.done():
                receive = asyncio.create_task(self._socket.receive())
                await asyncio.wait(
                    {receive, sender},
                    timeout=None if self._greeted else HELLO_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not receive.done():
                    receive.cancel()
                    self._outbox.close(POLICY, "say hello first")
                    await asyncio.wait({sender})
                    return
                message = receive.result()
                if message["type"] == "websocket.disconnect":
                    return
                if not self._outbox.closing:
                    await self._take(message)
        finally:
            if receive is not None:
                receive.cancel()
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sender

    async def _take(self, message: dict[str, Any]) -> None:
        text = message.get("text")
        raw: str | bytes = message.get("bytes") or b"" if text is None else text
        try:
            await self._handle(self._decode(raw))
            self._greeted = True
        except Refusal as refusal:
            self._refuse(refusal)
        except StoreError:
            _log.error("message_not_stored")
            self._outbox.send(Refused("storage", "connect again and send again what is not stored"))
            self._outbox.close(TRY_AGAIN, "not stored: connect again", flush=True)

    def _decode(self, raw: str | bytes) -> M:
        try:
            return self._decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            # the error's words may hold what was sent: they go nowhere
            raise Refusal(
                "message_malformed", "send one JSON object of contracts/clinic a message"
            ) from None

    def _refuse(self, refusal: Refusal) -> None:
        _log.warning("message_refused code=%s", refusal.code)
        self._outbox.send(Refused(refusal.code, refusal.advice))
        self._strikes += refusal.strike
        if refusal.fatal or self._strikes >= MOST_STRIKES:
            self._outbox.close(POLICY, refusal.code, flush=True)

    async def _send_all(self) -> None:
        """Send until told to close, or the peer stops taking."""
        try:
            while True:
                item = await self._outbox.next()
                if isinstance(item, Close):
                    await self._close(item)
                    return
                if isinstance(item, FactsDue):
                    await self._send_facts(item)
                else:
                    await self._send(item)
        except WebSocketDisconnect:
            return
        except TimeoutError:
            _log.warning("peer_too_slow")
            await self._close(Close(TOO_SLOW, "too slow: connect again"))
        except StoreError:
            _log.error("facts_not_read")
            await self._close(Close(TRY_AGAIN, "facts cannot be read: connect again"))

    async def _send_facts(self, due: FactsDue) -> None:
        while self._facts is not None and not self._outbox.closing:
            message = await self._facts(due)
            if message is None:
                return
            await self._send(msgspec.json.encode(message))

    async def _send(self, encoded: bytes) -> None:
        try:
            patience = CLOSE_SECONDS if self._outbox.closing else STALL_SECONDS
            async with asyncio.timeout(patience) as self._limit:
                await self._socket.send_text(encoded.decode())
        finally:
            self._limit = None

    def _hurry(self) -> None:
        """The connection is to end: what is being sent does not get the whole patience."""
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + CLOSE_SECONDS)

    async def _close(self, close: Close) -> None:
        with contextlib.suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(close.code, close.reason)
