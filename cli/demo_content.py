"""What the demo's booth sees and hears: an invented, drawn person, and a synthetic voice.

Nobody was filmed or recorded. The strip at the bottom of each picture carries its number, so that
a test can tell which picture arrived: `read_strip` is its reader.

Strip: 20 cells of 64 pixels (at 1280), the last 24 rows (of 720), black or white:
white, black, then 8 bits of the number (most significant first), the same 8 bits inverted, black,
white.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import wave
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

VERSION = "1"  # of the drawing and the voice: another one makes `generate` draw again

WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 25, 8
FRAMES = RATE * SECONDS
STRIP_ROWS = 24
CELLS = 20
BITS = 8

SOUND_RATE = 48_000
VOICE_RMS = 3000.0  # about -21 dBFS, a voice at arm's length
SENTENCE = (
    "Bonjour docteur. Ceci est une simulation. Je tousse depuis trois jours, "
    "et je voudrais votre avis."
)

Image = NDArray[np.uint8]
Point = tuple[float, float]

WALL = (222, 214, 200)  # colours are BGR
PANEL = (205, 194, 176)
SKIN = (150, 185, 232)
SHADE = (125, 160, 212)
HAIR = (52, 62, 84)
SHIRT = (150, 110, 60)
INK = (60, 50, 45)
WHITE = (255, 255, 255)


@dataclass(frozen=True)
class DemoContent:
    """Files the demo's booth.toml names."""

    patient_video: Path
    patient_voice: Path


def generate(folder: Path) -> DemoContent:
    """Draw and speak into `folder` (made where missing), unless this version is there already."""
    content = DemoContent(folder / "patient.mp4", folder / "patient.wav")
    mark = folder / "version"
    complete = content.patient_video.is_file() and content.patient_voice.is_file()
    if complete and mark.is_file() and mark.read_text(encoding="utf-8") == VERSION:
        return content
    folder.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    _write_video(content.patient_video)
    _write_voice(content.patient_voice)
    mark.write_text(VERSION, encoding="utf-8")  # last: a run cut short is done again
    return content


# --- the picture ---------------------------------------------------------------------------------


def draw(number: int) -> Image:
    """Picture `number` (0..FRAMES-1), BGR, HEIGHT x WIDTH; the last leads to the first."""
    image = _cabin()
    turn = 2 * math.pi * number / FRAMES
    breath = math.sin(2 * turn)  # two breaths a loop: 15 a minute
    sway = 6 * math.sin(turn)
    _draw_body(image, breath=breath)
    _draw_head(image, x=640 + sway, y=270 + 3 * breath, blink=_blink(number), turn=turn)
    _draw_hand(image, number)
    _draw_label(image)
    _draw_strip(image, number)
    return image


def read_strip(luma: Image) -> int | None:
    """The number carried by a picture of any size, from its luma (rows x columns), or None."""
    rows, columns = luma.shape
    y = round(rows * (1 - STRIP_ROWS / HEIGHT / 2))
    reach_y = max(1, rows * STRIP_ROWS // HEIGHT // 4)
    reach_x = max(1, columns // CELLS // 4)
    levels = []
    for cell in range(CELLS):
        x = round(columns * (cell + 0.5) / CELLS)
        levels.append(luma[y - reach_y : y + reach_y, x - reach_x : x + reach_x].mean())
    if max(levels) - min(levels) < 80:
        return None
    middle = (max(levels) + min(levels)) / 2
    bits = [bool(level > middle) for level in levels]
    value, inverse = bits[2 : 2 + BITS], bits[2 + BITS : 2 + 2 * BITS]
    frame = (bits[0], bits[1], bits[-2], bits[-1])
    if frame != (True, False, False, True) or any(
        a == b for a, b in zip(value, inverse, strict=True)
    ):
        return None
    return sum(bit << (BITS - 1 - place) for place, bit in enumerate(value))


_CABIN: list[Image] = []


def _cabin() -> Image:
    if not _CABIN:
        image = np.full((HEIGHT, WIDTH, 3), WALL, dtype=np.uint8)
        for x in range(0, WIDTH, 320):
            cv2.rectangle(image, (x + 14, 20), (x + 306, 640), PANEL, 3, cv2.LINE_AA)
        cv2.rectangle(image, (0, 0), (WIDTH, 14), WHITE, -1)
        cv2.rectangle(image, (0, 640), (WIDTH, HEIGHT), (176, 164, 146), -1)
        cv2.rectangle(image, (1040, 90), (1200, 250), WHITE, -1)
        cv2.rectangle(image, (1100, 110), (1140, 230), (110, 160, 60), -1)
        cv2.rectangle(image, (1060, 150), (1180, 190), (110, 160, 60), -1)
        _CABIN.append(image)
    return _CABIN[0].copy()


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x * 16), round(y * 16)  # sixteenths of a pixel: slow movement does not jump


def _ellipse(image: Image, centre: Point, radii: Point, colour: tuple[int, int, int]) -> None:
    cv2.ellipse(image, _at(*centre), _at(*radii), 0, 0, 360, colour, -1, cv2.LINE_AA, 4)


def _draw_body(image: Image, *, breath: float) -> None:
    width = 215 + 5 * breath
    _ellipse(image, (640, 690 - 3 * breath), (width, 240 + 5 * breath), SHIRT)
    cv2.rectangle(image, (590, 380), (690, 480), SHADE, -1)
    _ellipse(image, (640, 475), (62, 34), SHADE)


def _draw_head(image: Image, *, x: float, y: float, blink: float, turn: float) -> None:
    _ellipse(image, (x, y - 30), (142, 158), HAIR)
    _ellipse(image, (x - 126, y + 20), (22, 34), SHADE)
    _ellipse(image, (x + 126, y + 20), (22, 34), SHADE)
    _ellipse(image, (x, y + 12), (124, 150), SKIN)
    _ellipse(image, (x, y - 112), (100, 44), HAIR)
    for side in (-1, 1):
        eye = x + side * 48
        _ellipse(image, (eye, y - 8), (24, max(1.5, 17 * (1 - blink))), WHITE)
        if blink < 0.6:
            _ellipse(image, (eye + 5 * math.sin(turn), y - 8), (9, 10 * (1 - blink)), INK)
        cv2.line(image, _at(eye - 26, y - 42), _at(eye + 26, y - 44), HAIR, 7, cv2.LINE_AA, 4)
        _ellipse(image, (x + side * 74, y + 50), (22, 14), (140, 165, 240))
    cv2.line(image, _at(x, y + 8), _at(x - 9, y + 44), SHADE, 6, cv2.LINE_AA, 4)
    cv2.line(image, _at(x - 9, y + 44), _at(x + 8, y + 46), SHADE, 6, cv2.LINE_AA, 4)
    smile = 34 + 5 * math.sin(3 * turn)
    cv2.ellipse(image, _at(x, y + 74), _at(46, smile), 0, 20, 160, (80, 80, 190), 8, cv2.LINE_AA, 4)


def _blink(number: int) -> float:
    """How far the eyes are closed, 0..1: three blinks of a fifth of a second a loop."""
    return max(max(0.0, 1 - abs(number - at) / 3) for at in (30, 95, 160))


def _draw_hand(image: Image, number: int) -> None:
    """A hand that comes up, waves and goes down again between pictures 40 and 140."""
    raised = max(0.0, math.sin(math.pi * (number - 40) / 100)) ** 0.5 if 40 < number < 140 else 0.0
    if raised == 0.0:
        return
    wave_ = 0.35 * math.sin(2 * math.pi * number / 12.5)
    elbow = (890.0, 780.0)
    hand_x = elbow[0] + 60 + 90 * wave_
    hand_y = 700 - 330 * raised
    cv2.line(image, _at(*elbow), _at(hand_x, hand_y + 60), SHIRT, 62, cv2.LINE_AA, 4)
    for finger in range(4):
        angle = wave_ + (finger - 1.5) * 0.36
        tip = (hand_x + 92 * math.sin(angle), hand_y - 92 * math.cos(angle))
        cv2.line(image, _at(hand_x, hand_y), _at(*tip), SKIN, 22, cv2.LINE_AA, 4)
    thumb = (hand_x - 78 * math.cos(wave_), hand_y - 16)
    cv2.line(image, _at(hand_x, hand_y + 12), _at(*thumb), SKIN, 22, cv2.LINE_AA, 4)
    _ellipse(image, (hand_x, hand_y + 14), (46, 50), SKIN)


def _draw_label(image: Image) -> None:
    cv2.rectangle(image, (24, 28), (316, 84), WHITE, -1)
    cv2.putText(image, "SIMULATION", (40, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.4, INK, 3, cv2.LINE_AA)


def _draw_strip(image: Image, number: int) -> None:
    bits = [bool(number >> (BITS - 1 - place) & 1) for place in range(BITS)]
    cells = [True, False, *bits, *(not bit for bit in bits), False, True]
    for cell, white in enumerate(cells):
        left, right = cell * WIDTH // CELLS, (cell + 1) * WIDTH // CELLS
        image[HEIGHT - STRIP_ROWS :, left:right] = 255 if white else 0


def _write_video(path: Path) -> None:
    partial = path.with_suffix(".part.mp4")
    with av.open(str(partial), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        # One thread and no B-frames: the same file each time, and cheap to play.
        stream.codec_context.thread_count = 1
        stream.options = {"preset": "superfast", "crf": "22", "bf": "0", "g": str(RATE)}
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(draw(number), format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    partial.replace(path)


# --- the voice -----------------------------------------------------------------------------------


def _write_voice(path: Path) -> None:
    samples = _spoken() if shutil.which("espeak-ng") else _hummed()
    level = float(np.sqrt(np.mean(samples**2)))
    samples = np.clip(samples * (VOICE_RMS / level), -32000, 32000).astype(np.int16)
    partial = path.with_suffix(".part.wav")
    with wave.open(str(partial), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE)
        file.writeframes(samples.tobytes())
    partial.replace(path)


def _spoken() -> NDArray[np.float64]:
    """The sentence by espeak-ng, and half a second of rest, at SOUND_RATE."""
    run = subprocess.run(
        ["espeak-ng", "-v", "fr", "-s", "150", "--stdout", SENTENCE],
        capture_output=True,
        check=True,
        timeout=30,
    )
    # espeak writes a header for a stream without end: the sizes in it are not to be believed.
    rate = int.from_bytes(run.stdout[24:28], "little")
    data = run.stdout[44 : 44 + (len(run.stdout) - 44) // 2 * 2]
    spoken = np.frombuffer(data, dtype="<i2").astype(np.float64)
    length = len(spoken) * SOUND_RATE // rate
    wide = np.interp(np.arange(length) * rate / SOUND_RATE, np.arange(len(spoken)), spoken)
    return np.concatenate([wide, np.zeros(SOUND_RATE // 2)])


def _hummed() -> NDArray[np.float64]:
    """Speech-like sound: a voice's harmonics under four syllables a second, two sentences."""
    t = np.arange(SECONDS * SOUND_RATE) / SOUND_RATE
    pitch = 120 + 15 * np.sin(2 * np.pi * 0.5 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / SOUND_RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 2 * t), 0, None)
    sentence = (t % 4 < 3.2).astype(np.float64)
    hummed: NDArray[np.float64] = voice * syllables * sentence
    return hummed
