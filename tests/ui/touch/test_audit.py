"""The audit of the pages finds each kind of fault when there is one."""

from __future__ import annotations

import pytest
from PySide6.QtQml import QQmlComponent
from PySide6.QtQuick import QQuickItem

from contracts.consultation import Language
from tests.ui.touch.audit import faults
from tests.ui.touch.conftest import Front
from tests.ui.touch.views import view

DENSITY = 1280 / 331
BUTTON = """Rectangle {{ y: 100; width: 400; height: 300; color: "white"
    PushButton {{ x: 20; y: 20; width: {width}; height: {height}; text: "{text}" }}
    PushButton {{ x: 20; y: {below}; width: 200; height: 70; text: "B" }} }}"""

FAULTS = {
    "cut short": """Words { width: 60; elide: Text.ElideRight; wrapMode: Text.NoWrap
        text: "far too long" }""",
    "outside the screen": 'Words { x: 1000; text: "beyond the edge of what can be seen" }',
    "out of its": """Rectangle { width: 90; height: 30; color: "white"
        Words { width: 90; text: "three whole lines of words" } }""",
    "over each other": 'Item { Words { text: "first" } Words { y: 4; text: "second" } }',
    "no accessible name": BUTTON.format(width=200, height=70, text="", below=200),
    "less than 15 mm": BUTTON.format(width=200, height=40, text="A", below=200),
    "nearer than 2 mm": BUTTON.format(width=200, height=70, text="A", below=94),
    "button outside the screen": BUTTON.format(width=2000, height=70, text="A", below=200),
    "words under a button": """Item { Words { text: "hidden" }
        PushButton { width: 200; height: 70; text: "A" } }""",
    "can be pressed and is no control": "MouseArea { width: 100; height: 100 }",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds(front: Front, fault: str) -> None:
    front.see(view("hygiene", Language.EN))
    page = front.touch.window.property("page")
    assert isinstance(page, QQuickItem)
    for child in page.childItems():
        child.setVisible(False)
    front.touch.window.grabWindow()
    assert faults(front.touch.window, page, DENSITY) == []
    component = QQmlComponent(front.touch.engine)
    source = f"import QtQuick\nimport ui.touch.controls\n{FAULTS[fault]}"
    component.setData(source.encode(), "")
    planted = component.create()
    assert isinstance(planted, QQuickItem), component.errorString()
    planted.setParentItem(page)
    front.touch.window.grabWindow()
    found = faults(front.touch.window, page, DENSITY)
    assert any(each.startswith(fault) for each in found), found
    planted.deleteLater()
