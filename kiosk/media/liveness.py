"""Whether a call lives, judged by the age of what arrives. Pure.

ICE alone says so only after 30 s (consent, RFC 7675); a patient sees a frozen face after one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from contracts.media import LinkState

STALLED_AFTER_S = 3.0
CONNECT_WITHIN_S = 20.0  # a page that went away before connecting: aiortc waits for ever


class Transport(enum.Enum):
    """What the WebRTC library says of its connection."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Pulse:
    """`packets`: RTP and RTCP packets received since the call began."""

    transport: Transport
    packets: int


@dataclass(frozen=True, slots=True)
class Liveness:
    """What is known of a call: its state, and when something last arrived.

    `heard`: monotonic seconds; until it connects, when it began.
    """

    state: LinkState = LinkState.CONNECTING
    packets: int = 0
    heard: float = 0.0


def judge(before: Liveness, pulse: Pulse, *, now: float) -> Liveness:
    """Return the liveness at `now` (monotonic seconds). FAILED and CLOSED are final."""
    if before.state in (LinkState.FAILED, LinkState.CLOSED):
        return before
    if pulse.transport is Transport.FAILED:
        return Liveness(LinkState.FAILED, pulse.packets, before.heard)
    if pulse.transport is Transport.CLOSED:
        return Liveness(LinkState.CLOSED, pulse.packets, before.heard)
    if pulse.transport is Transport.CONNECTING:
        late = now - before.heard >= CONNECT_WITHIN_S
        state = LinkState.FAILED if late else LinkState.CONNECTING
        return Liveness(state, pulse.packets, before.heard)
    began = before.state is LinkState.CONNECTING
    heard = now if began or pulse.packets != before.packets else before.heard
    stalled = now - heard >= STALLED_AFTER_S
    state = LinkState.STALLED if stalled else LinkState.CONNECTED
    return Liveness(state, pulse.packets, heard)
