"""The places inside aiortc where it takes nothing of ours, and we put it all the same.

Per object, before it starts, never globally. Each place is checked: another version of aiortc is
an `EngineMismatch`, not a silent return to its defaults.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import Any

from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs.base import Encoder
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket

from kiosk.media.errors import EngineMismatch

PENDING_FRAMES = 30  # encoded and not yet decoded, more than a second of video: start afresh
UNREAD_FRAMES = 8  # decoded and not yet read
SOUND_REORDER = 8  # packets (160 ms) a missing one is waited for; a power of two
SOUND_SLACK = (
    2  # packets (40 ms) of delay kept rather than skip sound, after packets changed places
)


def install_encoder(sender: RTCRtpSender, encoder: Encoder) -> None:
    """Make `sender` use `encoder` instead of the one it would create at its first frame."""
    _replace(sender, "_RTCRtpSender__encoder", encoder)


def tune_receiver(receiver: RTCRtpReceiver) -> None:
    """Give the queues behind `receiver` an end, and sound a shorter wait."""
    decode_error = getattr(receiver, "_RTCRtpReceiver__decoder_error", None)
    if not isinstance(decode_error, threading.Event):
        raise _mismatch("_RTCRtpReceiver__decoder_error")
    _replace(receiver, "_RTCRtpReceiver__decoder_queue", FreshQueue(decode_error))
    _replace(receiver.track, "_queue", NewestQueue())
    if receiver.track.kind == "audio":
        _replace(receiver, "_RTCRtpReceiver__jitter_buffer", SoundJitterBuffer())


class FreshQueue(queue.Queue[Any]):
    """Encoded frames for the decoder (aiortc's has no end).

    When the decoder cannot follow, all are dropped and a whole picture is asked for: aiortc sends
    a PLI when `decode_error` is set.
    """

    def __init__(self, decode_error: threading.Event) -> None:
        super().__init__()
        self._decode_error = decode_error

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - queue.Queue's signature
        """Add `item`; None (the end) always goes in after what waits."""
        if self.qsize() >= PENDING_FRAMES and item is not None:
            with self.mutex:
                self.queue.clear()
            self._decode_error.set()
        super().put(item, block, timeout)


class NewestQueue(asyncio.Queue[Any]):
    """Decoded frames for the reader (aiortc's has no end): the oldest makes room."""

    async def put(self, item: Any) -> None:
        """Add `item`."""
        while self.qsize() >= UNREAD_FRAMES:
            self.get_nowait()
        await super().put(item)


class SoundJitterBuffer(JitterBuffer):
    """Puts sound packets in order, and does not keep the delay that a lost one cost.

    aiortc's waits for four packets before it gives one (80 ms), for sixteen when one is lost, and
    then stays 280 ms late for the rest of the call, since it gives one frame for each packet. Here
    a packet is given when the next one is there; a missing one is waited for `SOUND_REORDER`
    packets; then what is more than `SOUND_SLACK` late is skipped. Playing evenly is the sound
    output's task.
    """

    PREFETCH = 1

    def __init__(self) -> None:
        super().__init__(capacity=SOUND_REORDER, prefetch=self.PREFETCH)

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """As aiortc's: whether a picture was lost (never here), and the frame to decode."""
        lost, frame = super().add(packet)
        self._prefetch = self.PREFETCH + SOUND_SLACK  # give only while more than that waits
        while newer := self._remove_frame(packet.sequence_number):
            frame = newer
        self._prefetch = self.PREFETCH
        return lost, frame


def _replace(owner: object, attribute: str, value: object) -> None:
    if not hasattr(owner, attribute):
        raise _mismatch(attribute)
    setattr(owner, attribute, value)


def _mismatch(attribute: str) -> EngineMismatch:
    return EngineMismatch(
        f"aiortc has no {attribute}",
        on="aiortc",
        advice="install the version in requirements.lock",
    )
