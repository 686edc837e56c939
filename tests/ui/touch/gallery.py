"""`xvfb-run python -m tests.ui.touch.gallery OUT [NAME…]`: a picture of every page, to look at."""

from __future__ import annotations

import math
import sys
import tempfile
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from contracts.consultation import Instrument, Language
from contracts.media import Source
from contracts.screen import Live, View
from tests.ui.touch.booth import booth_config
from tests.ui.touch.fake import FakeConsultation, FakeMedia, until
from tests.ui.touch.views import CASES, view
from ui.touch.app import Touch, set_up
from ui.touch.view_model import measuring_of


def picture(width: int, height: int, tone: int) -> bytes:
    """A soft gradient with a bright disc: enough to see where the picture is."""
    luma = bytearray()
    for y in range(height):
        for x in range(width):
            disc = math.hypot(x - width / 2, y - height / 2) < height / 3
            luma.append(200 if disc else 60 + x * 60 // width)
    quarter = width * height // 4
    return bytes(luma) + bytes([tone]) * quarter + bytes([255 - tone]) * quarter


def arrived(touch: Touch, view: View) -> None:
    until(lambda: touch.model.view == view)


def main() -> None:
    out, names = Path(sys.argv[1]), sys.argv[2:]
    out.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        config = booth_config(Path(folder))
        set_up(application, config)
        consultation = FakeConsultation(config.paths.run)
        media = FakeMedia(config.paths.run)
        touch = Touch(config)
        touch.engine.warnings.connect(lambda each: print("QML", [w.toString() for w in each]))
        touch.start()
        revision = 0
        for language in Language:
            for name, dialog in CASES:
                label = f"{name}{'-' + dialog.value if dialog else ''}"
                if names and not any(label.startswith(each) for each in names):
                    continue
                revision += 1
                wanted = view(name, language, revision, dialog=dialog)
                consultation.show(wanted)
                arrived(touch, wanted)
                if name.startswith("call"):
                    for source, tone in ((Source.DOCTOR, 110), (Source.SELF, 140)):
                        media.send(source, 640, 360, picture(640, 360, tone))
                    until(touch.model.video._doctor_on)
                measuring = measuring_of(wanted)
                if measuring and measuring.phase.value in ("place", "measuring"):
                    wave = tuple(
                        0.5 + 0.4 * math.sin(i / 7) * math.exp(-((i % 60) / 40)) for i in range(375)
                    )
                    consultation.live(Live(Instrument.OXIMETER, 75, 0, wave, 97, 72))
                    until(lambda: len(touch.model.live._points()) > 2)
                swaps = [0]

                def count(swaps: list[int] = swaps) -> None:
                    swaps[0] += 1

                touch.window.frameSwapped.connect(count)
                touch.window.update()

                def drawn(swaps: list[int] = swaps) -> bool:
                    touch.window.update()
                    return swaps[0] > 4

                until(drawn, 20)
                touch.window.frameSwapped.disconnect(count)
                touch.window.grabWindow().save(str(out / f"{language.value}-{label}.png"))
                print(label, language.value)
        touch.stop()


if __name__ == "__main__":
    main()
