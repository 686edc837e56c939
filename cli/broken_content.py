"""The demo's picture and sound, broken on purpose: what a judge of the demo must not accept."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import av

SECONDS = 2


def freeze(video: Path, target: Path) -> Path:
    """Write to `target` a video that shows the first picture of `video` for ever. Return it."""
    with av.open(str(video)) as source, av.open(str(target), "w", format="mp4") as container:
        first = next(source.decode(video=0)).to_ndarray(format="yuv420p")
        rate = round(source.streams.video[0].average_rate or 25)
        stream = container.add_stream("libx264", rate=rate)
        rows, stream.width = first.shape  # the three planes, one under the other
        stream.height, stream.pix_fmt = rows * 2 // 3, "yuv420p"
        stream.time_base = Fraction(1, rate)
        stream.options = {"preset": "superfast", "bf": "0"}
        for number in range(SECONDS * rate):
            picture = av.VideoFrame.from_ndarray(first, format="yuv420p")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return target


def silence(voice: Path, target: Path) -> Path:
    """Write to `target` a sound as long as `voice`, without any. Return it."""
    with wave.open(str(voice)) as source, wave.open(str(target), "wb") as muted:
        muted.setparams(source.getparams())
        muted.writeframes(
            bytes(source.getnframes() * source.getnchannels() * source.getsampwidth())
        )
    return target
