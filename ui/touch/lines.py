"""JSON lines as they come from a stream, in any pieces."""

from __future__ import annotations

from collections.abc import Iterator

from ui.touch.errors import TouchError

LONGEST = 4 * 1024 * 1024  # a view with the longest report is far below


class LineSplitter:
    """Feed bytes; get whole lines. Raises `TouchError` for a line that never ends."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield each line completed by `chunk`, without its newline; empty lines are skipped."""
        self._rest += chunk
        while (end := self._rest.find(b"\n")) >= 0:
            line = bytes(self._rest[:end])
            del self._rest[: end + 1]
            if line:
                yield line
        if len(self._rest) > LONGEST:
            raise TouchError(f"a line of more than {LONGEST} bytes: the sender is not ours")
