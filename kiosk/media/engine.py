"""What the rest of this process asks of a WebRTC library, and nothing more.

One `Call` is one peer connection that answers one offer. Pictures and sound cross here as decoded
frames, so that another engine can take aiortc's place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from av import VideoFrame

from kiosk.media.levels import PictureMeter, SoundMeter
from kiosk.media.liveness import Pulse
from kiosk.media.picture import Picture
from kiosk.media.sound import Block


@dataclass(frozen=True, slots=True)
class Received:
    """Where what the doctor sends goes; called in the event loop's thread, must not wait."""

    on_picture: Callable[[VideoFrame], None]
    on_sound: Callable[[Block], None]


@dataclass(frozen=True, slots=True)
class SentMeters:
    """Fed with what has really been given to the encoders."""

    picture: PictureMeter
    sound: SoundMeter


class Call(Protocol):
    """One peer connection."""

    async def answer(self, offer: str) -> str:
        """Return the SDP answer, with all host candidates. Raises `OfferRefused`."""
        ...

    async def add_candidate(self, candidate: str, *, mid: str | None, line: int | None) -> None:
        """Take a candidate of the other end (`RTCIceCandidate.candidate`), after `answer`.

        One that cannot be read is dropped, and logged.
        """
        ...

    def send_picture(self, picture: Picture) -> None:
        """Send this picture, in place of one not yet encoded."""
        ...

    def send_sound(self, block: Block) -> None:
        """Send this sound after the (few) blocks that wait."""
        ...

    def pulse(self) -> Pulse:
        """What the transport says now."""
        ...

    async def close(self) -> None:
        """Stop sending and receiving; nothing is called back after it returns."""
        ...


class Engine(Protocol):
    """Makes calls."""

    def new_call(self, received: Received, sent: SentMeters) -> Call:
        """A call that has not begun."""
        ...
