"""The touchscreen, driven through its accessible names. For tests and the unattended demo only.

`python -m cli.driven_touch --config DIR --control SOCKET` is `ui.touch` with one Unix socket more
(0600). JSON lines in, JSON lines out, in the order asked: `{"do": …}` -> `{"ok": true, …}` or
`{"ok": false, "error": …}`.

do          with                            answers
state                                       page, revision, phase, dialog, language, call,
                                            accepting, present
tree                                        items: role, name, rect [x, y, w, h], enabled, focused,
                                            checked, pressable
texts                                       texts: every word a reader would find on the screen
press       name                            pressed (waits until presses are taken again)
type        name, text                      typed into the field of that name, key by key
wait        any of page, phase, dialog,     the state, as soon as it is so; an error after
            call, language, after, seconds  `seconds` (10). `after`: a revision to be exceeded
values                                      values on the screen: recorded and live, apart
screenshot  file                            what the window shows, as PNG
picture     file, source                    the last picture of that source, its luma as PNG
frames                                      per source: count, and size and signature of the last
                                            picture (SHA-256 of its luma, mean, spread)
drawn       source, after, seconds          at: wall clock, when a picture of that source was first
                                            drawn since it came; waits until that is past `after`
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QGuiApplication,
    QImage,
)
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtQuick import QQuickItem

from config import BoothConfig, ConfigError, load
from contracts.media import Source
from contracts.screen import Call
from ui.touch.__main__ import QuitOnSignal
from ui.touch.app import Touch, set_up
from ui.touch.errors import TouchError
from ui.touch.lines import LineSplitter
from ui.touch.renderer import refuse_software
from ui.touch.view_model import measuring_of, tag_of

log = logging.getLogger(__name__)

Json = dict[str, Any]
_PATIENCE_MS = 20
_PRESSABLE = (
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
)


class DriveError(Exception):
    """What was asked cannot be done on this page; says what can."""


def accessible_items(root: QObject) -> Iterator[QAccessibleInterface]:
    """Every visible accessible item under `root`, in reading order."""
    # the stub denies that there may be none
    interface = cast("QAccessibleInterface | None", QAccessible.queryAccessibleInterface(root))
    if interface is None:
        return
    waiting = [interface]
    while waiting:
        item = waiting.pop(0)
        for index in range(item.childCount()):
            child = item.child(index)
            if child is not None and child.isValid() and not child.state().invisible:
                waiting.append(child)
        if item is not interface:
            yield item


def described(item: QAccessibleInterface) -> Json:
    """Role, name and state of an item as JSON."""
    rect, state = item.rect(), item.state()
    return {
        "role": item.role().name,
        "name": item.text(QAccessible.Text.Name),
        "rect": [rect.x(), rect.y(), rect.width(), rect.height()],
        "enabled": not state.disabled,
        "focused": bool(state.focused),
        "checked": bool(state.checked),
        "pressable": item.role() in _PRESSABLE,
    }


def texts_on(window: QQuickItem) -> list[str]:
    """Every text that is drawn, from the item tree: what a reader sees, named or not."""
    found: list[str] = []

    def walk(item: QQuickItem) -> None:
        if not item.isVisible() or item.opacity() == 0:
            return
        if item.metaObject().className().startswith(("QQuickText", "Words")):
            text = item.property("text")
            if isinstance(text, str) and text.strip():
                found.append(text)
        for child in item.childItems():
            walk(child)

    walk(window)
    return found


def luma_of(frame: QVideoFrame) -> tuple[bytes, int, int]:
    """Luma of a frame, tightly packed, with its width and height; nothing of no frame."""
    if not frame.isValid() or not frame.map(QVideoFrame.MapMode.ReadOnly):
        return b"", 0, 0
    try:
        width, height, stride = frame.width(), frame.height(), frame.bytesPerLine(0)
        plane: memoryview = frame.bits(0)  # type: ignore[assignment]  # stub says object
        rows = (bytes(plane[row * stride : row * stride + width]) for row in range(height))
        return b"".join(rows), width, height
    finally:
        frame.unmap()


def signature(frame: QVideoFrame) -> Json:
    """Size of a frame, SHA-256 of its luma, its mean and its spread (0: one flat grey)."""
    luma, width, height = luma_of(frame)
    if not luma:
        return {"width": 0, "height": 0, "sha256": "", "mean": 0.0, "spread": 0.0}
    sample = luma[:: max(1, len(luma) // 4000)]
    mean = sum(sample) / len(sample)
    spread = (sum((each - mean) ** 2 for each in sample) / len(sample)) ** 0.5
    return {
        "width": width,
        "height": height,
        "sha256": hashlib.sha256(luma).hexdigest(),
        "mean": round(mean, 2),
        "spread": round(spread, 2),
    }


class FirstPictures(QObject):
    """When a picture of each source was first drawn since it came, by the wall clock.

    That is at the second swap after the sink was given it: the first may have been under way. So
    it is late by a swap at most, never early.
    """

    def __init__(self, touch: Touch) -> None:
        super().__init__()
        self.at: dict[Source, float] = {}
        self._touch = touch
        self._swaps_left: dict[Source, int] = {}
        self._listening = False
        touch.model.video.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        video = self._touch.model.video
        for source, there in (
            (Source.DOCTOR, video.property("doctor_on")),
            (Source.SELF, video.property("own_on")),
        ):
            if not there:
                self.at.pop(source, None)
                self._swaps_left.pop(source, None)
            elif source not in self.at:
                self._swaps_left.setdefault(source, 2)
        if self._swaps_left and not self._listening:
            self._listening = True
            self._touch.window.frameSwapped.connect(
                self._on_swapped, Qt.ConnectionType.QueuedConnection
            )

    def _on_swapped(self) -> None:
        for source in list(self._swaps_left):
            self._swaps_left[source] -= 1
            if self._swaps_left[source] == 0:
                del self._swaps_left[source]
                self.at[source] = time.time()


class Driver:
    """Does on the front end what a finger and an eye do."""

    def __init__(self, touch: Touch) -> None:
        QAccessible.setActive(True)
        self._touch = touch
        self.first_pictures = FirstPictures(touch)
        self.problems: list[str] = []
        touch.engine.warnings.connect(self._on_warnings)

    def _on_warnings(self, warnings: list[Any]) -> None:
        self.problems += [warning.toString() for warning in warnings]

    def state(self) -> Json:
        """Where the screen is."""
        view = self._touch.model.view
        measuring = measuring_of(view)
        call = view.page if view is not None and isinstance(view.page, Call) else None
        return {
            "present": view is not None,
            "page": "" if view is None else tag_of(view.page),
            "revision": -1 if view is None else view.revision,
            "phase": "" if measuring is None else measuring.phase.value,
            "dialog": "" if view is None or view.dialog is None else view.dialog.value,
            "language": "" if view is None else view.language.value,
            "call": "" if call is None else call.state.value,
            "accepting": self._touch.model.accepts(),
            "problems": sorted(set(self.problems)),
        }

    def tree(self) -> list[Json]:
        """Every accessible item on the screen."""
        return [described(item) for item in accessible_items(self._touch.window)]

    def texts(self) -> list[str]:
        """Every text on the screen."""
        return texts_on(self._touch.window.contentItem())

    def values(self) -> Json:
        """The numbers on the screen, recorded and live kept apart."""
        view, live = self._touch.model.view, self._touch.model.live
        measuring = measuring_of(view)
        shown = () if measuring is None else measuring.values
        if view is not None and isinstance(view.page, Call):
            shown += view.page.values
        texts = " ".join(self.texts())
        return {
            "recorded": [
                {
                    "measurement": each.measurement,
                    "quantity": each.quantity.value,
                    "value": str(each.value),
                    "unit": each.unit,
                    # what was sent is not yet what is drawn
                    "drawn": str(each.value).replace(".", ",") in texts or str(each.value) in texts,
                }
                for each in shown
            ],
            "live": {"spo2": live.property("spo2"), "pulse_rate": live.property("pulse_rate")},
        }

    def find(self, name: str, *, editable: bool = False) -> QAccessibleInterface:
        """The enabled control of that accessible name. Raises `DriveError`."""
        named = [
            item
            for item in accessible_items(self._touch.window)
            if item.text(QAccessible.Text.Name) == name
            and (item.role() == QAccessible.Role.EditableText if editable else _presses(item))
        ]
        able = [item for item in named if not item.state().disabled]
        if able:
            return able[0]
        there = sorted({each["name"] for each in self.tree() if each["pressable"] or editable})
        what = "is not enabled" if named else "is not there"
        raise DriveError(f"{name!r} {what} on page {self.state()['page']!r}; there are: {there}")

    def press(self, name: str) -> None:
        """Press a control as a finger would, through its accessible action."""
        action = self.find(name).actionInterface()
        if action is None:
            raise DriveError(f"{name!r} has no action")
        wanted = QAccessibleActionInterface.pressAction()
        action.doAction(wanted if wanted in action.actionNames() else action.actionNames()[0])

    def type_into(self, name: str, text: str) -> None:
        """Replace what the field holds, by the on-screen keyboard's own way."""
        field = self.find(name, editable=True).object()
        if not isinstance(field, QQuickItem):
            raise DriveError(f"{name!r} is no field")
        field.forceActiveFocus()
        held = str(field.property("text"))
        keys = self._touch.model.typist
        for _ in held:
            keys.backspace()
        field.forceActiveFocus()
        for letter in text:
            keys.commit(letter)

    def screenshot(self, file: Path) -> None:
        """Save what the window shows."""
        image = self._touch.window.grabWindow()
        if not image.save(str(file)):
            raise DriveError(f"{file}: the picture could not be written")

    def picture(self, source: str, file: Path) -> None:
        """Save the last picture of `source`, as its sink holds it."""
        sink = self._touch.model.video.sink(Source(source))
        luma, width, height = luma_of(QVideoFrame() if sink is None else sink.videoFrame())
        image = QImage(luma, width, height, width, QImage.Format.Format_Grayscale8)
        if not luma or not image.save(str(file)):
            raise DriveError(f"no picture of {source!r} to save, or {file} cannot be written")

    def frames(self) -> Json:
        """Count and last picture of each source."""
        video = self._touch.model.video
        answer: Json = {}
        for source in Source:
            sink = video.sink(source)
            frame = QVideoFrame() if sink is None else sink.videoFrame()
            answer[source.value] = {"count": video.count[source], **signature(frame)}
        return answer


def _presses(item: QAccessibleInterface) -> bool:
    return item.role() in _PRESSABLE and item.actionInterface() is not None


class Waiting:
    """A question that is answered when something has become so, or when its time is over."""

    def __init__(self, so: Callable[[], bool], seconds: float) -> None:
        self.so = so
        self.deadline = time.monotonic() + seconds


class Control(QObject):
    """The socket. One question at a time and a client; answers come in order."""

    def __init__(self, path: Path, driver: Driver, touch: Touch) -> None:
        super().__init__()
        self._driver = driver
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(str(path))
        if not self._server.listen(str(path)):
            raise TouchError(f"{path}: {self._server.errorString()}")
        self._server.newConnection.connect(self._on_connection)
        self._touch = touch
        self._clients: list[Client] = []

    def _on_connection(self) -> None:
        self._clients.append(
            Client(self._server.nextPendingConnection(), self._driver, self._touch)
        )


class Client(QObject):
    """One that asks."""

    def __init__(self, end: QLocalSocket, driver: Driver, touch: Touch) -> None:
        super().__init__()
        self._end = end
        self._driver = driver
        self._splitter = LineSplitter()
        self._asked: list[Json] = []
        self._waiting: tuple[Waiting, Callable[[], Json]] | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(_PATIENCE_MS)
        self._tick.timeout.connect(self._go_on)
        end.readyRead.connect(self._on_ready)
        end.disconnected.connect(self._tick.stop)
        touch.model.shown.connect(self._go_on, Qt.ConnectionType.QueuedConnection)
        touch.model.settled.connect(self._go_on, Qt.ConnectionType.QueuedConnection)

    def _on_ready(self) -> None:
        for line in self._splitter.feed(bytes(self._end.readAll().data())):
            self._asked.append(json.loads(line))
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting is not None or self._asked:
            if self._waiting is None:
                self._begin(self._asked.pop(0))
                continue
            waiting, then = self._waiting
            late = time.monotonic() > waiting.deadline
            try:
                ready = waiting.so()
                if not ready and not late:
                    self._tick.start()
                    return
                self._waiting = None
                if not ready:
                    raise DriveError(f"not so in time; the screen is at {self._driver.state()}")
                self._answer({"ok": True, **then()})
            except (DriveError, KeyError, TypeError, ValueError) as error:
                self._waiting = None
                self._answer({"ok": False, "error": f"{type(error).__name__}: {error}"})
        self._tick.stop()

    def _answer(self, answer: Json) -> None:
        self._end.write(json.dumps(answer).encode() + b"\n")
        self._end.flush()

    def _begin(self, asked: Json) -> None:
        driver = self._driver
        seconds = float(asked.get("seconds", 10))

        def now() -> bool:
            return True

        def accepts() -> bool:
            return bool(driver.state()["accepting"])

        match asked.get("do"):
            case "state":
                self._wait(now, seconds, driver.state)
            case "tree":
                self._wait(now, seconds, lambda: {"items": driver.tree()})
            case "texts":
                self._wait(now, seconds, lambda: {"texts": driver.texts()})
            case "values":
                self._wait(now, seconds, driver.values)
            case "frames":
                self._wait(now, seconds, lambda: {"frames": driver.frames()})
            case "drawn":
                at, source = driver.first_pictures.at, Source(asked["source"])
                after = float(asked.get("after", 0))
                self._wait(lambda: at.get(source, 0.0) > after, seconds, lambda: {"at": at[source]})
            case "press":
                self._wait(accepts, seconds, lambda: self._did(driver.press, asked["name"]))
            case "type":
                self._wait(
                    now, seconds, lambda: self._did(driver.type_into, asked["name"], asked["text"])
                )
            case "screenshot":
                self._wait(now, seconds, lambda: self._did(driver.screenshot, Path(asked["file"])))
            case "picture":
                self._wait(
                    now,
                    seconds,
                    lambda: self._did(driver.picture, asked["source"], Path(asked["file"])),
                )
            case "wait":
                self._wait(lambda: self._is_so(asked), seconds, driver.state)
            case other:
                self._answer({"ok": False, "error": f"{other!r} is not something to do"})

    def _wait(self, so: Callable[[], bool], seconds: float, then: Callable[[], Json]) -> None:
        self._waiting = (Waiting(so, seconds), then)

    def _is_so(self, asked: Json) -> bool:
        state = self._driver.state()
        wanted = ("page", "phase", "dialog", "call", "language", "present")
        return int(state["revision"]) > int(asked.get("after", -2)) and all(
            state[key] == asked[key] for key in wanted if key in asked
        )

    def _did(self, do: Callable[..., None], *arguments: Any) -> Json:
        do(*arguments)
        return {}


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; return the exit status."""
    parser = argparse.ArgumentParser(prog="cli.driven_touch", description="For tests only.")
    parser.add_argument("--config", type=Path, required=True, metavar="DIR")
    parser.add_argument("--control", type=Path, required=True, metavar="SOCKET")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        config = load(BoothConfig, options.config / "booth.toml")
        application = QGuiApplication(sys.argv[:1])
        quitting = QuitOnSignal(application)
        set_up(application, config)
        if not config.screen.allow_software_renderer:
            refuse_software()
        touch = Touch(config)
        control = Control(options.control, Driver(touch), touch)
    except (ConfigError, TouchError) as error:
        print(error, file=sys.stderr)
        return 2
    touch.start()
    status = application.exec()
    touch.stop()
    del quitting, control
    return status


if __name__ == "__main__":
    sys.exit(main())
