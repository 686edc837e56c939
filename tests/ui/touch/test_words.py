"""Every sentence is collected, translated and compiled; every QML file is listed and linted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli import qml


def test_every_sentence_of_the_pages_is_in_the_translation_files(tmp_path: Path) -> None:
    for language in qml.LANGUAGES:
        shutil.copy(qml.WORDS / f"touch_{language}.ts", tmp_path)
    qml.update_words(tmp_path)
    for language in qml.LANGUAGES:
        file = f"touch_{language}.ts"
        assert (tmp_path / file).read_text("utf-8") == (qml.WORDS / file).read_text("utf-8"), (
            "run python -m cli.qml update, then translate"
        )


def test_an_untranslated_sentence_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "words"
    shutil.copytree(qml.WORDS, words)
    monkeypatch.setattr(qml, "WORDS", words)
    monkeypatch.setattr(qml, "COMPILED", tmp_path / "compiled")
    assert qml.build_words()
    assert not qml.build_words(), "nothing changed: nothing to do"
    french = words / "touch_fr.ts"
    text = french.read_text("utf-8")
    assert "<translation>Commencer<" in text
    french.write_text(
        text.replace("<translation>Commencer<", '<translation type="unfinished"><'), "utf-8"
    )
    with pytest.raises(qml.QmlToolError, match="lrelease"):
        qml.build_words()


def test_qmllint_has_nothing_to_say() -> None:
    qml.lint()


def test_qmllint_would_say_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "Wrong.qml"
    wrong.write_text("import QtQuick\nItem { width: nobody.width }\n")
    monkeypatch.setattr(qml, "qml_files", lambda: [wrong])
    with pytest.raises(qml.QmlToolError, match="nobody"):
        qml.lint()


def test_every_module_lists_all_its_files() -> None:
    for module in qml.TOUCH.rglob("qmldir"):
        lines = [line.split() for line in module.read_text("ascii").splitlines()]
        folder = module.parent
        assert lines[0] == ["module", ".".join(folder.relative_to(qml.ROOT).parts)]
        assert {line[-1] for line in lines[1:]} == {each.name for each in folder.glob("*.qml")}
