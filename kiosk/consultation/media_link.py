"""The media process, as the consultation sees it: one peer on `media.sock`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from contracts import media
from kiosk.consultation.sockets import LineServer

LOG = logging.getLogger(__name__)


class MediaLink:
    """Hears `FromMedia`, sends `ToMedia`. Without a media process, what is sent is forgotten."""

    def __init__(
        self, run: Path, heard: Callable[[media.FromMedia], None], gone: Callable[[], None]
    ) -> None:
        self._heard = heard
        self._gone = gone
        self._decoder = msgspec.json.Decoder(media.FromMedia)
        self._server = LineServer(run / "media.sock", heard=self._line, left=self._left)

    async def start(self) -> None:
        """Listen."""
        await self._server.start()

    def send(self, message: media.ToMedia) -> None:
        """Send."""
        self._server.send(message)

    async def close(self) -> None:
        """Stop."""
        await self._server.close()

    def _left(self) -> None:
        if not self._server.connected:  # its successor may have been quicker than its end
            self._gone()

    def _line(self, line: bytes) -> None:
        try:
            message = self._decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            LOG.error("media_link_bad_message bytes=%d", len(line))  # noqa: TRY400 - no content in a log
            return
        self._heard(message)
