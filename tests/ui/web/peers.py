"""What the doctor's page talks to in these tests: the real service, and a booth played by hand."""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from aioice import ice
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, VideoFrame

from clinic.app import create_app
from clinic.clock import SystemClock
from clinic.server import Server, base_url, listen, make_server
from contracts.clinic import (
    AskMeasurement,
    BoothAnswer,
    BoothFacts,
    BoothLive,
    CallCandidate,
    CallOffer,
    ConfirmLease,
    CurveFact,
    EndCall,
    Fact,
    FactBody,
    JoinQueue,
    LeaseOffered,
    MeasurementFact,
    MeasuringFact,
    OrderSent,
    OrderTaken,
    PatientFact,
    RequestCall,
    SendReport,
    StatusFact,
    ToBooth,
)
from contracts.consultation import Instrument, Language, Reason, Sex
from contracts.measurement import (
    Absence,
    Absent,
    Clock,
    Device,
    Measurement,
    Present,
    Provenance,
    Quality,
    Quantity,
)
from contracts.screen import Failure, MeasurePhase
from tests.clinic import peers as clinic_peers

PATIENCE = 15.0
TONE_HZ = 440.0
RATE = 75


@dataclass
class Service:
    """The clinic service in this process, with the built page; can be stopped and started."""

    folder: Path
    pages: Path
    url: str = ""
    _server: Server | None = None
    _serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        port = int(self.url.rpartition(":")[2]) if self.url else 0
        config = clinic_peers.config_for(self.folder, port=port)
        app = create_app(
            config, web=self.pages, clock=SystemClock(), new_token=lambda: uuid.uuid4().hex
        )
        listener = listen(config)
        self.url = base_url(listener, None)
        ready = asyncio.Event()
        self._server = make_server(app, None, ready.set)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await asyncio.wait_for(ready.wait(), PATIENCE)

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.stop()
            await asyncio.wait_for(self._serving, PATIENCE)
            self._server = None


@dataclass
class Booth:
    """One patient at one booth: says what it is told to say, remembers what it was sent."""

    service: Service
    consultation: str = field(default_factory=lambda: str(uuid.uuid4()))
    facts: list[Fact] = field(default_factory=list)
    seen: list[ToBooth] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    media: bool = True
    _peer: clinic_peers.Booth | None = None
    _reading: asyncio.Task[None] | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def connect(self, name: str = "booth-1") -> None:
        consultation = self.consultation if self.facts else None
        self._peer = await clinic_peers.connect_booth(
            self.service.url, datetime.now(UTC), consultation, booth=name
        )
        self._reading = asyncio.create_task(self._read(self._peer))

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._peer is not None:
            await self._peer.close()
        for call in self.calls:
            await call.close()

    async def send(self, message: msgspec.Struct) -> None:
        assert self._peer is not None
        await self._peer.send(message)

    async def until(
        self, kind: type[Any], when: Callable[[Any], bool] = lambda _: True, count: int = 1
    ) -> Any:
        """Return the `count`-th message of this kind, from the first on, once it has come."""

        def found() -> list[Any]:
            return [each for each in self.seen if isinstance(each, kind) and when(each)]

        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(found()) >= count), PATIENCE)
        return found()[count - 1]

    async def _read(self, peer: clinic_peers.Booth) -> None:
        while True:
            message = msgspec.json.decode(await peer.socket.recv(), type=ToBooth)
            if self.media and isinstance(message, CallOffer):
                call = Call(message.generation)
                self.calls.append(call)
                sdp = await call.answer(message.sdp, self._candidates(message.generation))
                await self.send(BoothAnswer(self.consultation, message.generation, sdp))
            elif self.media and isinstance(message, CallCandidate):
                for call in self.calls:
                    if call.generation == message.generation:
                        await call.add(message)
            async with self._changed:
                self.seen.append(message)
                self._changed.notify_all()

    def _candidates(self, generation: int) -> list[CallCandidate]:
        return [
            each
            for each in self.seen
            if isinstance(each, CallCandidate) and each.generation == generation
        ]

    # --- what happens at the booth ---------------------------------------------------------

    async def wait_in_queue(self, *, reason: Reason = Reason.BREATHING, age: int = 84) -> None:
        await self.send(
            JoinQueue(self.consultation, datetime.now(UTC), Language.FR, reason, age, Sex.FEMALE)
        )
        await self.say(
            PatientFact(
                birth_name="LEFÈVRE-ŒUVRARD",
                given_names="Marie Noëlle",
                birth_date="1941-11-30",
                sex=Sex.FEMALE,
                birth_place="Saint-Étienne",
                language=Language.FR,
                reason=reason,
                consent_version="2026-01",
                consent_giver="patient",
                assistant_allowed=True,
            ),
            StatusFact("waiting"),
        )

    async def accept(self) -> None:
        offered = await self.until(LeaseOffered)
        await self.send(ConfirmLease(self.consultation, offered.lease, accepted=True))
        await self.say(StatusFact("meeting"))

    async def ready(self) -> None:
        await self.say(StatusFact("in_call"))
        await self.call()

    async def call(self) -> None:
        await self.send(RequestCall(self.consultation))

    async def say(self, *bodies: FactBody) -> None:
        first = len(self.facts) + 1
        new = [
            Fact(number, datetime.now(UTC), body) for number, body in enumerate(bodies, start=first)
        ]
        self.facts += new
        await self.send(BoothFacts(self.consultation, tuple(new)))

    async def measuring(self, attempt: int, failure: Failure | None = None) -> None:
        phase = MeasurePhase.CONNECTING if failure is None else MeasurePhase.FAILED
        await self.say(MeasuringFact(Instrument.OXIMETER, phase, attempt, failure))

    async def recorded(
        self,
        spo2: str | Absence,
        pulse: str | Absence,
        *,
        requested: bool = False,
        quality: tuple[Quality, ...] = (),
    ) -> list[Measurement]:
        made = [
            measurement(Quantity.SPO2, spo2, "%", quality),
            measurement(Quantity.PULSE_RATE, pulse, "/min"),
        ]
        await self.say(*(MeasurementFact(each, requested_by_doctor=requested) for each in made))
        return made

    async def curve(self, attempt: int, seconds: int) -> None:
        for second in range(seconds):
            await self.say(
                CurveFact(Instrument.OXIMETER, new_id(), attempt, RATE, wave(second * RATE, RATE))
            )

    async def live(
        self, attempt: int, start: int, spo2: int | None, pulse: int | None, count: int = 15
    ) -> None:
        await self.send(
            BoothLive(
                self.consultation,
                Instrument.OXIMETER,
                attempt,
                RATE,
                start,
                wave(start, count),
                spo2,
                pulse,
            )
        )

    async def take(
        self, kind: type[AskMeasurement | EndCall | SendReport], refused: str | None = None
    ) -> OrderSent:
        sent: OrderSent = await self.until(
            OrderSent, lambda each: isinstance(each.order.body, kind)
        )
        await self.send(OrderTaken(self.consultation, sent.order.id, refused))
        return sent


def new_id() -> str:
    return str(uuid.uuid4())


def measurement(
    quantity: Quantity,
    value: str | Absence,
    unit: str,
    quality: tuple[Quality, ...] = (),
    *,
    simulated: bool = True,
) -> Measurement:
    return Measurement(
        id=new_id(),
        quantity=quantity,
        result=Absent(value) if isinstance(value, Absence) else Present(Decimal(value), unit),
        device=Device("Nonin", "Xpod 3012LP", simulated=simulated, serial="501 204 877"),
        taken_at=datetime.now(UTC),
        clock=Clock.BOOTH,
        provenance=Provenance("nonin-df2", "1"),
        quality=quality,
    )


def wave(start: int, count: int, beat_hz: float = 1.2) -> tuple[float, ...]:
    """A pulse with its dicrotic notch, 0..1."""

    def at(sample: int) -> float:
        phase = (sample / RATE * beat_hz) % 1.0
        main = math.exp(-(((phase - 0.18) / 0.09) ** 2))
        second = 0.38 * math.exp(-(((phase - 0.46) / 0.11) ** 2))
        return round(0.08 + 0.85 * min(1.0, main + second), 4)

    return tuple(at(sample) for sample in range(start, start + count))


# --- media -----------------------------------------------------------------------------------


class MovingPicture(VideoStreamTrack):
    """A bright bar that crosses a dark picture."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self.frozen = False
        self.goes_on = asyncio.Event()  # cleared: no picture is sent
        self.goes_on.set()

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        await self.goes_on.wait()
        if not self.frozen:
            self._count += 1
        picture = np.full((360, 640, 3), (70, 90, 80), dtype=np.uint8)
        at = self._count * 9 % 560
        picture[60:300, at : at + 80] = (210, 190, 170)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """A sine of `TONE_HZ`."""

    async def recv(self) -> AudioFrame:
        silence = await super().recv()
        assert isinstance(silence, AudioFrame)
        rate, count = silence.sample_rate, silence.samples
        at = (np.arange(count) + (silence.pts or 0)) / rate
        samples = (9000 * np.sin(2 * np.pi * TONE_HZ * at)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, silence.pts, Fraction(1, rate)
        return frame


class Call:
    """The booth's end of one call generation."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.offer = ""
        self.picture = MovingPicture()
        self.seen: list[npt.NDArray[Any]] = []  # the doctor's last pictures, thinned
        self.heard: list[npt.NDArray[Any]] = []  # and sound
        self._connection = RTCPeerConnection()
        self._tasks: list[asyncio.Task[None]] = []
        self._answered = False
        self._came = asyncio.Condition()
        self._connection.on("track", self._track)

    async def answer(self, offer: str, candidates: list[CallCandidate]) -> str:
        self.offer = offer
        await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        self._connection.addTrack(self.picture)
        self._connection.addTrack(Tone())
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        self._answered = True
        for each in candidates:
            await self.add(each)
        return str(self._connection.localDescription.sdp)

    async def add(self, said: CallCandidate) -> None:
        if not self._answered:
            return  # `answer` adds what came before it
        candidate = candidate_from_sdp(said.candidate.removeprefix("candidate:"))
        candidate.sdpMid, candidate.sdpMLineIndex = said.mid, said.line
        await self._connection.addIceCandidate(candidate)

    async def until(self, when: Callable[[Call], bool]) -> None:
        """Wait until what came of the doctor's picture and sound is so."""
        async with self._came:
            await asyncio.wait_for(self._came.wait_for(lambda: when(self)), PATIENCE)

    async def close(self) -> None:
        await self._connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _track(self, track: Any) -> None:
        async def drain() -> None:
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    self.seen.append(frame.to_ndarray()[::40, ::40].copy())
                elif isinstance(frame, AudioFrame):
                    self.heard.append(frame.to_ndarray())
                del self.seen[:-50], self.heard[:-150]  # two and three seconds
                async with self._came:
                    self._came.notify_all()

        self._tasks.append(asyncio.create_task(drain()))


def offer_loopback(monkeypatch: Any) -> None:
    """aioice leaves out 127.0.0.1, and a test machine may have nothing else."""
    monkeypatch.setattr(ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
