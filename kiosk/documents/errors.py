"""What stops a document from being made."""

from __future__ import annotations


class DocumentError(Exception):
    """Which entry of the log makes no document, and what a person can do. Never a value of it."""
