"""What can go wrong in the clinic service. One root."""

from __future__ import annotations


class ClinicError(Exception):
    """What happened, on what, and what a person can do."""


class StoreError(ClinicError):
    """The database did not commit: nothing of what was asked is acknowledged."""


class TokenRefused(ClinicError):
    """A booth's token proves nothing. `code` is stable and holds nothing of the token."""

    def __init__(self, code: str, advice: str) -> None:
        super().__init__(f"{code}: {advice}")
        self.code = code
        self.advice = advice


class Refusal(ClinicError):
    """What a peer sent cannot be accepted; it is told `code` and `advice`.

    `strike`: it counts towards closing the connection. `fatal`: the connection ends now.
    """

    def __init__(self, code: str, advice: str, *, strike: bool = True, fatal: bool = False) -> None:
        super().__init__(f"{code}: {advice}")
        self.code = code
        self.advice = advice
        self.strike = strike
        self.fatal = fatal
