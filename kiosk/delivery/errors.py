"""What stops a delivery. No message carries anything of a patient."""

from __future__ import annotations


class DeliveryError(Exception):
    """What happened, on what, and what a person can do."""


class SinkUnavailable(DeliveryError):
    """The sink cannot take anything now; nothing is lost, try again. `code`: errno's name."""

    def __init__(self, code: str, advice: str) -> None:
        super().__init__(f"{code}: {advice}")
        self.code = code


class Refused(DeliveryError):
    """This consultation goes to a person. `code`: one of `REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {REFUSALS[code]}")
        self.code = code


REFUSALS = {
    "log_unreadable": (
        "the event log cannot be read; keep the folder, call support, then delete `refused`"
    ),
    "document_impossible": (
        "the event log makes no document; keep the folder, call support, then delete `refused`"
    ),
    "content_differs": (
        "the sink already holds another content under this id; compare the two, then delete"
        " `refused`"
    ),
    "written_wrong": (
        "the sink gave back other bytes than it was given; check its disk, then delete `refused`"
    ),
}
