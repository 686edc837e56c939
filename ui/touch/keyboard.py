"""Keys of the on-screen keyboards, sent to whatever field has the focus."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtQml import QmlElement, QmlUncreatable
from PySide6.QtQuick import QQuickWindow

QML_IMPORT_NAME = "ui.touch"
QML_IMPORT_MAJOR_VERSION = 1


def _focused() -> QObject | None:
    """Return the field that shows the cursor.

    Not QGuiApplication.focusObject(): without a window manager, as on a booth, no window is ever
    active and it names none.
    """
    for window in QGuiApplication.topLevelWindows():
        if isinstance(window, QQuickWindow):
            return window.activeFocusItem()
    return None


@QmlElement
@QmlUncreatable("made by the application")
class OnScreenKeys(QObject):  # type: ignore[operator]  # the stub knows no reason
    """An input method's commit honours the field's validator, length and selection."""

    @Slot(str)
    def commit(self, text: str) -> None:
        """Type `text` into the focused field."""
        field = _focused()
        if field is None:
            return
        event = QInputMethodEvent()
        event.setCommitString(text)
        QCoreApplication.sendEvent(field, event)

    @Slot()
    def backspace(self) -> None:
        """Delete backwards in the focused field."""
        field = _focused()
        if field is None:
            return
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier)
            QCoreApplication.sendEvent(field, event)
