"""What can go wrong here: what happened, on what, and what a person can do."""

from __future__ import annotations


class MediaError(Exception):
    """Root of this package's errors."""

    def __init__(self, what: str, *, on: str, advice: str) -> None:
        super().__init__(f"{what} ({on}): {advice}")
        self.what = what
        self.on = on
        self.advice = advice


class CaptureUnavailable(MediaError):
    """A camera or microphone cannot be opened, or stopped giving."""


class SpeakerUnavailable(MediaError):
    """The sound output cannot be opened, or stopped taking."""


class OfferRefused(MediaError):
    """An SDP offer that cannot be answered."""


class EngineMismatch(MediaError):
    """The installed WebRTC library is not the one this code was written against."""
