"""What the consultation asks, carried out: calls, self view, sound, and what became of them.

Everything here runs in the event loop's thread. Without a consultation at the other end of the
link nothing is captured, sent or shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contracts.media import (
    AddCandidate,
    Answered,
    AnswerOffer,
    CallLink,
    CaptureBack,
    CaptureLost,
    CloseCall,
    FromMedia,
    LinkState,
    MediaHello,
    MediaStats,
    SetMicrophone,
    SetSelfView,
    SetSpeaker,
    Source,
    ToMedia,
)
from kiosk.media.capture import CaptureThread
from kiosk.media.echo import EchoState, duck
from kiosk.media.errors import OfferRefused, SpeakerUnavailable
from kiosk.media.levels import PictureMeter, SoundMeter, rms
from kiosk.media.liveness import Liveness, judge
from kiosk.media.picture import Picture, scaled
from kiosk.media.sound import Block
from kiosk.media.speakers import SoundSink

if TYPE_CHECKING:
    from av import VideoFrame

    from kiosk.media.engine import Call, Engine
    from kiosk.media.frame_server import FrameServer

log = logging.getLogger(__name__)

TICK_S = 0.25
STATS_EVERY_S = 1.0
CLOSE_WITHIN_S = 1.0
SELF_VIEW = (640, 360)  # it is shown small: a quarter of the pixels to copy and draw
# A page has about ten. Each one more is paired with all of ours: thousands stop this process.
MAX_CANDIDATES = 64
DOCTOR_LEVEL_KEPT_S = 0.1  # a level older than this says nothing of what the speaker plays


@dataclass(slots=True)
class _Current:
    """The call that is on."""

    generation: int
    call: Call
    liveness: Liveness
    sent_picture: PictureMeter
    sent_sound: SoundMeter
    received_picture: PictureMeter = field(default_factory=PictureMeter)
    received_sound: SoundMeter = field(default_factory=SoundMeter)
    candidates: int = 0


class Session:
    """One patient's pictures and sound."""

    def __init__(
        self,
        *,
        engine: Callable[[], Awaitable[Engine]],
        frames: FrameServer,
        open_speaker: Callable[[], SoundSink] | None,
        half_duplex: bool,
        send: Callable[[FromMedia], None],
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._frames = frames
        self._open_speaker = open_speaker
        self._half_duplex = half_duplex
        self._send = send
        self._clock = clock
        self.camera: CaptureThread[Picture] | None = None
        self.microphone: CaptureThread[Block] | None = None
        self._current: _Current | None = None
        self._newest_generation = 0
        self._early: list[AddCandidate] = []
        self._self_view = False
        self._muted = False
        self._volume = 100
        self._speaker: SoundSink | None = None
        self._doctor_level = 0.0
        self._doctor_heard = 0.0
        self._echo = EchoState()
        self._stats_due = 0.0
        self._background: set[asyncio.Task[Any]] = set()

    # --- what the consultation says --------------------------------------------------------

    def hello(self) -> MediaHello:
        """What there is now."""
        camera, microphone = self.camera, self.microphone
        return MediaHello(
            camera=camera is not None and camera.present,
            microphone=microphone is not None and microphone.present,
            camera_simulated=camera is not None and camera.simulated,
            microphone_simulated=microphone is not None and microphone.simulated,
        )

    async def obey(self, order: ToMedia) -> None:
        """Carry out one order."""
        match order:
            case AnswerOffer():
                await self._answer(order)
            case AddCandidate():
                self._take_candidate(order)
            case CloseCall():
                self._end_call(LinkState.CLOSED)
            case SetSelfView(on=on):
                self._self_view = on
                if not on:
                    self._frames.stop(Source.SELF)
                self._want_captures()
            case SetMicrophone(muted=muted):
                self._muted = muted
            case SetSpeaker(volume=volume):
                self._volume = max(0, min(volume, 100))

    def let_go(self) -> None:
        """The consultation is gone: stop capturing, sending and showing."""
        self._end_call(LinkState.CLOSED)
        self._early.clear()
        self._newest_generation = 0
        self._self_view = False
        self._muted = False
        self._frames.stop(Source.SELF)
        self._want_captures()

    # --- calls -----------------------------------------------------------------------------

    async def _answer(self, order: AnswerOffer) -> None:
        if order.generation <= self._newest_generation:
            log.info(
                "offer_dropped generation=%d newest=%d", order.generation, self._newest_generation
            )
            return
        self._end_call(LinkState.CLOSED)
        self._newest_generation = order.generation
        engine = await self._engine()
        from kiosk.media.engine import Received, SentMeters  # noqa: PLC0415 - av, imported by then

        sent = SentMeters(PictureMeter(), SoundMeter())
        current = _Current(
            order.generation,
            engine.new_call(
                Received(
                    on_picture=lambda frame: self._picture_received(current, frame),
                    on_sound=lambda block: self._sound_received(current, block),
                ),
                sent,
            ),
            Liveness(heard=self._clock()),
            sent.picture,
            sent.sound,
        )
        self._current = current
        self._stats_due = self._clock() + STATS_EVERY_S
        self._want_captures()
        self._in_background(self._ready_speaker())
        self._send(CallLink(order.generation, LinkState.CONNECTING))
        try:
            sdp = await current.call.answer(order.sdp)
        except OfferRefused as error:
            log.error("offer_refused generation=%d why=%s", order.generation, error)  # noqa: TRY400 - expected, no traceback
            self._end_call(LinkState.FAILED)
            return
        self._send(Answered(order.generation, sdp))
        early = [one for one in self._early if one.generation == order.generation]
        self._early = [one for one in self._early if one.generation > order.generation]
        for candidate in early:
            self._add_candidate(current, candidate)

    def _take_candidate(self, order: AddCandidate) -> None:
        current = self._current
        if order.generation > self._newest_generation:
            self._early = [*self._early[-(MAX_CANDIDATES - 1) :], order]
        elif current is not None and order.generation == current.generation:
            self._add_candidate(current, order)

    def _add_candidate(self, current: _Current, order: AddCandidate) -> None:
        current.candidates += 1
        if current.candidates > MAX_CANDIDATES:
            if current.candidates == MAX_CANDIDATES + 1:
                log.warning("candidates_dropped generation=%d", current.generation)
            return
        # Not waited for: a name ending in .local is asked of the network.
        self._in_background(
            current.call.add_candidate(order.candidate, mid=order.mid, line=order.line)
        )

    def _end_call(self, state: LinkState) -> None:
        current = self._current
        if current is None:
            return
        self._current = None
        self._frames.stop(Source.DOCTOR)
        self._want_captures()
        self._in_background(current.call.close())
        if current.liveness.state is not state:
            self._send(CallLink(current.generation, state))
        log.info("call_ended generation=%d state=%s", current.generation, state.value)

    def tick(self) -> None:
        """Judge the call; once a second send its statistics. To be called every `TICK_S`."""
        current = self._current
        if current is None:
            return
        now = self._clock()
        before = current.liveness.state
        current.liveness = judge(current.liveness, current.call.pulse(), now=now)
        state = current.liveness.state
        if now >= self._stats_due:
            self._stats_due = max(self._stats_due + STATS_EVERY_S, now)
            self._send(_stats(current))
        if state is before:
            return
        log.info("call_link generation=%d state=%s", current.generation, state.value)
        self._send(CallLink(current.generation, state))
        if state in (LinkState.FAILED, LinkState.CLOSED):
            self._end_call(state)

    # --- pictures and sound ----------------------------------------------------------------

    def picture_taken(self, picture: Picture) -> None:
        """A picture of the patient camera."""
        if self._current is not None:
            self._current.call.send_picture(picture)
        if self._self_view and self._frames.connected:
            width, height = SELF_VIEW
            small = scaled(picture.frame, width=width, height=height)
            self._frames.show(Source.SELF, Picture(small, picture.taken_ns))

    def sound_taken(self, block: Block) -> None:
        """20 ms of the microphone. Muted: silence is sent, so that the far end's clock goes on."""
        current = self._current
        if current is None:
            return
        gain = self._microphone_gain()
        if gain != 1.0:
            block = (block * gain).astype(block.dtype)
        current.call.send_sound(block)

    def camera_presence(self, there: bool) -> None:  # noqa: FBT001 - a callback
        """The camera has gone or is back."""
        if not there:
            self._frames.stop(Source.SELF)
        self._send(CaptureBack("camera") if there else CaptureLost("camera"))

    def microphone_presence(self, there: bool) -> None:  # noqa: FBT001 - a callback
        """The microphone has gone or is back."""
        self._send(CaptureBack("microphone") if there else CaptureLost("microphone"))

    def _microphone_gain(self) -> float:
        recent = self._clock() - self._doctor_heard <= DOCTOR_LEVEL_KEPT_S
        self._echo = duck(self._echo, doctor_rms=self._doctor_level if recent else 0.0)
        if self._muted:
            return 0.0
        return self._echo.gain if self._half_duplex else 1.0

    def _picture_received(self, current: _Current, frame: VideoFrame) -> None:
        if current is not self._current:
            return
        current.received_picture.add(frame)
        self._frames.show(Source.DOCTOR, Picture(frame, 0))

    def _sound_received(self, current: _Current, block: Block) -> None:
        if current is not self._current:
            return
        current.received_sound.add(block)
        if self._volume != 100:
            block = (block * (self._volume / 100)).astype(block.dtype)
        self._doctor_level = rms(block)
        self._doctor_heard = self._clock()
        if self._speaker is None:
            return
        try:
            self._speaker.write(block)
        except SpeakerUnavailable as error:
            log.error("speaker_lost why=%s", error)  # noqa: TRY400 - expected, no traceback
            self._speaker.close()
            self._speaker = None

    async def _ready_speaker(self) -> None:
        if self._speaker is not None or self._open_speaker is None:
            return
        try:
            self._speaker = await asyncio.to_thread(self._open_speaker)
        except SpeakerUnavailable as error:
            log.error("speaker_absent why=%s", error)  # noqa: TRY400 - expected, no traceback

    def _want_captures(self) -> None:
        in_call = self._current is not None
        if self.camera is not None:
            self.camera.want(in_call or self._self_view)
        if self.microphone is not None:
            self.microphone.want(in_call)

    # --- the end ---------------------------------------------------------------------------

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background_done)

    def _background_done(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background_failed why=%s", type(error).__name__, exc_info=error)

    async def close(self) -> None:
        """End the call and let go of everything, within a second or so."""
        self.let_go()
        if self._background:
            await asyncio.wait(self._background, timeout=CLOSE_WITHIN_S)
        for device in (self.camera, self.microphone):
            if device is not None:
                device.close()
        if self._speaker is not None:
            self._speaker.close()


def _stats(current: _Current) -> MediaStats:
    # Five decimals: one point in 3,600 that changes by one is not a frozen picture.
    sent = current.sent_picture.read()
    received = current.received_picture.read()
    return MediaStats(
        generation=current.generation,
        frames_sent=sent.frames,
        frames_received=received.frames,
        sent_content=round(sent.content, 5),
        received_content=round(received.content, 5),
        audio_sent_rms=round(current.sent_sound.read(), 1),
        audio_received_rms=round(current.received_sound.read(), 1),
        width_received=received.width,
        height_received=received.height,
        sent_flat=sent.flat,
        received_flat=received.flat,
    )
