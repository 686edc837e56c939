"""Pictures arrive exactly, go when they stop, and are refused when they are not safe."""

from __future__ import annotations

import random

import pytest

from contracts.consultation import Language
from contracts.media import FrameNotice, Source
from tests.mutation import red_under
from tests.ui.touch.conftest import Front
from tests.ui.touch.fake import until
from tests.ui.touch.views import view
from ui.touch.frames import Frame
from ui.touch.pictures import video_frame


def noise(width: int, height: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(width * height * 3 // 2)


def planes(front: Front, source: Source) -> bytes:
    """What the page's sink holds, without Qt's padding."""
    sink = front.touch.model.video.sink(source)
    assert sink is not None
    frame = sink.videoFrame()
    return unpadded(frame)


def shown(front: Front, source: Source, data: bytes) -> None:
    until(lambda: planes(front, source) == data)


def unpadded(frame: object) -> bytes:
    from PySide6.QtMultimedia import QVideoFrame

    assert isinstance(frame, QVideoFrame)
    if not frame.isValid():
        return b""
    assert frame.map(QVideoFrame.MapMode.ReadOnly)
    out = bytearray()
    for plane in range(3):
        width = frame.width() // (2 if plane else 1)
        height = frame.height() // (2 if plane else 1)
        rows, stride = bytes(frame.bits(plane)), frame.bytesPerLine(plane)
        for row in range(height):
            out += rows[row * stride : row * stride + width]
    frame.unmap()
    return bytes(out)


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (640, 360), (322, 182), (90, 50)])
def test_every_byte_of_a_frame_arrives(
    front: Front, source: Source, width: int, height: int
) -> None:
    front.show(view("call", Language.FR))
    data = noise(width, height, 1)
    front.media.send(source, width, height, data)
    until(lambda: planes(front, source) == data)


def test_newest_wins_and_the_size_may_change_in_mid_call(front: Front) -> None:
    front.show(view("call", Language.FR))
    for seed, (width, height) in enumerate([(640, 360), (640, 360), (1280, 720), (320, 180)]):
        for late in range(5):
            front.media.send(Source.DOCTOR, width, height, noise(width, height, 10 * seed + late))
        wanted = noise(width, height, 10 * seed + 4)
        shown(front, Source.DOCTOR, wanted)


@red_under(
    "ui/touch/pictures.py",
    old="            sink.setVideoFrame(QVideoFrame())",
    new="            pass",
)
def test_a_source_that_stops_leaves_no_picture(front: Front) -> None:
    front.show(view("call", Language.FR))
    front.media.send(Source.DOCTOR, 640, 360, noise(640, 360, 3))
    until(lambda: planes(front, Source.DOCTOR) != b"")
    front.media.stop(Source.DOCTOR)
    until(lambda: planes(front, Source.DOCTOR) == b"")
    assert "L’image du médecin arrive…" in front.driver.texts()  # noqa: RUF001 - French


def test_a_media_process_that_dies_leaves_no_picture(front: Front) -> None:
    front.show(view("call", Language.FR))
    for source in Source:
        front.media.send(source, 640, 360, noise(640, 360, 4))
        shown(front, source, noise(640, 360, 4))
    front.media.die()
    until(lambda: all(planes(front, source) == b"" for source in Source))


def test_a_consultation_that_dies_leaves_no_picture(front: Front) -> None:
    front.show(view("call", Language.FR))
    front.media.send(Source.DOCTOR, 640, 360, noise(640, 360, 5))
    until(lambda: planes(front, Source.DOCTOR) != b"")
    front.consultation.die()
    until(lambda: front.touch.model.view is None)
    assert front.touch.model.video.sink(Source.DOCTOR) is None
    front.consultation.rise()
    front.show(view("call", Language.FR))
    assert planes(front, Source.DOCTOR) == b""


def test_a_source_stopped_before_it_drew_and_its_memory_sent_early_are_no_surprise(
    front: Front,
) -> None:
    import fcntl
    import mmap
    import os

    from tests.ui.touch.fake import SEALS

    front.show(view("call", Language.FR))
    front.media.notify(FrameNotice(Source.SELF, 0, 3, None, 0, 0, 0), [])
    data = noise(64, 32, 9)
    descriptor = os.memfd_create("early", os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, len(data) * 3)
    memory = mmap.mmap(descriptor, len(data) * 3)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
    # after a reconnection the memory rides with the notice that says "stopped"
    front.media.notify(FrameNotice(Source.DOCTOR, 5, 3, None, 0, 0, 1), [descriptor])
    os.close(descriptor)
    memory[: len(data)] = data
    front.media.notify(FrameNotice(Source.DOCTOR, 5, 3, 0, 64, 32, 2), [])
    until(lambda: planes(front, Source.DOCTOR) == data)


@red_under(
    "ui/touch/frames.py",
    old="            if seals & NEEDED_SEALS != NEEDED_SEALS:",
    new="            if seals < 0:",
)
def test_memory_that_could_shrink_under_our_feet_is_refused(front: Front) -> None:
    front.show(view("call", Language.FR))
    front.media.send(Source.DOCTOR, 64, 32, noise(64, 32, 1), seals=0)
    front.media.hung_up()
    assert planes(front, Source.DOCTOR) == b""


@pytest.mark.parametrize(
    "notice",
    [
        FrameNotice(Source.DOCTOR, 7, 3, 0, 64, 32, 1),  # announced memory that never comes
        FrameNotice(Source.DOCTOR, 7, 3, 0, 63, 32, 1),  # odd
    ],
)
def test_a_notice_that_cannot_be_followed_costs_the_connection_only(
    front: Front, notice: FrameNotice
) -> None:
    front.show(view("call", Language.FR))
    front.media.notify(notice, [])
    front.media.hung_up()
    data = noise(64, 32, 2)
    front.media.send(Source.DOCTOR, 64, 32, data)
    until(lambda: planes(front, Source.DOCTOR) == data)


def test_rows_are_copied_where_qt_pads_them() -> None:
    for width, height in ((2, 2), (66, 34), (130, 18), (1282, 722)):
        data = noise(width, height, width)
        assert unpadded(video_frame(Frame(width, height, memoryview(data)))) == data


def test_frames_without_a_page_that_shows_them_are_dropped(front: Front) -> None:
    front.show(view("waiting", Language.FR))
    front.media.send(Source.DOCTOR, 64, 32, noise(64, 32, 1))
    until(lambda: Source.DOCTOR in front.touch._frames._rings)
    front.show(view("call", Language.FR, 2))
    assert planes(front, Source.DOCTOR) == b""
    assert front.touch.model.video.count[Source.DOCTOR] == 0


def test_a_picture_that_stands_still_is_said_beside_it(front: Front) -> None:
    front.show(view("call_frozen", Language.EN))
    words = "The doctor's picture stands still. Keep talking, or wait a moment."
    assert words not in front.driver.texts(), "there is no picture yet"
    for source in Source:
        front.media.send(source, 64, 32, noise(64, 32, 1))
        shown(front, source, noise(64, 32, 1))
    texts = front.driver.texts()
    assert words in texts
    assert "Your picture stands still" in texts
    front.show(view("call_values", Language.EN, 2))
    assert words not in front.driver.texts()
    assert "Your picture stands still" not in front.driver.texts()
