"""What can go wrong between a device that speaks well and the booth, on demand. Pure.

Commands are JSON lines on the simulator's control socket: `{"do": "corrupt"}`.
"""

from __future__ import annotations

from collections import deque
from typing import Annotated

import msgspec
from msgspec import Meta

from drivers.errors import DriverError
from drivers.protocols.nonin import FRAME_LENGTH

Count = Annotated[int, Meta(ge=1, le=100_000)]


class CommandRefused(DriverError):
    """This simulator cannot do that."""


class _Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    """Done at the next frame."""


class Corrupt(_Command, frozen=True, tag="corrupt"):
    """XOR `mask` into one byte of the next frame. `fix_checksum`: so that nobody can tell."""

    byte: Annotated[int, Meta(ge=0, lt=FRAME_LENGTH)] = 3
    mask: Annotated[int, Meta(ge=1, le=255)] = 1
    fix_checksum: bool = False


class Split(_Command, frozen=True, tag="split"):
    """The next `frames` frames come in two pieces each."""

    frames: Count = 75


class Join(_Command, frozen=True, tag="join"):
    """The next `frames` frames come together, with the last of them."""

    frames: Count = 10


class Duplicate(_Command, frozen=True, tag="duplicate"):
    """The next frame comes twice."""


class Truncate(_Command, frozen=True, tag="truncate"):
    """Only `keep` bytes of the next frame come."""

    keep: Annotated[int, Meta(ge=0, lt=FRAME_LENGTH)] = 2


class Delay(_Command, frozen=True, tag="delay"):
    """Nothing comes for `seconds`, then all that was due."""

    seconds: Annotated[float, Meta(gt=0, le=60)] = 1.0


class Unplug(_Command, frozen=True, tag="unplug"):
    """The cable is pulled after two bytes of the next frame."""


class Plug(_Command, frozen=True, tag="plug"):
    """The cable is put back."""


class SetValues(_Command, frozen=True, tag="set"):
    """The patient changes: from the next packet on. None: as before."""

    spo2: Annotated[int, Meta(ge=0, le=126)] | None = None
    pulse_rate: Annotated[int, Meta(ge=0, le=510)] | None = None


class Finger(_Command, frozen=True, tag="finger"):
    """In, out, or (None) as the finger file says."""

    inside: bool | None = None


WireFault = Corrupt | Split | Join | Duplicate | Truncate
Command = WireFault | Delay | Unplug | Plug | SetValues | Finger


class Wire:
    """From the frames said to the pieces that arrive."""

    def __init__(self) -> None:
        self._corrupt: deque[Corrupt] = deque()
        self._truncate: deque[Truncate] = deque()
        self._duplicate = 0
        self._split = 0
        self._join = 0
        self._held = bytearray()

    def add(self, fault: WireFault) -> None:
        """Let `fault` happen to the next frame."""
        match fault:
            case Corrupt():
                self._corrupt.append(fault)
            case Truncate():
                self._truncate.append(fault)
            case Duplicate():
                self._duplicate += 1
            case Split(frames=frames):
                self._split = frames
            case Join(frames=frames):
                self._join = frames

    def carry(self, frame: bytes) -> list[bytes]:
        """Return the pieces that arrive for `frame`, each a moment after the one before."""
        data = frame
        if self._corrupt:
            data = corrupted(data, self._corrupt.popleft())
        if self._truncate:
            data = data[: self._truncate.popleft().keep]
        if self._duplicate:
            self._duplicate -= 1
            data = data + data
        if self._join:
            self._join -= 1
            self._held += data
            if self._join:
                return []
            data = bytes(self._held)
            self._held.clear()
        if self._split:
            self._split -= 1
            return [piece for piece in (data[:2], data[2:]) if piece]
        return [data] if data else []


def corrupted(frame: bytes, fault: Corrupt) -> bytes:
    """Return `frame` with one byte altered."""
    altered = bytearray(frame)
    altered[fault.byte] ^= fault.mask
    if fault.fix_checksum:
        altered[-1] = sum(altered[:-1]) & 0xFF
    return bytes(altered)
