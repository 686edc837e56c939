"""The compiled words of each language."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTranslator

from contracts.consultation import Language
from ui.touch.errors import TouchError

COMPILED = Path(__file__).resolve().parents[2] / "build" / "i18n"


class Languages(QObject):
    """Holds one translator a language, all loaded at the start so that a switch cannot fail."""

    def __init__(self, folder: Path = COMPILED, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._spoken: QTranslator | None = None
        self._translators: dict[Language, QTranslator] = {}
        for language in Language:
            file = folder / f"touch_{language.value}.qm"
            translator = QTranslator(self)
            if not translator.load(str(file)):
                raise TouchError(
                    f"{file}: no compiled words; build them with: python -m cli.qml build"
                )
            self._translators[language] = translator

    def speak(self, language: Language) -> None:
        """Make `language` the one that is spoken; the engine then translates again."""
        self.silence()
        self._spoken = self._translators[language]
        QCoreApplication.installTranslator(self._spoken)

    def silence(self) -> None:
        """Translate nothing any more."""
        if self._spoken is not None:
            QCoreApplication.removeTranslator(self._spoken)
            self._spoken = None
