"""Colours and sizes."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor

from cli.qml import TOUCH, qml_files
from tests.ui.touch.conftest import Front

PALETTE = re.compile(r"readonly property color (\w+): \"(#[0-9a-f]{6})\"")
THEME = (TOUCH / "theme" / "Theme.qml").read_text("utf-8")


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.2."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return (
        0.2126 * linear(color.redF())
        + 0.7152 * linear(color.greenF())
        + 0.0722 * linear(color.blueF())
    )


def contrast(one: QColor, two: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_every_pair_of_ink_and_paper_is_readable() -> None:
    colors = dict(PALETTE.findall(THEME))
    pairs = re.findall(r"\[(\w+), (\w+)\]", THEME.split("pairs")[-1])
    assert len(pairs) > 25
    weak = {
        (ink, paper): round(contrast(QColor(colors[ink]), QColor(colors[paper])), 2)
        for ink, paper in pairs
        if contrast(QColor(colors[ink]), QColor(colors[paper])) < 4.5
    }
    assert weak == {}


def test_disabled_words_stay_readable_too() -> None:
    colors = dict(PALETTE.findall(THEME))
    assert contrast(QColor(colors["soft"]), QColor(colors["hair"])) >= 4.5


def test_edges_of_what_can_be_touched_are_visible() -> None:
    """WCAG 2.2 1.4.11: 3:1 for the boundary of a control."""
    colors = dict(PALETTE.findall(THEME))
    for paper in ("card", "paper"):
        assert contrast(QColor(colors["edge"]), QColor(colors[paper])) >= 3


def test_colours_are_named_in_the_theme_only() -> None:
    loose = {
        file.name: found
        for file in qml_files()
        if file.name != "Theme.qml"
        and (found := re.findall(r'"#[0-9a-fA-F]{3,8}"', file.read_text("utf-8")))
    }
    # the veil under a dialog and the light through a finger carry no words
    assert loose == {"DialogSheet.qml": ['"#b3102a32"'], "ClipScene.qml": ['"#e0533f"']}


def test_sizes_are_millimetres_of_this_screen(front: Front) -> None:
    theme = front.singleton("ui.touch.theme", "Theme")
    density = 1280 / 331
    assert theme.property("target") >= 15 * density
    assert theme.property("body") >= 20
    assert theme.property("small") >= 20
