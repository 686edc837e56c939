"""Between the consultation and the media process, JSON lines on a Unix socket; and video frames
to the front end, as notices with a sealed memfd.

The consultation listens on `media.sock`, the media process connects (and connects again when
restarted; it begins with `MediaHello`, and the consultation then repeats what should be so).
The media process listens on `frames.sock`; the front end connects and receives `FrameNotice`s.
"""

from __future__ import annotations

import enum

import msgspec

# --- consultation -> media -------------------------------------------------------------------


class AnswerOffer(msgspec.Struct, frozen=True, tag="answer_offer"):
    """Answer this offer of call `generation`; a call of an older generation is closed first."""

    generation: int
    sdp: str


class AddCandidate(msgspec.Struct, frozen=True, tag="add_candidate"):
    """A trickled ICE candidate of the page, `candidate` as in RTCIceCandidate.candidate.

    Kept until the remote description of that generation is set; dropped when older.
    """

    generation: int
    candidate: str
    mid: str | None
    line: int | None


class CloseCall(msgspec.Struct, frozen=True, tag="close_call"):
    """End the call, stop sending picture and sound."""


class SetSelfView(msgspec.Struct, frozen=True, tag="set_self_view"):
    """Whether the patient's own picture goes to the front end."""

    on: bool


class SetMicrophone(msgspec.Struct, frozen=True, tag="set_microphone"):
    """Muted or not."""

    muted: bool


class SetSpeaker(msgspec.Struct, frozen=True, tag="set_speaker"):
    """Volume 0..100."""

    volume: int


ToMedia = AnswerOffer | AddCandidate | CloseCall | SetSelfView | SetMicrophone | SetSpeaker


# --- media -> consultation -------------------------------------------------------------------


class MediaHello(msgspec.Struct, frozen=True, tag="media_hello"):
    """What there is: False where the camera or microphone is absent. `*_simulated`: from a file."""

    camera: bool
    microphone: bool
    camera_simulated: bool
    microphone_simulated: bool


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """The answer, with all host candidates in it."""

    generation: int
    sdp: str


class LinkState(enum.Enum):
    """Judged by the age of what arrives (RTP, RTCP), not by ICE alone."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    STALLED = "stalled"  # nothing has arrived for 3 s
    FAILED = "failed"
    CLOSED = "closed"


class CallLink(msgspec.Struct, frozen=True, tag="call_link"):
    """State of call `generation`, sent at each change."""

    generation: int
    state: LinkState


class MediaStats(msgspec.Struct, frozen=True, tag="media_stats"):
    """Once a second in a call. Frames and audio levels are since the last one.

    `*_content` are signatures of the picture's change: the largest mean absolute difference of
    decoded (sent) luma between a picture of the period and the last one before it, 0..255; 0 means
    that nothing changed. `*_flat`: the last picture is of one colour, as from a camera turned off.
    Audio RMS 0..32767.
    """

    generation: int
    frames_sent: int
    frames_received: int
    sent_content: float
    received_content: float
    audio_sent_rms: float
    audio_received_rms: float
    width_received: int
    height_received: int
    sent_flat: bool = False
    received_flat: bool = False


class CaptureLost(msgspec.Struct, frozen=True, tag="capture_lost"):
    """A camera or microphone that worked has gone. `what`: `camera` or `microphone`."""

    what: str


class CaptureBack(msgspec.Struct, frozen=True, tag="capture_back"):
    """It is back."""

    what: str


FromMedia = MediaHello | Answered | CallLink | MediaStats | CaptureLost | CaptureBack


# --- media -> front end ----------------------------------------------------------------------


class Source(enum.Enum):
    """Which picture."""

    SELF = "self"
    DOCTOR = "doctor"


class FrameNotice(msgspec.Struct, frozen=True):
    """One I420 frame (planes Y, U, V, tightly packed) at `slot` of the ring.

    A JSON line; when `ring` differs from the last one seen for this source, one file descriptor
    rides with it (SCM_RIGHTS): a memfd sealed SHRINK, GROW, FUTURE_WRITE of `slots` frames of
    width*height*3/2 bytes. Newest wins: the front end shows the last notice it read.
    `slot` None: the source has stopped; show nothing of it.
    """

    source: Source
    ring: int
    slots: int
    slot: int | None
    width: int
    height: int
    sequence: int
