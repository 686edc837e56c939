"""The view as QML sees it, and the intents QML may send.

One accept latch a page. A press is taken only on the view it was made on, once: two fingers on
two buttons, or a double press, give one intent. After a page has changed, presses wait a moment,
so that the second half of a double press does not answer a question nobody has read.
"Leave" and "Help" pass at all times.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QmlElement, QmlUncreatable

from contracts import screen
from contracts.consultation import Giver, Language, Reason, RedFlag, Sex
from ui.touch.curve import LiveCurve
from ui.touch.keyboard import OnScreenKeys
from ui.touch.pictures import Pictures

QML_IMPORT_NAME = "ui.touch"
QML_IMPORT_MAJOR_VERSION = 1

QVariant = "QVariant"  # the type's name, where metaobjectdump reads it

log = logging.getLogger(__name__)

SETTLE_MS = 350  # a double press is over by then
LATCH_MS = 2000  # an unanswered press: the page must not stay dead

# Where a finger may still be about to press, these change what is under it.
_Layout = tuple[str, screen.Dialog | None, screen.MeasurePhase | None, bool]
_LIVE_PHASES = (screen.MeasurePhase.PLACE, screen.MeasurePhase.MEASURING)


def measuring_of(view: screen.View | None) -> screen.Measuring | None:
    """The guided measurement a view shows, as a page or beside the doctor's picture."""
    page = None if view is None else view.page
    return page.measuring if isinstance(page, screen.Measure | screen.Call) else None


def tag_of(page: screen.Page) -> str:
    """The page's tag on the wire."""
    return str(page.__struct_config__.tag)


def _layout(view: screen.View) -> _Layout:
    measuring = measuring_of(view)
    waiting = isinstance(view.page, screen.AfterCall) and view.page.waiting
    return tag_of(view.page), view.dialog, None if measuring is None else measuring.phase, waiting


@QmlElement
@QmlUncreatable("made by the application")
class TouchModel(QObject):  # type: ignore[operator]  # the stub knows no reason
    """All a page may read, and all it may do. `page` is the page's struct as a JavaScript object.

    `send` takes an encoded `IntentMessage` and returns False when nobody is there to take it.
    """

    shown = Signal()
    settled = Signal()
    spoken = Signal()

    def __init__(
        self,
        send: Callable[[bytes], bool],
        parent: QObject | None = None,
        *,
        settle_ms: int = SETTLE_MS,
        latch_ms: int = LATCH_MS,
    ) -> None:
        super().__init__(parent)
        self._send_line = send
        self._view: screen.View | None = None
        self._page: dict[str, Any] = {}
        self._language = Language.FR
        self._curve = LiveCurve(self)
        self._pictures = Pictures(self)
        self._keys = OnScreenKeys(self)
        self._latched = False
        self._settle_next = False
        self._latch = self._timer(latch_ms, self._unlatch)
        self._settle = self._timer(settle_ms, self.settled.emit)

    def _timer(self, interval: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(then)
        return timer

    # --- for the application -----------------------------------------------------------------

    @property
    def view(self) -> screen.View | None:
        """The view on the screen; None while there is no consultation."""
        return self._view

    @property
    def live(self) -> LiveCurve:
        """The curve."""
        return self._curve

    @property
    def video(self) -> Pictures:
        """The pictures."""
        return self._pictures

    @property
    def typist(self) -> OnScreenKeys:
        """What the on-screen keyboards type with."""
        return self._keys

    def show(self, view: screen.View) -> None:
        """Draw `view`."""
        before = self._view
        self._view = view
        self._latched = False
        self._latch.stop()
        if before is None or _layout(before) != _layout(view) or self._settle_next:
            self._settle_next = False
            self._settle.start()
        measuring = measuring_of(view)
        if measuring is None or measuring.phase not in _LIVE_PHASES:
            self._curve.clear()
        if before is None or before.page != view.page:
            # by way of JSON: tuples, which QML cannot read, become lists
            self._page = msgspec.json.decode(msgspec.json.encode(view.page))
        if view.language is not self._language:
            self._language = view.language
            self.spoken.emit()
        self.shown.emit()
        self.settled.emit()

    def clear(self) -> None:
        """Nobody's page: the consultation is not there."""
        self._view = None
        self._page = {}
        self._latched = False
        self._settle_next = False
        self._latch.stop()
        self._curve.clear()
        self._pictures.clear()
        self.shown.emit()
        self.settled.emit()

    def show_live(self, batch: screen.Live) -> None:
        """Draw a batch of the curve, if the view is measuring with that instrument."""
        measuring = measuring_of(self._view)
        if (
            measuring is not None
            and measuring.phase in _LIVE_PHASES
            and measuring.instrument is batch.instrument
        ):
            self._curve.add(batch)

    # --- what pages read ---------------------------------------------------------------------

    def _is_present(self) -> bool:
        return self._view is not None

    def _tag(self) -> str:
        return "" if self._view is None else tag_of(self._view.page)

    def _page_fields(self) -> dict[str, Any]:
        return self._page

    def _language_code(self) -> str:
        return self._language.value

    def _dialog(self) -> str:
        return "" if self._view is None or self._view.dialog is None else self._view.dialog.value

    def _can_go_back(self) -> bool:
        return self._view is not None and self._view.can_go_back

    def _simulated(self) -> list[str]:
        return [] if self._view is None else [part.value for part in self._view.simulated]

    def accepts(self) -> bool:
        """Whether a press would be taken now."""
        return self._view is not None and not self._latched and not self._settle.isActive()

    def _get_curve(self) -> LiveCurve:
        return self._curve

    def _get_pictures(self) -> Pictures:
        return self._pictures

    def _get_keys(self) -> OnScreenKeys:
        return self._keys

    present = Property(bool, _is_present, notify=shown)
    tag = Property(str, _tag, notify=shown)
    page = Property(QVariant, _page_fields, notify=shown)  # type: ignore[arg-type]  # a C++ name
    language = Property(str, _language_code, notify=spoken)
    dialog = Property(str, _dialog, notify=shown)
    can_go_back = Property(bool, _can_go_back, notify=shown)
    simulated = Property(QVariant, _simulated, notify=shown)  # type: ignore[arg-type]  # a C++ name
    accepting = Property(bool, accepts, notify=settled)
    curve = Property(LiveCurve, _get_curve, notify=shown)
    pictures = Property(Pictures, _get_pictures, notify=shown)
    keys = Property(OnScreenKeys, _get_keys, notify=shown)

    # --- what pages do -----------------------------------------------------------------------

    def _unlatch(self) -> None:
        self._latched = False
        self.settled.emit()

    def _intend(self, intent: screen.Intent, *, settle: bool = True) -> None:
        """Send `intent` unless this view was answered already, or has only just appeared."""
        if self.accepts() and self._post(intent):
            self._latched = True
            self._settle_next = settle
            self._latch.start()
            self.settled.emit()

    def _post(self, intent: screen.Intent) -> bool:
        if self._view is None:
            return False
        log.info("intent kind=%s revision=%d", type(intent).__name__, self._view.revision)
        message = screen.IntentMessage(revision=self._view.revision, intent=intent)
        return self._send_line(msgspec.json.encode(message))

    @Slot(str)
    def choose_language(self, language: str) -> None:
        """Speak `language` from now on."""
        self._intend(screen.ChooseLanguage(Language(language)))

    @Slot()
    def start(self) -> None:
        """Start a consultation."""
        self._intend(screen.Start())

    @Slot()
    def go_on(self) -> None:
        """Go on."""
        self._intend(screen.Continue())

    @Slot()
    def back(self) -> None:
        """To the page before."""
        self._intend(screen.Back())

    @Slot(str, bool, bool)
    def give_consent(self, giver: str, act: bool, assistant: bool) -> None:  # noqa: FBT001 - called from QML
        """Who consents, to what."""
        self._intend(screen.GiveConsent(Giver(giver), act, assistant))

    @Slot(str, str)
    def give_names(self, birth_name: str, given_names: str) -> None:
        """As typed."""
        self._intend(screen.GiveNames(birth_name, given_names))

    @Slot(str, str, str)
    def give_birth_date(self, day: str, month: str, year: str) -> None:
        """As typed."""
        self._intend(screen.GiveBirthDate(day, month, year))

    @Slot(str)
    def give_sex(self, sex: str) -> None:
        """As on the papers."""
        self._intend(screen.GiveSex(Sex(sex)))

    @Slot(str)
    def give_birth_place(self, place: str) -> None:
        """As typed."""
        self._intend(screen.GiveBirthPlace(place))

    @Slot(bool)
    def confirm_accompanied(self, accompanied: bool) -> None:  # noqa: FBT001 - called from QML
        """Whether an adult is there or agreed."""
        self._intend(screen.ConfirmAccompanied(accompanied))

    @Slot(str)
    def give_reason(self, reason: str) -> None:
        """Reason for visit."""
        self._intend(screen.GiveReason(Reason(reason)))

    @Slot(list)
    def answer_red_flags(self, flags: list[str]) -> None:
        """None of them: an empty list."""
        self._intend(screen.AnswerRedFlags(tuple(RedFlag(flag) for flag in flags)))

    @Slot()
    def retake(self) -> None:
        """Measure again."""
        self._intend(screen.Retake())

    @Slot()
    def skip_measurement(self) -> None:
        """Go on without it."""
        self._intend(screen.SkipMeasurement())

    @Slot(bool)
    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 - called from QML
        """Microphone off or on."""
        self._intend(screen.SetMuted(muted))

    @Slot(int)
    def set_volume(self, volume: int) -> None:
        """0..100. Tapped several times in a row on purpose: only the latch holds it back."""
        self._intend(screen.SetVolume(max(0, min(100, volume))), settle=False)

    @Slot()
    def cannot_hear(self) -> None:
        """Tell the doctor."""
        self._intend(screen.CannotHear())

    @Slot()
    def wait_here(self) -> None:
        """Stay for the report."""
        self._intend(screen.WaitHere())

    @Slot()
    def ask_leave(self) -> None:
        """Passes the latch: leaving is possible at all times."""
        self._post(screen.AskLeave())

    @Slot()
    def ask_help(self) -> None:
        """Passes the latch: help is possible at all times."""
        self._post(screen.AskHelp())

    @Slot()
    def confirm_leave(self) -> None:
        """Yes, leave."""
        self._intend(screen.ConfirmLeave())

    @Slot()
    def close_dialog(self) -> None:
        """Back to the page under the dialog."""
        self._intend(screen.CloseDialog())

    @Slot()
    def finish(self) -> None:
        """The report is read."""
        self._intend(screen.Finish())

    @Slot()
    def confirm_hygiene(self) -> None:
        """Cleaned."""
        self._intend(screen.ConfirmHygiene())
