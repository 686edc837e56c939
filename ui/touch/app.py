"""Puts the front end together: window, links, languages. Used by `__main__` and by tests."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import shiboken6
from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from config import BoothConfig
from contracts.consultation import Language
from contracts.screen import Live, View
from ui.touch.errors import TouchError
from ui.touch.frames import FramesReader
from ui.touch.languages import COMPILED, Languages
from ui.touch.link import LineLink
from ui.touch.view_model import TouchModel

log = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FONTS = ("Noto Sans", "DejaVu Sans")
LONGEST_SOCKET = 100  # QLocalSocket takes 106 bytes and calls a longer one "Invalid name"


class Touch(QObject):
    """The whole front end, in one process with one window. Keep it for as long as it runs."""

    def __init__(self, config: BoothConfig, *, words: Path = COMPILED) -> None:
        """Build all of it; `start` connects. Raises `TouchError` when it cannot be drawn."""
        super().__init__()
        run = config.paths.run
        if len(str(run / "frames.sock").encode()) > LONGEST_SOCKET:
            raise TouchError(f"{run}: too long for a socket; choose a shorter paths.run")
        self._languages = Languages(words, self)
        self._languages.speak(Language.FR)
        self._view_link = LineLink(run / "view.sock", self)
        self._live_link = LineLink(run / "live.sock", self)
        self.model = TouchModel(self._view_link.send, self)
        self._frames = FramesReader(run / "frames.sock", self.model.video.show, self)
        self._view_decoder = msgspec.json.Decoder(View)
        self._live_decoder = msgspec.json.Decoder(Live)
        self._view_link.line.connect(self._on_view)
        self._view_link.lost.connect(self.model.clear)
        self._live_link.line.connect(self._on_live)
        self._live_link.lost.connect(self.model.live.clear)
        self.model.spoken.connect(self._on_spoken)
        self.engine = QQmlApplicationEngine()
        self.engine.addImportPath(str(ROOT))
        theme = self.engine.singletonInstance("ui.touch.theme", "Theme")
        if not isinstance(theme, QObject):
            raise TouchError(f"{HERE / 'theme'}: cannot be loaded; is the tree complete?")
        theme.setProperty("pixels_per_mm", _pixels_per_mm(config))
        self.engine.setInitialProperties(
            {
                "touch": self.model,
                "width": config.screen.width_px,
                "height": config.screen.height_px,
                "fullscreen": config.screen.fullscreen,
            }
        )
        self.engine.load(QUrl.fromLocalFile(str(HERE / "Main.qml")))
        windows = self.engine.rootObjects()
        if not windows or not isinstance(windows[0], QQuickWindow):
            raise TouchError(f"{HERE / 'Main.qml'}: cannot be loaded; the lines above say why")
        self.window: QQuickWindow = windows[0]

    def start(self) -> None:
        """Look for the consultation and the media process, again and again."""
        self._view_link.start()
        self._live_link.start()
        self._frames.start()

    def stop(self) -> None:
        """Let go of all sockets, clear the screen, close the window. The last call."""
        for link in (self._view_link, self._live_link, self._frames):
            link.stop()
        self.model.clear()
        # before the model, on which every page leans
        shiboken6.delete(self.engine)
        self._languages.silence()

    def _on_view(self, line: bytes) -> None:
        try:
            view = self._view_decoder.decode(line)
        except msgspec.DecodeError:
            # showing the page before would be showing what is no longer so
            self._view_link.drop("view_not_understood")
            return
        self.model.show(view)

    def _on_live(self, line: bytes) -> None:
        try:
            batch = self._live_decoder.decode(line)
        except msgspec.DecodeError:
            self._live_link.drop("live_not_understood")
            return
        self.model.show_live(batch)

    def _on_spoken(self) -> None:
        view = self.model.view
        if view is not None:
            self._languages.speak(view.language)
            self.engine.retranslate()


def _pixels_per_mm(config: BoothConfig) -> float:
    """Of the denser side: a target of 15 mm is 15 mm both ways."""
    screen = config.screen
    return max(screen.width_px / screen.width_mm, screen.height_px / screen.height_mm)


def set_up(application: QGuiApplication, config: BoothConfig) -> None:
    """What belongs to the whole application: font, and no mouse pointer on a touchscreen."""
    application.setApplicationName("telecabine")
    application.setFont(QFont(list(FONTS)))
    if config.screen.fullscreen:
        application.setOverrideCursor(Qt.CursorShape.BlankCursor)
