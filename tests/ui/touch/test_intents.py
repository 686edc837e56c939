# ruff: noqa: RUF001 - French words are written as French writes them
"""What each control sends, and that one press sends one intent."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from cli.patient import NAMES
from contracts import screen
from contracts.consultation import Giver, Language, Reason, RedFlag, Sex
from contracts.screen import Dialog, Part
from tests.mutation import red_under
from tests.ui.touch.conftest import Front
from tests.ui.touch.fake import until
from tests.ui.touch.views import PAGES, TYPED_PAGES, view

ONE_PRESS: list[tuple[str, str, screen.Intent]] = [
    ("hygiene", "clean", screen.ConfirmHygiene()),
    ("welcome", "start", screen.Start()),
    ("information", "understood", screen.Continue()),
    ("information", "back", screen.Back()),
    ("sex", "sex_F", screen.GiveSex(Sex.FEMALE)),
    ("sex", "sex_M", screen.GiveSex(Sex.MALE)),
    ("sex", "sex_I", screen.GiveSex(Sex.UNDETERMINED)),
    ("accompanied", "yes", screen.ConfirmAccompanied(accompanied=True)),
    ("accompanied", "no", screen.ConfirmAccompanied(accompanied=False)),
    *(("reason", f"reason_{each.value}", screen.GiveReason(each)) for each in Reason),
    ("red_flags", "none_of_these", screen.AnswerRedFlags(())),
    ("emergency", "have_help", screen.Finish()),
    ("measure_place", "skip", screen.SkipMeasurement()),
    ("measure_failed_no_signal", "try_again", screen.Retake()),
    ("measure_failed_no_signal", "skip", screen.SkipMeasurement()),
    ("measure_recorded", "retake", screen.Retake()),
    ("measure_recorded", "continue", screen.Continue()),
    ("meet_doctor", "ready", screen.Continue()),
    ("call", "louder", screen.SetVolume(80)),
    ("call", "softer", screen.SetVolume(60)),
    ("call", "mute", screen.SetMuted(muted=True)),
    ("call_long_name", "unmute", screen.SetMuted(muted=False)),
    ("call", "cannot_hear", screen.CannotHear()),
    ("call_measure_place", "skip_in_call", screen.SkipMeasurement()),
    ("call_measure_recorded", "done", screen.Continue()),
    ("call_measure_recorded", "retake", screen.Retake()),
    ("call_measure_failed_no_signal", "try_again", screen.Retake()),
    ("after_call", "wait_here", screen.WaitHere()),
    ("after_call", "leave_now", screen.AskLeave()),
    ("report", "read", screen.Finish()),
    ("goodbye", "finish", screen.Finish()),
]


def name(key: str, language: Language) -> str:
    return NAMES[key][0 if language is Language.FR else 1]


@pytest.mark.parametrize("language", Language)
def test_each_control_sends_its_intent_keyed_by_the_revision(
    front: Front, language: Language
) -> None:
    for revision, (page, key, expected) in enumerate(ONE_PRESS):
        front.show(view(page, language, revision))
        assert front.press(name(key, language)) == expected, key
        assert front.consultation.messages[-1].revision == revision


@pytest.mark.parametrize("language", Language)
def test_leave_and_help_are_asked_from_every_page(front: Front, language: Language) -> None:
    for revision, page in enumerate(PAGES):
        front.show(view(page, language, revision))
        assert front.press(name("help", language)) == screen.AskHelp()
        assert front.press(name("leave", language)) == screen.AskLeave()


def test_the_dialogs_answers(front: Front) -> None:
    for dialog, key, expected in (
        (Dialog.LEAVE, "stay", screen.CloseDialog()),
        (Dialog.LEAVE, "yes_leave", screen.ConfirmLeave()),
        (Dialog.HELP, "close_help", screen.CloseDialog()),
    ):
        revision = len(front.consultation.intents)
        front.show(view("waiting", Language.EN, revision, dialog=dialog))
        assert front.press(NAMES[key][1]) == expected


def test_the_language_is_chosen_by_its_own_name(front: Front) -> None:
    front.show(view("welcome", Language.FR))
    assert front.press("English") == screen.ChooseLanguage(Language.EN)
    front.show(view("welcome", Language.EN, 2))
    assert front.press("Français") == screen.ChooseLanguage(Language.FR)


@pytest.mark.parametrize(
    ("presses", "expected"),
    [
        (("patient", "video_yes", "helped_no"), (Giver.PATIENT, True, False)),
        (("parent", "video_yes", "helped_yes"), (Giver.PARENT, True, True)),
        (("guardian", "video_no", "helped_yes"), (Giver.GUARDIAN, False, True)),
    ],
)
def test_consents_are_separate_and_none_is_answered_beforehand(
    front: Front, presses: tuple[str, ...], expected: tuple[Giver, bool, bool]
) -> None:
    front.show(view("consent", Language.EN))
    for key in presses:
        names = (NAMES["confirm"][1], NAMES["refuse"][1])
        confirm = next(each for each in front.driver.tree() if each["name"] in names)
        assert not confirm["enabled"]
        front.driver.press(NAMES[key][1])
    sent = front.press(NAMES["confirm" if expected[1] else "refuse"][1])
    assert sent == screen.GiveConsent(*expected)


def test_a_child_does_not_consent_alone(front: Front) -> None:
    front.show(view("consent_minor", Language.EN))
    names = {each["name"] for each in front.driver.tree()}
    assert NAMES["patient"][1] not in names
    assert NAMES["parent"][1] in names


def test_several_red_flags_can_be_ticked_and_unticked(front: Front) -> None:
    front.show(view("red_flags", Language.FR))
    for key in ("flag_bleeding", "flag_infant", "flag_allergy", "flag_bleeding"):
        front.driver.press(NAMES[key][0])
    none = next(each for each in front.driver.tree() if each["name"] == NAMES["none_of_these"][0])
    assert not none["enabled"]
    sent = front.press(NAMES["what_i_ticked"][0])
    assert sent == screen.AnswerRedFlags((RedFlag.INFANT, RedFlag.ALLERGY))


def test_typed_identity_is_sent_as_typed(front: Front) -> None:
    front.show(view("names", Language.FR))
    front.driver.type_into("Nom de naissance", "Lefèvre-Noël")
    front.driver.type_into("Prénoms", "Zoé D’Ÿs")
    assert front.press("Continuer") == screen.GiveNames("Lefèvre-Noël", "Zoé D’Ÿs")
    front.show(view("birth_date", Language.FR, 2))
    for field, text in (("Jour", "31"), ("Mois", "02"), ("Année", "1950")):
        front.driver.type_into(field, text)
    assert front.press("Continuer") == screen.GiveBirthDate("31", "02", "1950")
    front.show(view("birth_place", Language.FR, 3))
    front.driver.type_into(NAMES["place"][0], "Nuku‘alofa, Tonga 2")
    assert front.press("Continuer") == screen.GiveBirthPlace("Nuku‘alofa, Tonga 2")


def test_digits_alone_enter_a_date_and_the_boxes_follow_by_themselves(front: Front) -> None:
    front.show(view("birth_date", Language.FR))
    for digit in "05031946":
        front.driver.press(digit)
    assert front.press("Continuer") == screen.GiveBirthDate("05", "03", "1946")


def test_erasing_goes_back_through_the_boxes(front: Front) -> None:
    front.show(view("birth_date", Language.FR))
    for digit in "0512":
        front.driver.press(digit)
    for _ in range(3):
        front.driver.press("Effacer")
    for digit in "6071999":
        front.driver.press(digit)
    assert front.press("Continuer") == screen.GiveBirthDate("06", "07", "1999")


def test_the_keyboard_types_accents_capitals_and_erases(front: Front) -> None:
    front.show(view("names", Language.FR))
    for key in ("H", "é", "l", "è", "n", "e", "q", "Effacer", "-", "Z"):
        front.driver.press(key)
    front.driver.press("Lettres avec accents")
    front.driver.press("œ")
    front.driver.press("Majuscules")
    front.driver.press("B")
    front.driver.press("Majuscules")
    front.driver.press("Majuscules")
    for key in ("C", "D"):
        front.driver.press(key)
    front.driver.type_into("Prénoms", "A")
    sent = front.press("Continuer")
    assert sent == screen.GiveNames("Hélène-ZœBCD", "A")


def test_every_letter_of_french_names_can_be_typed(front: Front) -> None:
    front.show(view("names", Language.FR))
    reached = {each["name"] for each in front.driver.tree()}
    front.driver.press("Lettres avec accents")
    reached |= {each["name"] for each in front.driver.tree()}
    wanted = "abcdefghijklmnopqrstuvwxyzéèêëàâäçîïôöùûüÿæœñ"
    assert {each for each in wanted if each not in reached and each.upper() not in reached} == set()
    assert {"'", "-", "Espace", "Effacer", "Majuscules"} <= reached


@pytest.mark.parametrize("page", TYPED_PAGES)
def test_fields_keep_their_text_when_the_page_comes_again_with_problems(
    front: Front, page: str
) -> None:
    field = {"names": "Name at birth", "birth_date": "Year", "birth_place": NAMES["place"][1]}[page]
    problem = {"names": "names_problems"}.get(page, f"{page}_problem")
    front.show(view(page, Language.EN))
    text = "1999" if page == "birth_date" else "Abc"
    front.driver.type_into(field, text)
    front.show(view(problem, Language.EN, 2))
    assert front.driver.find(field, editable=True).object().property("text") == text


@red_under("ui/touch/view_model.py", old="            self._latched = True", new="            pass")
def test_two_fingers_and_a_double_press_give_one_intent(front: Front) -> None:
    front.show(view("accompanied", Language.EN, 7))
    front.driver.press("Yes")
    front.driver.press("No")
    front.driver.press("Yes")
    until(lambda: bool(front.consultation.intents))
    front.driver.press("Help")  # passes the latch: all that went before has arrived with it
    until(lambda: screen.AskHelp() in front.consultation.intents)
    assert front.consultation.intents == [
        screen.ConfirmAccompanied(accompanied=True),
        screen.AskHelp(),
    ]


@red_under("ui/touch/view_model.py", old="            self._settle.start()", new="            pass")
def test_the_second_half_of_a_double_press_does_not_answer_the_next_page(front: Front) -> None:
    front.show(view("information", Language.EN, 1))
    front.press("I have understood")
    front.consultation.show(view("measure_recorded", Language.EN, 2))
    until(lambda: front.touch.model.view is not None and front.touch.model.view.revision == 2)
    front.driver.press("Continue")
    front.driver.press("Help")
    until(lambda: screen.AskHelp() in front.consultation.intents)
    assert front.consultation.intents == [screen.Continue(), screen.AskHelp()]


def test_a_press_nobody_answers_does_not_leave_a_dead_page(front: Front) -> None:
    front.show(view("welcome", Language.EN, 1))
    front.press("Start")
    assert not front.touch.model.accepts()
    until(front.touch.model.accepts)
    assert front.press("Start") == screen.Start()


def test_a_finger_on_the_glass_presses(front: Front) -> None:
    front.show(view("welcome", Language.EN, 1))
    front.touch.window.grabWindow()
    start = front.driver.find("Start").rect()
    origin = front.touch.window.position()
    device = QTest.createTouchDevice()
    point = QPoint(start.center().x() - origin.x(), start.center().y() - origin.y())
    QTest.touchEvent(front.touch.window, device).press(0, point).commit()
    QTest.touchEvent(front.touch.window, device).release(0, point).commit()
    until(lambda: front.consultation.intents == [screen.Start()])


def test_the_keyboard_of_a_person_who_cannot_touch_reaches_every_control(front: Front) -> None:
    front.show(view("accompanied", Language.EN, 1))
    window = front.touch.window
    window.requestActivate()
    until(lambda: QGuiApplication.focusWindow() is window)
    reached = set()
    for _ in range(12):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QGuiApplication.sendEvent(
                window, QKeyEvent(kind, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
            )
        focused = window.activeFocusItem()
        if isinstance(focused, QQuickItem):
            reached.add(str(focused.property("text")))
    assert {"Help", "Leave", "Yes", "No", "Back"} <= reached


def test_the_window_cannot_be_closed_and_has_no_second_one(front: Front) -> None:
    front.show(view("names", Language.EN))
    front.touch.window.close()
    assert front.touch.window.isVisible()
    field = front.driver.find("Name at birth", editable=True).object()
    assert isinstance(field, QQuickItem)
    where = field.mapToScene(QPointF(20, 20)).toPoint()
    QTest.mouseClick(
        front.touch.window, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, where
    )
    visible = [each for each in QGuiApplication.topLevelWindows() if each.isVisible()]
    assert visible == [front.touch.window]


def test_volume_stops_at_its_ends(front: Front) -> None:
    front.show(view("call_told", Language.EN))
    louder = next(each for each in front.driver.tree() if each["name"] == "Louder")
    assert not louder["enabled"]
    front.show(view("call_long_name", Language.EN, 2, simulated=(Part.CAMERA,)))
    softer = next(each for each in front.driver.tree() if each["name"] == "Softer")
    assert not softer["enabled"]
