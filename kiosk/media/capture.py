"""Reading a camera or a microphone in a thread of its own: opened only while wanted, lost, back.

Nothing is captured that nobody sees or hears: while not wanted the device is closed (its light is
off) and only its presence is looked at.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from kiosk.media.errors import CaptureUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
Item_co = TypeVar("Item_co", covariant=True)

LOOK_AGAIN_S = 1.0
CLOSE_WITHIN_S = 0.3  # a camera that hangs is left to the end of the process


class Capture(Protocol[Item_co]):
    """An open device."""

    def read(self) -> Item_co:
        """Wait for the next item, at most about a second. Raises `CaptureUnavailable`."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class CaptureSource(Protocol[Item_co]):
    """A device, or a file that plays its part."""

    @property
    def simulated(self) -> bool:
        """True where this is a file."""
        ...

    def present(self) -> bool:
        """Whether it can be expected to open. Quick, opens nothing."""
        ...

    def open(self) -> Capture[Item_co]:
        """Open it. Raises `CaptureUnavailable`."""
        ...


class CaptureThread(Generic[T]):
    """Reads `source` while wanted; calls back in the event loop's thread.

    At most `keep` items wait for the loop; the oldest goes first. `on_presence(False)` when a
    source that was there is gone, `on_presence(True)` when it is there again.
    """

    def __init__(
        self,
        what: str,
        source: CaptureSource[T],
        *,
        keep: int,
        on_item: Callable[[T], None],
        on_presence: Callable[[bool], None],
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        self._what = what
        self._source = source
        self._on_item = on_item
        self._on_presence = on_presence
        self._look_again_s = look_again_s
        self._items: collections.deque[T] = collections.deque(maxlen=keep)
        self._condition = threading.Condition()
        self._wanted = False
        self._ending = False
        self._delivering = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=f"{what}-capture", daemon=True)
        self.present = source.present()
        if not self.present:
            log.error("capture_absent what=%s", what)

    @property
    def simulated(self) -> bool:
        """Whether the source is a file."""
        return self._source.simulated

    def start(self) -> None:
        """Start looking after the source."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def want(self, wanted: bool) -> None:  # noqa: FBT001 - a switch
        """Open the source and give its items, or close it."""
        with self._condition:
            self._wanted = wanted
            if not wanted:
                self._items.clear()
            self._condition.notify_all()

    def close(self) -> None:
        """End; waits for the device to be let go of, at most `CLOSE_WITHIN_S`."""
        with self._condition:
            self._ending = True
            self._items.clear()
            self._condition.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout=CLOSE_WITHIN_S)

    def _run(self) -> None:
        while not self._ending:
            if self._wanted:
                try:
                    self._read_while_wanted()
                except CaptureUnavailable as error:
                    self._tell_presence(there=False, why=str(error))
                    self._wait(until_wanted=False)
            else:
                there = self._source.present()
                self._tell_presence(there=there, why="not there")
                self._wait(until_wanted=True)

    def _wait(self, *, until_wanted: bool) -> None:
        with self._condition:
            self._condition.wait_for(
                lambda: self._ending or (until_wanted and self._wanted),
                timeout=self._look_again_s,
            )

    def _read_while_wanted(self) -> None:
        capture = self._source.open()
        try:
            while self._wanted and not self._ending:
                item = capture.read()
                self._tell_presence(there=True, why="")
                self._deliver(item)
        finally:
            capture.close()

    def _deliver(self, item: T) -> None:
        with self._condition:
            if not self._wanted or self._ending:
                return
            self._items.append(item)
            if self._delivering:
                return
            self._delivering = True
        self._call(self._hand_over)

    def _hand_over(self) -> None:
        with self._condition:
            items = list(self._items)
            self._items.clear()
            self._delivering = False
        for item in items:
            self._on_item(item)

    def _tell_presence(self, *, there: bool, why: str) -> None:
        if there == self.present:
            return
        self.present = there
        if there:
            log.info("capture_back what=%s", self._what)
        else:
            log.error("capture_lost what=%s why=%s", self._what, why)
        self._call(lambda: self._on_presence(there))

    def _call(self, callback: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(callback)
        except RuntimeError:  # the loop has closed: the process is ending
            self._ending = True
