"""What an unattended run left, and what does not agree in it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any


class Evidence:
    """What the run left in `folder`. Missing or unreadable evidence is a disagreement."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []

    def blame(self, problem: str) -> None:
        """Note a disagreement."""
        self.problems.append(problem)

    def json(self, name: str) -> Any:
        """Return a JSON file; None, and a disagreement, when it cannot be read."""
        try:
            return json.loads((self.folder / name).read_text("utf-8"), parse_float=Decimal)
        except (OSError, ValueError) as error:
            self.blame(f"{name}: cannot be read ({error})")
            return None
