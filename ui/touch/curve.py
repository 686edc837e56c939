"""The live curve and its numbers of the moment: shown, never stored."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import Property, QObject, QPointF, QTimer, Signal
from PySide6.QtQml import QmlElement, QmlUncreatable

from contracts.screen import Live

QML_IMPORT_NAME = "ui.touch"
QML_IMPORT_MAJOR_VERSION = 1

QVariant = "QVariant"  # the type's name, where metaobjectdump reads it

SECONDS_SHOWN = 5
MOST_POINTS = 500  # more costs half a core in software and shows nothing more
STALE_MS = 2000  # a number nobody renews is not live


@QmlElement
@QmlUncreatable("made by the application")
class LiveCurve(QObject):  # type: ignore[operator]  # the stub knows no reason
    """`points`: QPointF in a box of `width` by `height`, oldest left, newest right.

    `spo2` and `pulse_rate` are text, "" where the device gives none now.
    """

    updated = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._samples: deque[float] = deque()
        self._rate = 0
        self._next = -1
        self._spo2 = ""
        self._pulse_rate = ""
        self._width = self._height = 1.0
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.setInterval(STALE_MS)
        self._stale.timeout.connect(self.clear)

    def add(self, batch: Live) -> None:
        """Append a batch; a hole in the samples or another rate starts the curve anew."""
        if batch.start != self._next or batch.rate_hz != self._rate:
            self._samples = deque(maxlen=max(2, batch.rate_hz * SECONDS_SHOWN))
            self._rate = batch.rate_hz
        self._samples.extend(batch.curve)
        self._next = batch.start + len(batch.curve)
        self._spo2 = "" if batch.spo2 is None else str(batch.spo2)
        self._pulse_rate = "" if batch.pulse_rate is None else str(batch.pulse_rate)
        self._stale.start()
        self.updated.emit()

    def clear(self) -> None:
        """Forget the curve and its numbers."""
        self._stale.stop()
        if self._next < 0:
            return
        self._samples.clear()
        self._next = -1
        self._spo2 = self._pulse_rate = ""
        self.updated.emit()

    def _points(self) -> list[QPointF]:
        held = len(self._samples)
        if held < 2:
            return []
        span = max(2, self._rate * SECONDS_SHOWN) - 1
        first = span - (held - 1)
        step = max(1, -(-span // MOST_POINTS))
        # decimated on the absolute index, so that the curve slides without shimmering
        offset = (-(self._next - held)) % step
        return [
            QPointF(
                self._width * (first + at) / span,
                self._height * (1.0 - min(1.0, max(0.0, sample))),
            )
            for at, sample in enumerate(self._samples)
            if at % step == offset
        ]

    def _spo2_text(self) -> str:
        return self._spo2

    def _pulse_rate_text(self) -> str:
        return self._pulse_rate

    def _get_width(self) -> float:
        return self._width

    def _set_width(self, width: float) -> None:
        self._width = width
        self.updated.emit()

    def _get_height(self) -> float:
        return self._height

    def _set_height(self, height: float) -> None:
        self._height = height
        self.updated.emit()

    width = Property(float, _get_width, _set_width, notify=updated)
    height = Property(float, _get_height, _set_height, notify=updated)
    points = Property(QVariant, _points, notify=updated)  # type: ignore[arg-type]  # a C++ name
    spo2 = Property(str, _spo2_text, notify=updated)
    pulse_rate = Property(str, _pulse_rate_text, notify=updated)
