"""XHTML narrative (FHIR R4 2.4.0.4): a div of paragraphs and lists, all text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

# What XML 1.0 (2.2 "Characters") cannot carry, however escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(*blocks: str) -> dict[str, Any]:
    """Return a Narrative of blocks made by the functions below."""
    inner = "".join(blocks)
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr">{inner}</div>',
    }


def paragraph(words: str) -> str:
    """One paragraph; line ends are kept."""
    lines = _clean(words).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "<p>" + "<br/>".join(escape(line) for line in lines) + "</p>"


def warning(words: str) -> str:
    """One paragraph that cannot be missed."""
    return f"<p><b>{escape(_clean(words))}</b></p>"


def listing(items: Iterable[str]) -> str:
    """A bulleted list."""
    return "<ul>" + "".join(f"<li>{escape(_clean(item))}</li>" for item in items) + "</ul>"


def clock(at: datetime) -> str:
    """A time of day, as a reader of the record wants it."""
    return at.strftime("%H:%M:%S UTC")


def _clean(words: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", words)
