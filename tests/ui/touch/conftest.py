"""One Qt application; a front end with peers at its sockets; nothing fails silently."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from cli.driven_touch import Driver
from cli.qml import build
from config.schemas import Screen
from contracts.screen import Intent, View
from tests.ui.touch.booth import DEFAULT_SCREEN, booth_config
from tests.ui.touch.fake import FakeConsultation, FakeMedia, until
from ui.touch.app import Touch, set_up


@dataclass
class Front:
    """The front end and both its peers."""

    touch: Touch
    consultation: FakeConsultation
    media: FakeMedia
    driver: Driver

    def show(self, view: View) -> None:
        """Show a view and wait until presses on it are taken."""
        self.consultation.show(view)
        until(lambda: self.touch.model.view == view and self.touch.model.accepts())

    def see(self, view: View) -> None:
        """Show a view and wait until it is there."""
        self.consultation.show(view)
        until(lambda: self.touch.model.view == view)

    def singleton(self, module: str, name: str) -> QObject:
        """A QML singleton of the front end."""
        found = self.touch.engine.singletonInstance(module, name)
        assert isinstance(found, QObject)
        return found

    def press(self, name: str) -> Intent:
        """Press, and return the one intent that came of it."""
        before = len(self.consultation.intents)
        self.driver.press(name)
        until(lambda: len(self.consultation.intents) > before)
        assert len(self.consultation.intents) == before + 1
        return self.consultation.intents[-1]


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> QGuiApplication:
    build()
    application = QGuiApplication.instance() or QGuiApplication(["touch"])
    assert isinstance(application, QGuiApplication)
    set_up(application, booth_config(tmp_path_factory.mktemp("booth")))
    return application


@pytest.fixture
def start(
    application: QGuiApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Front]]:
    """Start front ends; at the end, no engine warning and no exception in a slot."""
    escaped: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, _: escaped.append(repr(error)))
    fronts: list[Front] = []

    def begin(screen: Screen = DEFAULT_SCREEN) -> Front:
        config = booth_config(tmp_path, screen)
        consultation, media = FakeConsultation(tmp_path), FakeMedia(tmp_path)
        touch = Touch(config)
        front = Front(touch, consultation, media, Driver(touch))
        fronts.append(front)
        touch.start()
        until(lambda: consultation.views.client is not None)
        return front

    yield begin
    for front in fronts:
        front.touch.stop()
        front.consultation.die()
        front.media.die()
        assert front.driver.problems == []
    assert escaped == []


@pytest.fixture
def front(start: Callable[..., Front]) -> Front:
    return start()
