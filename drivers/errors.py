"""The root of what can go wrong with a measuring device."""

from __future__ import annotations


class DriverError(Exception):
    """What happened, on what, and what a person can do about it."""

    def __init__(self, what: str, on: str, advice: str) -> None:
        super().__init__(f"{on}: {what}. {advice}")
        self.what = what
        self.on = on
        self.advice = advice
