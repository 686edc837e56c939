"""Every page, both languages, several screens: readable, reachable, named, translated."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Q_ARG, Q_RETURN_ARG, QMetaObject, Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtQuick import QQuickItem

from cli.patient import NAMES
from cli.qml import WORDS
from config.schemas import Screen
from contracts.consultation import Language
from contracts.screen import Dialog
from tests.ui.touch.audit import faults, is_text, items
from tests.ui.touch.booth import DEFAULT_SCREEN
from tests.ui.touch.conftest import Front
from tests.ui.touch.views import CASES, view
from ui.touch.app import FONTS
from ui.touch.view_model import measuring_of

LAPTOP = Screen(  # 15.6 inches: fewer millimetres high than the booth's own
    width_px=1920, height_px=1080, width_mm=344, height_mm=194, fullscreen=False,
    allow_software_renderer=True,
)  # fmt: skip


@pytest.fixture(params=FONTS)
def font(application: QGuiApplication, request: pytest.FixtureRequest) -> Iterator[str]:
    """A booth may have either; the second is wider."""
    application.setFont(QFont(request.param))
    yield request.param
    application.setFont(QFont(list(FONTS)))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("screen", [DEFAULT_SCREEN, LAPTOP], ids=["booth", "laptop"])
def test_nothing_is_clipped_small_or_nameless(
    start: Callable[..., Front], font: str, screen: Screen, language: Language
) -> None:
    front = start(screen)
    window = front.touch.window
    density = max(screen.width_px / screen.width_mm, screen.height_px / screen.height_mm)
    found = []
    for revision, (name, dialog) in enumerate(CASES):
        wanted = view(name, language, revision, dialog=dialog)
        front.see(wanted)
        if dialog is not None:
            continue
        window.grabWindow()  # lays the page out
        page = window.property("page")
        assert isinstance(page, QQuickItem), name
        found += [f"{name}: {fault}" for fault in faults(window, page, density)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("dialog", Dialog)
@pytest.mark.parametrize("language", Language)
def test_a_dialog_is_readable_and_shuts_the_page_off(
    front: Front, language: Language, dialog: Dialog
) -> None:
    front.show(view("meet_doctor", language, dialog=dialog))
    front.touch.window.grabWindow()
    page = front.touch.window.property("page")
    under = {"Je peux commencer", "I am ready"}
    pressable = {each["name"] for each in front.driver.tree() if each["enabled"]}
    assert not under & pressable
    page.setVisible(False)
    assert faults(front.touch.window, None, 1280 / 331) == []


def _sentences() -> dict[str, str]:
    tree = ET.parse(WORDS / "touch_fr.ts")
    pairs = {}
    for message in tree.iter("message"):
        source, target = message.findtext("source", ""), message.findtext("translation", "")
        if message.get("numerus") != "yes":
            pairs[source] = target
    return pairs


def _drawn(front: Front) -> set[str]:
    front.touch.window.grabWindow()
    root = front.touch.window.contentItem()
    names = {each["name"] for each in front.driver.tree()}
    return names | {str(item.property("text")) for item in items(root) if is_text(item)}


@pytest.mark.parametrize("language", Language)
def test_nothing_is_in_the_other_language(front: Front, language: Language) -> None:
    pairs = {english: french for english, french in _sentences().items() if english != french}
    other = set(pairs) if language is Language.FR else set(pairs.values())
    seen: set[str] = set()
    for revision, (name, dialog) in enumerate(CASES):
        wanted = view(name, language, revision, dialog=dialog)
        front.see(wanted)
        seen |= _drawn(front)
    assert seen & other == set()
    mine = set(pairs.values()) if language is Language.FR else set(pairs)
    assert len(seen & mine) > 150, "hardly anything was seen: the walk is broken"


def test_the_language_switches_at_once_on_the_same_page(front: Front) -> None:
    front.show(view("welcome", Language.FR))
    assert "Bonjour" in front.driver.texts()
    page = front.touch.window.property("page")
    front.show(view("welcome", Language.EN, 2))
    assert front.touch.window.property("page") == page
    assert "Hello" in front.driver.texts()
    assert "Bonjour" not in front.driver.texts()


@pytest.mark.parametrize("language", Language)
def test_simulated_is_said_wherever_it_is_so(front: Front, language: Language) -> None:
    word = "Simulation" if language is Language.FR else "Simulated"
    for revision, (name, _) in enumerate(CASES):
        wanted = view(name, language, 2 * revision)
        front.see(wanted)
        assert word in front.driver.texts(), name
        wanted = view(name, language, 2 * revision + 1, simulated=())
        front.see(wanted)
        assert (word in front.driver.texts()) == (measuring_of(wanted) is not None), name


@pytest.mark.parametrize("language", Language)
def test_help_and_leave_are_on_every_page_at_the_same_place(
    front: Front, language: Language
) -> None:
    places = set()
    column = 0 if language is Language.FR else 1
    for revision, (name, dialog) in enumerate(CASES):
        wanted = view(name, language, revision, dialog=dialog)
        front.see(wanted)
        named = {each["name"]: tuple(each["rect"]) for each in front.driver.tree()}
        places.add((named[NAMES["help"][column]], named[NAMES["leave"][column]]))
    assert len(places) == 1


@pytest.mark.parametrize(
    ("name", "said", "not_said"),
    [
        ("waiting", "10 minutes", "We do not know yet."),
        ("waiting", "1 person before you.", "You are next."),
        ("waiting_one", "1 minute", "We do not know yet."),
        ("waiting_one", "You are next.", "1 person before you."),
        ("waiting_unknown", "We do not know yet.", "About"),
        ("waiting_unknown", "No doctor is connected at the moment.", "You are next."),
        ("waiting_cut", "We do not know how long it will take.", "You are in the waiting room"),
        ("information", "Price: €30.00", "If you have French health insurance, you pay nothing."),
        ("information_covered", "If you have French health insurance, you pay nothing.", "€0.00"),
        ("meet_doctor", "Dr Camille Moreau", "LIVE"),
        ("meet_doctor", "Doctor's number (RPPS): 10003456789", ""),
        ("call_values", "Oxygen in the blood: 97\u00a0%", "LIVE"),
        ("call_poor", "No camera: the doctor cannot see you", "LIVE"),
        ("measure_recorded", "97", "LIVE"),
        ("measure_saving", "Being kept…", "Recorded"),
        ("goodbye_unaccompanied", "Come back with an adult, or speak to the pharmacist.", ""),
        ("report", "The doctor found nothing worrying.", ""),
    ],
)  # fmt: skip
def test_the_page_says_what_is_so(front: Front, name: str, said: str, not_said: str) -> None:
    front.see(view(name, Language.EN))
    texts = front.driver.texts()
    assert said in texts
    assert not_said not in texts


def test_an_unknown_code_gets_a_neutral_sentence(front: Front) -> None:
    codes = front.singleton("ui.touch.words", "Codes")
    meta = codes.metaObject()
    asked = 0
    for index in range(meta.methodOffset(), meta.methodCount()):
        method = meta.method(index)
        name = bytes(method.name().data()).decode()
        if method.parameterCount() != 1 or name == "unit":
            continue
        answer = QMetaObject.invokeMethod(
            codes, name, Qt.ConnectionType.DirectConnection,
            Q_RETURN_ARG(str), Q_ARG(str, "a code of tomorrow"),
        )  # fmt: skip
        assert isinstance(answer, str), name
        assert re.search(r"\w{3,}", answer), name
        assert "tomorrow" not in answer, name
        asked += 1
    assert asked >= 15
