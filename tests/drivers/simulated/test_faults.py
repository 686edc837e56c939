from __future__ import annotations

import pytest

from drivers.protocols.nonin import Frame, FrameError, Status
from drivers.simulated.control import answer
from drivers.simulated.faults import (
    Command,
    Corrupt,
    Delay,
    Duplicate,
    Finger,
    Join,
    Plug,
    SetValues,
    Split,
    Truncate,
    Unplug,
    Wire,
    WireFault,
)

FRAMES = [Frame(Status(), n, n).to_bytes() for n in range(6)]


def carried(*faults: WireFault) -> list[list[bytes]]:
    wire = Wire()
    for fault in faults:
        wire.add(fault)
    return [wire.carry(frame) for frame in FRAMES]


def test_without_a_fault_a_frame_is_one_piece() -> None:
    assert carried() == [[frame] for frame in FRAMES]


def test_a_corrupted_frame_is_not_a_frame_unless_the_checksum_follows() -> None:
    (first,), *others = carried(Corrupt(byte=2, mask=8))
    assert others == [[frame] for frame in FRAMES[1:]]
    with pytest.raises(FrameError):
        Frame.from_bytes(first)
    (first,) = carried(Corrupt(byte=2, mask=8, fix_checksum=True))[0]
    assert Frame.from_bytes(first).pleth == 8


def test_split_join_duplicate_and_truncate() -> None:
    assert carried(Split(frames=1))[:2] == [[FRAMES[0][:2], FRAMES[0][2:]], [FRAMES[1]]]
    assert carried(Join(frames=3))[:4] == [[], [], [b"".join(FRAMES[:3])], [FRAMES[3]]]
    assert carried(Duplicate())[:2] == [[FRAMES[0] * 2], [FRAMES[1]]]
    assert carried(Truncate(keep=3))[:2] == [[FRAMES[0][:3]], [FRAMES[1]]]
    assert carried(Truncate(keep=0))[:2] == [[], [FRAMES[1]]]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (b'{"do": "corrupt", "byte": 2, "mask": 255}', Corrupt(2, 255)),
        (b'{"do": "split"}', Split()),
        (b'{"do": "join", "frames": 5}', Join(5)),
        (b'{"do": "duplicate"}', Duplicate()),
        (b'{"do": "truncate", "keep": 1}', Truncate(1)),
        (b'{"do": "delay", "seconds": 2.5}', Delay(2.5)),
        (b'{"do": "unplug"}', Unplug()),
        (b'{"do": "plug"}', Plug()),
        (b'{"do": "set", "spo2": 91}', SetValues(spo2=91)),
        (b'{"do": "finger", "inside": false}', Finger(inside=False)),
    ],
)
def test_commands_are_json_lines(line: bytes, command: Command) -> None:
    heard: list[Command] = []
    assert answer(line, heard.append) == {"ok": True}
    assert heard == [command]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"do": "explode"}',
        b'{"do": "corrupt", "byte": 5}',
        b'{"do": "corrupt", "bite": 1}',
        b'{"do": "set", "spo2": 127}',
        b"\xff\xff",
    ],
)
def test_a_wrong_command_is_answered_and_not_done(line: bytes) -> None:
    heard: list[Command] = []
    said = answer(line, heard.append)
    assert said["ok"] is False
    assert said["error"]
    assert heard == []
