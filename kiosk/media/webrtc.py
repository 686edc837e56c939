"""The aiortc engine.

No STUN or TURN server is given, so that an answer never waits for one: it holds host candidates
and the page's own candidates do the rest. With `loopback`, 127.0.0.1 is one of them (aioice
leaves it out): demo and tests on one machine.

The page's first offer has three lines: sound, the patient's camera, an instrument's camera. The
last is answered `inactive` as long as no instrument has a camera: present in the session, so that
the number of lines never changes, and costing nothing.
"""

from __future__ import annotations

import asyncio
import collections
import logging
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import aioice.ice
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import SessionDescription, candidate_from_sdp
from av import AudioFrame, VideoFrame

from kiosk.media.encoders import START_BITRATE, MusicOpusEncoder, video_encoder
from kiosk.media.engine import Received, SentMeters
from kiosk.media.errors import OfferRefused
from kiosk.media.liveness import Pulse, Transport
from kiosk.media.picture import Picture
from kiosk.media.private import install_encoder, tune_receiver
from kiosk.media.sound import RATE, Block, samples_of

log = logging.getLogger(__name__)

MOST_CANDIDATES = 64  # in an offer: a page has about ten, and trickles them
SOUND_QUEUE = 5  # blocks: 100 ms, more is delay the doctor hears
VIDEO_PREFERENCE = ("video/h264", "video/vp8")

# What aiortc raises for a description it cannot take: its own errors, and those of a parser that
# trusts its input.
UNREADABLE = (
    InternalError,
    InvalidAccessError,
    OperationError,
    ValueError,
    AssertionError,
    LookupError,
    AttributeError,
    TypeError,
    StopIteration,
    RuntimeError,  # what a StopIteration becomes in a coroutine
)


class AiortcEngine:
    """Makes calls with aiortc. `loopback`: offer 127.0.0.1 too, in this process from now on."""

    def __init__(self, *, loopback: bool) -> None:
        if loopback:
            _offer_loopback()

    def new_call(self, received: Received, sent: SentMeters) -> AiortcCall:
        """A call that has not begun."""
        return AiortcCall(received, sent)


class AiortcCall:
    """One peer connection."""

    def __init__(self, received: Received, sent: SentMeters) -> None:
        self._received = received
        self._sent = sent
        self._pictures = _PictureTrack()
        self._sounds = _SoundTrack(sent)
        self._peer = RTCPeerConnection(
            # An empty list: None would mean a public STUN server.
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def answer(self, offer: str) -> str:
        """Return the SDP answer, with all host candidates. Raises `OfferRefused`."""
        peer = self._peer
        # In the offer's order: aiortc bundles everything on the transport of its own first line.
        first_video = True
        for kind in _check(offer):
            if kind == "audio":
                sound = peer.addTransceiver(self._sounds, direction="sendrecv")
                sound.setCodecPreferences(_preferred("audio", ("audio/opus",)))
            elif first_video:
                camera = peer.addTransceiver(self._pictures, direction="sendrecv")
                camera.setCodecPreferences(_preferred("video", VIDEO_PREFERENCE))
                first_video = False
            else:
                instrument = peer.addTransceiver("video", direction="inactive")
                instrument.setCodecPreferences(_preferred("video", VIDEO_PREFERENCE))
        try:
            await peer.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
            for transceiver in (sound, camera):
                self._begin_receiving(transceiver.receiver)
            install_encoder(sound.sender, MusicOpusEncoder())
            install_encoder(camera.sender, video_encoder(_first_codec(camera), self._sent.picture))
            await peer.setLocalDescription(await peer.createAnswer())
        except InvalidStateError as error:
            raise _refused("the call was closed meanwhile") from error
        except UNREADABLE as error:
            raise _refused(f"{type(error).__name__}: {error}") from error
        return with_start_bitrate(peer.localDescription.sdp, START_BITRATE)

    async def add_candidate(self, candidate: str, *, mid: str | None, line: int | None) -> None:
        """Take a candidate of the other end; one that cannot be read is dropped, and logged."""
        text = candidate.removeprefix("candidate:")
        if not text:
            return  # end of candidates
        try:
            parsed = candidate_from_sdp(text)
            parsed.sdpMid = mid
            parsed.sdpMLineIndex = line
            await self._peer.addIceCandidate(parsed)
        except UNREADABLE as error:
            log.warning("candidate_dropped why=%s", type(error).__name__)

    def send_picture(self, picture: Picture) -> None:
        """Send this picture, in place of one not yet encoded."""
        self._pictures.publish(picture)

    def send_sound(self, block: Block) -> None:
        """Send this sound after the (few) blocks that wait."""
        self._sounds.publish(block)

    def pulse(self) -> Pulse:
        """What the transport says now."""
        transceivers = self._peer.getTransceivers()
        if not transceivers:
            return Pulse(Transport.CONNECTING, 0)
        dtls = transceivers[0].receiver.transport
        packets = sum(
            getattr(entry, "packetsReceived", 0)
            for entry in dtls._get_stats().values()  # noqa: SLF001 - getStats() is a coroutine and walks every stream
        )
        state = self._peer.connectionState
        if state == "closed" or dtls.state == "closed":
            transport = Transport.CLOSED
        elif state == "failed":
            transport = Transport.FAILED
        elif state == "connected" and dtls.state == "connected":
            transport = Transport.CONNECTED
        else:
            transport = Transport.CONNECTING
        return Pulse(transport, packets)

    async def close(self) -> None:
        """Stop sending and receiving; nothing is called back after it returns."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pictures.stop()
        self._sounds.stop()
        await self._peer.close()

    def _begin_receiving(self, receiver: RTCRtpReceiver) -> None:
        track: MediaStreamTrack | None = receiver.track  # aiortc's hint leaves None out
        if track is None:
            return  # the page does not send on this line
        tune_receiver(receiver)
        drain = self._drain_pictures if track.kind == "video" else self._drain_sound
        self._tasks.append(asyncio.create_task(drain(track)))

    async def _drain_pictures(self, track: MediaStreamTrack) -> None:
        async for frame in _frames(track):
            if isinstance(frame, VideoFrame):
                self._received.on_picture(frame)

    async def _drain_sound(self, track: MediaStreamTrack) -> None:
        async for frame in _frames(track):
            if isinstance(frame, AudioFrame):
                self._received.on_sound(samples_of(frame))


async def _frames(track: MediaStreamTrack) -> Any:
    """Every frame of `track` until it ends."""
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return
        yield frame


class _PictureTrack(MediaStreamTrack):
    """Gives the encoder the newest picture, when there is a new one."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._newest: Picture | None = None
        self._there = asyncio.Event()

    def publish(self, picture: Picture) -> None:
        self._newest = picture
        self._there.set()

    async def recv(self) -> VideoFrame:
        await self._there.wait()
        self._there.clear()
        if self._newest is None or self.readyState != "live":
            raise MediaStreamError
        picture, self._newest = self._newest, None
        return picture.frame

    def stop(self) -> None:
        super().stop()
        self._newest = None
        self._there.set()


class _SoundTrack(MediaStreamTrack):
    """Gives the encoder sound, block after block; its time goes on over blocks dropped."""

    kind = "audio"

    def __init__(self, sent: SentMeters) -> None:
        super().__init__()
        self._sent = sent
        self._blocks: collections.deque[tuple[int, Block]] = collections.deque(maxlen=SOUND_QUEUE)
        self._there = asyncio.Event()
        self._time = 0

    def publish(self, block: Block) -> None:
        self._blocks.append((self._time, block))
        self._time += len(block)
        self._there.set()

    async def recv(self) -> AudioFrame:
        while not self._blocks:
            if self.readyState != "live":
                raise MediaStreamError
            self._there.clear()
            await self._there.wait()
        time, block = self._blocks.popleft()
        self._sent.sound.add(block)
        frame = AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = time
        frame.time_base = Fraction(1, RATE)
        return frame

    def stop(self) -> None:
        super().stop()
        self._blocks.clear()
        self._there.set()


def _preferred(kind: str, mime_types: Iterable[str]) -> list[RTCRtpCodecCapability]:
    """Codecs of `kind` in our order, and retransmission."""
    known = RTCRtpSender.getCapabilities(kind).codecs
    wanted = [codec for name in mime_types for codec in known if codec.mimeType.lower() == name]
    return wanted + [codec for codec in known if codec.name.lower() == "rtx"]


def _check(offer: str) -> list[str]:
    """Return the kinds of the offer's lines, in order.

    Raises `OfferRefused` where aiortc would take the offer and break on it later.
    """
    try:
        session = SessionDescription.parse(offer)
    except UNREADABLE as error:
        raise _refused(f"{type(error).__name__}: {error}") from error
    kinds = [media.kind for media in session.media]
    if sorted(kinds) not in (["audio", "video"], ["audio", "video", "video"]):
        raise _refused(f"its lines are {kinds}, not one audio, and video once or twice")
    mids = [media.rtp.muxId for media in session.media]
    bundles = [group.items for group in session.group if group.semantic == "BUNDLE"]
    if bundles != [mids] or len(set(mids)) != len(mids) or "" in mids:
        raise _refused("its lines are not bundled in one transport")
    if sum(len(media.ice_candidates) for media in session.media) > MOST_CANDIDATES:
        raise _refused(f"it has more than {MOST_CANDIDATES} candidates")
    for media in session.media:
        if media.dtls is None or not media.dtls.fingerprints:
            raise _refused("a line has no DTLS fingerprint")
        if media.ice is None or not media.ice.usernameFragment or not media.ice.password:
            raise _refused("a line has no ICE credentials")
    return kinds


def _first_codec(transceiver: RTCRtpTransceiver) -> str:
    """MIME type of the codec agreed on first: the one we send."""
    codecs = transceiver._codecs  # noqa: SLF001 - the only place aiortc says it
    return codecs[0].mimeType


def with_start_bitrate(sdp: str, bits_per_second: int) -> str:
    """`sdp` asking a Chromium sender to begin its video there, not at 300 kbit/s and 640x360.

    `x-google-start-bitrate` (kbit/s) among a video codec's parameters; others ignore it.
    """
    wish = f"x-google-start-bitrate={bits_per_second // 1000}"
    kind = ""
    codecs: set[str] = set()
    told: set[str] = set()
    lines: list[str] = []
    for line in sdp.splitlines():
        if line.startswith("m="):
            kind, codecs, told = line[2:].split(" ")[0], set(), set()
        name, _, rest = line.partition(":")
        payload, _, value = rest.partition(" ")
        if kind == "video" and name == "a=fmtp" and not value.startswith("apt="):
            line = f"{line};{wish}"  # noqa: PLW2901 - the line as it goes on
            told.add(payload)
        if kind == "video" and name == "a=rtpmap" and value.lower().startswith("vp8/"):
            codecs.add(payload)
        lines.append(line)
        lines += [f"a=fmtp:{one} {wish}" for one in sorted(codecs - told) if name == "a=rtpmap"]
        told |= codecs
    return "\r\n".join(lines) + "\r\n"


def _offer_loopback() -> None:
    """Make aioice give 127.0.0.1 as a host address too. Once is enough, twice does no harm."""
    inner = aioice.ice.get_host_addresses
    if getattr(inner, "with_loopback", False):
        return

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:  # noqa: FBT001 - aioice's signature
        return [*inner(use_ipv4, use_ipv6), *(["127.0.0.1"] if use_ipv4 else [])]

    with_loopback.with_loopback = True  # type: ignore[attr-defined]  # marks our own wrapper
    aioice.ice.get_host_addresses = with_loopback


def _refused(why: str) -> OfferRefused:
    return OfferRefused(
        f"the doctor's page's offer cannot be answered: {why}",
        on="WebRTC offer",
        advice="ask the doctor to reload the page with a current browser",
    )
