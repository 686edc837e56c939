"""Strict identity traits as people type them: what is wrong with them, and their tidy form."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '\u2019-])*\.?", re.UNICODE)


_PLACE = re.compile(r"[^\W_](?:[^\W_]|[ '\u2019(),./-])*", re.UNICODE)


_LONGEST = 100


def tidy(text: str) -> str:
    """Return `text` composed (NFC), trimmed, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def name_problem(text: str) -> str | None:
    """Return what is wrong with a name, as a code, or None."""
    return _text_problem(text, _NAME)


def place_problem(text: str) -> str | None:
    """Return what is wrong with a place, as a code, or None."""
    return _text_problem(text, _PLACE)


def _text_problem(text: str, allowed: re.Pattern[str]) -> str | None:
    text = tidy(text)
    if not text:
        return "empty"
    if len(text) > _LONGEST:
        return "too_long"
    return None if allowed.fullmatch(text) else "characters"


def birth_date(day: str, month: str, year: str, today: date) -> tuple[date, str | None]:
    """Return the day typed and None, or what is wrong with it, as a code."""
    if not (day.strip() and month.strip() and year.strip()):
        return today, "empty"
    parts = (year.strip(), month.strip(), day.strip())
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts) or len(parts[0]) != 4:
        return today, "not_a_date"
    try:
        born = date(*(int(part) for part in parts))
    except ValueError:
        return today, "not_a_date"
    if born > today:
        return born, "future"
    return born, "too_old" if age_years(born, today) > 130 else None


def age_years(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
