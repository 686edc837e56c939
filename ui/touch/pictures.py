"""The doctor's and the patient's own picture, from frames to the video sinks of the page."""

from __future__ import annotations

from PySide6.QtCore import Property, QObject, QSize, Signal
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat, QVideoSink
from PySide6.QtQml import QmlElement, QmlUncreatable

from contracts.media import Source
from ui.touch.frames import Frame

QML_IMPORT_NAME = "ui.touch"
QML_IMPORT_MAJOR_VERSION = 1


def video_frame(frame: Frame) -> QVideoFrame:
    """Copy an I420 frame into a `QVideoFrame`, row by row where Qt pads its rows."""
    shape = QVideoFrameFormat(
        QSize(frame.width, frame.height), QVideoFrameFormat.PixelFormat.Format_YUV420P
    )
    picture = QVideoFrame(shape)
    picture.map(QVideoFrame.MapMode.WriteOnly)
    at = 0
    for plane, (width, height) in enumerate(frame.planes):
        stride = picture.bytesPerLine(plane)
        rows: memoryview = picture.bits(plane)  # type: ignore[assignment]  # stub says object
        if stride == width:
            rows[: width * height] = frame.data[at : at + width * height]
        else:
            for row in range(height):
                start = at + row * width
                rows[row * stride : row * stride + width] = frame.data[start : start + width]
        at += width * height
    picture.unmap()
    return picture


@QmlElement
@QmlUncreatable("made by the application")
class Pictures(QObject):  # type: ignore[operator]  # the stub knows no reason
    """Where the page hangs its sinks. A frame for which no page has a sink is dropped."""

    hung = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sinks: dict[Source, QVideoSink | None] = {}
        self._on: dict[Source, bool] = {}
        self.count: dict[Source, int] = dict.fromkeys(Source, 0)
        self.last: dict[Source, QVideoFrame] = {}

    def show(self, source: Source, frame: Frame | None) -> None:
        """Show `frame`; None: the source has stopped, show nothing of it."""
        sink = self._sinks.get(source)
        if frame is not None and sink is not None:
            sink.setVideoFrame(video_frame(frame))
            self.count[source] += 1
        elif sink is not None:
            sink.setVideoFrame(QVideoFrame())
        self._turn(source, on=frame is not None and sink is not None)

    def clear(self) -> None:
        """Show nothing of anyone."""
        for source in Source:
            self.show(source, None)

    def sink(self, source: Source) -> QVideoSink | None:
        """The sink the page hung for `source`, if it shows one."""
        return self._sinks.get(source)

    def _turn(self, source: Source, *, on: bool) -> None:
        if self._on.get(source, False) != on:
            self._on[source] = on
            self.changed.emit()

    def _hang(self, source: Source, sink: QObject | None) -> None:
        self._sinks[source] = sink if isinstance(sink, QVideoSink) else None
        self._turn(source, on=False)
        self.hung.emit()

    def _doctor(self) -> QObject | None:
        return self._sinks.get(Source.DOCTOR)

    def _set_doctor(self, sink: QObject | None) -> None:
        self._hang(Source.DOCTOR, sink)

    def _own(self) -> QObject | None:
        return self._sinks.get(Source.SELF)

    def _set_own(self, sink: QObject | None) -> None:
        self._hang(Source.SELF, sink)

    def _doctor_on(self) -> bool:
        return self._on.get(Source.DOCTOR, False)

    def _own_on(self) -> bool:
        return self._on.get(Source.SELF, False)

    doctor = Property(QObject, _doctor, _set_doctor, notify=hung)
    own = Property(QObject, _own, _set_own, notify=hung)
    doctor_on = Property(bool, _doctor_on, notify=changed)
    own_on = Property(bool, _own_on, notify=changed)
