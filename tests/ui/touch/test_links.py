"""The consultation comes, goes and comes back; others do not get in."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from contracts.consultation import Instrument, Language
from contracts.screen import Live
from tests.mutation import red_under
from tests.ui.touch.conftest import Front
from tests.ui.touch.fake import until
from tests.ui.touch.views import view
from ui.touch import peer
from ui.touch.errors import PeerError, TouchError
from ui.touch.lines import LONGEST, LineSplitter

ONE_MOMENT = "Un instant, s’il vous plaît"  # noqa: RUF001 - French


@red_under(
    "ui/touch/app.py",
    old="        self._view_link.lost.connect(self.model.clear)\n",
    new="",
)
def test_a_consultation_that_dies_takes_its_page_with_it_at_once(front: Front) -> None:
    front.show(view("report", Language.FR))
    assert any("paracétamol" in each for each in front.driver.texts())
    page = front.touch.window.property("page")
    front.consultation.die()
    until(lambda: front.touch.model.view is None, seconds=3)
    texts = front.driver.texts()
    assert ONE_MOMENT in texts
    assert not any("paracétamol" in each or "Moreau" in each for each in texts)
    assert front.touch.window.property("page") != page


def test_what_was_typed_dies_with_the_consultation(front: Front) -> None:
    front.show(view("names", Language.EN))
    front.driver.type_into("Name at birth", "Secret")
    front.consultation.die()
    until(lambda: front.touch.model.view is None)
    front.consultation.rise()
    front.show(view("names", Language.EN))
    field = front.driver.find("Name at birth", editable=True).object()
    assert field.property("text") == ""


def test_it_finds_the_next_consultation_by_itself(front: Front) -> None:
    front.show(view("waiting", Language.FR))
    front.consultation.die()
    until(lambda: front.touch.model.view is None)
    front.consultation.rise()
    front.show(view("welcome", Language.EN))
    assert "Hello" in front.driver.texts()
    assert ONE_MOMENT not in front.driver.texts()


def test_nobody_there_means_nothing_can_be_sent(front: Front) -> None:
    until(lambda: front.consultation.views.client is not None)
    assert ONE_MOMENT in front.driver.texts()
    assert not any(each["pressable"] for each in front.driver.tree())


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b'{"revision":1}',
        b'{"revision":1,"language":"xx","page":{"type":"hygiene"}}',
        b'{"revision":1,"language":"fr","page":{"type":"of tomorrow"}}',
    ],
)
def test_a_view_it_cannot_understand_leaves_no_older_page_on_the_screen(
    front: Front, line: bytes
) -> None:
    front.show(view("report", Language.FR))
    first = front.consultation.views.client
    front.consultation.views.send(line)
    until(lambda: front.touch.model.view is None)
    until(lambda: front.consultation.views.client is not first)
    front.show(view("welcome", Language.FR, 9))


@red_under("ui/touch/peer.py", old="    if uid != os.getuid():", new="    if uid < 0:")
def test_another_users_socket_is_refused(
    monkeypatch: pytest.MonkeyPatch, start: Callable[..., Front]
) -> None:
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    seen = []
    original = peer.check

    def watched(end: object) -> None:
        try:
            original(end)  # type: ignore[arg-type]  # a socket
        except PeerError:
            seen.append("refused")
            raise
        seen.append("taken")

    monkeypatch.setattr(peer, "check", watched)
    front = start()
    until(lambda: len(seen) >= 3)
    assert set(seen) == {"refused"}
    assert front.touch.model.view is None


def test_the_curve_goes_with_its_socket(front: Front) -> None:
    front.show(view("measure_measuring", Language.FR))
    front.consultation.live(Live(Instrument.OXIMETER, 75, 0, (0.1, 0.9), 97, 72))
    until(lambda: "97\u202f%" in front.driver.texts())
    front.consultation.lives.die()
    until(lambda: "97\u202f%" not in front.driver.texts())


def test_live_numbers_do_not_outlive_the_measuring(front: Front) -> None:
    front.show(view("measure_measuring", Language.FR))
    front.consultation.live(Live(Instrument.OXIMETER, 75, 0, (0.1, 0.9), 93, 61))
    until(lambda: "93\u202f%" in front.driver.texts())
    assert "EN DIRECT" in front.driver.texts()
    front.show(view("measure_failed_no_signal", Language.FR, 2))
    front.touch.model.show_live(Live(Instrument.OXIMETER, 75, 2, (0.1, 0.9), 93, 61))
    front.show(view("measure_place", Language.FR, 3))
    assert "93\u202f%" not in front.driver.texts()


def test_a_recorded_value_is_shown_only_as_recorded(front: Front) -> None:
    front.show(view("measure_recorded", Language.FR))
    texts = front.driver.texts()
    assert {"Enregistré", "97", "72"} <= set(texts)
    assert "EN DIRECT" not in texts
    shown = front.driver.values()
    assert [each["value"] for each in shown["recorded"]] == ["97", "72"]
    assert all(each["drawn"] for each in shown["recorded"])
    assert shown["live"] == {"spo2": "", "pulse_rate": ""}


def test_lines_come_in_any_pieces() -> None:
    splitter = LineSplitter()
    stream = b"one\n\ntwo\nthree"
    lines = [line for byte in stream for line in splitter.feed(bytes([byte]))]
    assert lines == [b"one", b"two"]
    assert list(splitter.feed(b"\n")) == [b"three"]


def test_an_endless_line_is_refused() -> None:
    splitter = LineSplitter()
    with pytest.raises(TouchError):
        list(splitter.feed(b"x" * (LONGEST + 1)))
