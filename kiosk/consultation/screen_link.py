"""The touch front end, as the consultation sees it: views and live curves down, intents up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from contracts import screen
from kiosk.consultation.sockets import LineServer

LOG = logging.getLogger(__name__)


class ScreenLink:
    """Sends the newest view to whoever connects, then each change. Hears intents."""

    def __init__(self, run: Path, heard: Callable[[screen.IntentMessage], None]) -> None:
        self._heard = heard
        self._decoder = msgspec.json.Decoder(screen.IntentMessage)
        self._views = LineServer(run / "view.sock", joined=self._joined, heard=self._line)
        self._live = LineServer(run / "live.sock")
        self._view: screen.View | None = None

    async def start(self) -> None:
        """Listen."""
        await self._views.start()
        await self._live.start()

    def show(self, view: screen.View) -> None:
        """Show this now."""
        self._view = view
        self._views.send(view)

    def show_live(self, live: screen.Live) -> None:
        """Draw this unless the front end is behind."""
        self._live.send_newest(live)

    async def close(self) -> None:
        """Stop."""
        await self._views.close()
        await self._live.close()

    def _joined(self) -> None:
        if self._view is not None:
            self._views.send(self._view)

    def _line(self, line: bytes) -> None:
        try:
            message = self._decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            LOG.error("screen_link_bad_message bytes=%d", len(line))  # noqa: TRY400 - no content in a log
            return
        self._heard(message)
