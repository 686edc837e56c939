"""What can be wrong with a page as it is drawn: found by walking its items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible
from PySide6.QtQml import QQmlExpression, qmlContext
from PySide6.QtQuick import QQuickItem, QQuickWindow

from cli.driven_touch import _PRESSABLE

SLACK = 1.5  # px: rounding


def items(root: QQuickItem) -> Iterator[QQuickItem]:
    """Every item that is drawn."""
    if root.isVisible() and root.width() >= 0:
        yield root
        for child in root.childItems():
            yield from items(child)


def rect(item: QQuickItem) -> QRectF:
    return item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))


def is_text(item: QQuickItem) -> bool:
    return item.inherits("QQuickText") and bool(str(item.property("text")).strip())


def _number(item: QQuickItem, name: str) -> int:
    """An enumeration of QQuickText, which has no Python type."""
    context = qmlContext(item)
    assert context is not None
    value, _ = QQmlExpression(context, item, name).evaluate()
    return int(value)


def ink(item: QQuickItem) -> QRectF:
    """Where the letters are."""
    width, height = float(item.property("contentWidth")), float(item.property("contentHeight"))
    align = _number(item, "effectiveHorizontalAlignment")
    left = {4: (item.width() - width) / 2, 2: item.width() - width}.get(align, 0.0)
    vertical = _number(item, "verticalAlignment")
    top = {128: (item.height() - height) / 2, 64: item.height() - height}.get(vertical, 0.0)
    return item.mapRectToScene(QRectF(left, top, width, height))


def ancestors(item: QQuickItem) -> Iterator[QQuickItem]:
    above = item.parentItem()
    while above is not None:
        yield above
        above = above.parentItem()


def is_pressable(item: QQuickItem) -> bool:
    return item.inherits("QQuickAbstractButton")


def scrolls(item: QQuickItem) -> bool:
    return any(above.inherits("QQuickFlickable") for above in ancestors(item))


def inside(inner: QRectF, outer: QRectF) -> bool:
    return outer.adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(inner)


def overlap(one: QRectF, two: QRectF) -> bool:
    shared = one.intersected(two)
    return shared.width() > SLACK and shared.height() > SLACK


def faults(window: QQuickWindow, page: QQuickItem | None, pixels_per_mm: float) -> list[str]:
    """Every fault of the window as it is now, in words."""
    found: list[str] = []
    screen = QRectF(0, 0, window.width(), window.height())
    everything = list(items(window.contentItem()))
    texts = [item for item in everything if is_text(item)]
    presses = [item for item in everything if is_pressable(item)]

    for text in texts:
        words = str(text.property("text"))
        drawn = ink(text)
        if text.property("truncated"):
            found.append(f"cut short: {words!r}")
        if scrolls(text):
            if text.property("contentWidth") > text.width() + SLACK:
                found.append(f"wider than its page: {words[:60]!r}")
            continue
        if not inside(drawn, screen):
            found.append(f"outside the screen: {words!r} {drawn}")
        for above in ancestors(text):
            boxed = above.inherits("QQuickRectangle") or is_pressable(above) or above.clip()
            if boxed and not inside(drawn, rect(above)):
                kind = above.metaObject().className()
                found.append(f"out of its {kind}: {words!r} {drawn} in {rect(above)}")
                break
    still = [text for text in texts if not scrolls(text)]
    for one, two in combinations(still, 2):
        if overlap(ink(one), ink(two)):
            found.append(f"over each other: {one.property('text')!r}, {two.property('text')!r}")

    for press in presses:
        name = QAccessible.queryAccessibleInterface(press)
        label = "" if name is None else name.text(QAccessible.Text.Name)
        place = rect(press)
        if name is None or name.role() not in _PRESSABLE or not label.strip():
            found.append(f"no accessible name: {press.metaObject().className()} {place}")
        if min(place.width(), place.height()) < 15 * pixels_per_mm - 0.5:
            found.append(f"less than 15 mm: {label!r} {place}")
        if not inside(place, screen):
            found.append(f"button outside the screen: {label!r} {place}")
        found += [
            f"words under a button: {text.property('text')!r}, {label!r}"
            for text in still
            if press not in ancestors(text) and overlap(ink(text), place)
        ]
    gap = 2 * pixels_per_mm - 1
    for one, two in combinations(presses, 2):
        wide = rect(one).adjusted(-gap, -gap, gap, gap)
        shared = wide.intersected(rect(two))
        if shared.width() > 0.5 and shared.height() > 0.5:
            names = [
                QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name)
                for each in (one, two)
            ]
            found.append(f"nearer than 2 mm: {names} {rect(one)} {rect(two)}")
    found += [
        f"can be pressed and is no control: {rect(item)}"
        for item in everything
        if item.inherits("QQuickMouseArea") and page is not None and page.isAncestorOf(item)
    ]
    return found
