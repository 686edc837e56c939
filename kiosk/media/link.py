"""`media.sock`: orders from the consultation, and what becomes of them. Connects by itself, again
and again: the consultation starts anew with each patient.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from contracts.media import FromMedia, MediaHello, ToMedia
from kiosk.media.peer import same_user

log = logging.getLogger(__name__)

AGAIN_S = 0.2
LINE_LIMIT = 2**20  # an SDP offer is some 10 KiB
UNREAD_LIMIT = 2**18  # a consultation that has not read this much hangs: start the link afresh


class ConsultationLink:
    """The media process's end of the link."""

    def __init__(
        self,
        path: Path,
        *,
        hello: Callable[[], MediaHello],
        obey: Callable[[ToMedia], Awaitable[None]],
        let_go: Callable[[], None],
    ) -> None:
        self._path = path
        self._hello = hello
        self._obey = obey
        self._let_go = let_go
        self._writer: asyncio.StreamWriter | None = None
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(ToMedia)

    def send(self, message: FromMedia) -> None:
        """Send now, or drop where there is no consultation (it is told anew by `MediaHello`)."""
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        if writer.transport.get_write_buffer_size() > UNREAD_LIMIT:
            log.error("consultation_link_stuck")
            writer.transport.abort()
            return
        writer.write(self._encoder.encode(message) + b"\n")

    async def run(self) -> None:
        """Connect, serve, and connect again, until cancelled."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LINE_LIMIT)
            except OSError:
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                if same_user(writer.get_extra_info("socket")):
                    await self._serve(reader, writer)
                else:
                    log.error("consultation_refused reason=other_user")
            finally:
                writer.close()
            await asyncio.sleep(AGAIN_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        log.info("consultation_connected")
        self._writer = writer
        self.send(self._hello())
        try:
            while line := await reader.readline():
                try:
                    order = self._decoder.decode(line)
                except msgspec.DecodeError:  # its text would quote the message
                    log.error("order_unreadable bytes=%d", len(line))  # noqa: TRY400 - as said
                    continue
                await self._obey(order)
        except (ConnectionError, ValueError):  # reset by a kill; a line beyond the limit
            log.warning("consultation_link_broken")
        finally:
            self._writer = None
            self._let_go()
            log.info("consultation_gone")
