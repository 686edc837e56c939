"""The judge's eyes and ears: picture and sound as each end decoded them, screens, their words."""

from __future__ import annotations

import hashlib
import itertools
import re
import wave
from typing import Any

import cv2
import numpy as np

from cli.demo_content import read_strip
from cli.evidence import Evidence
from cli.patient import NAMES

SCREENS = ("welcome", "measure-recorded", "waiting", "meet_doctor", "call", "report", "goodbye")
PICTURES = 6  # of each end, taken apart in time
STILL = 0.5  # mean difference of luma, 0..255, under which two pictures are the same
SILENCE = 0.003  # RMS of full scale
COLOURLESS = 8.0  # mean difference of the colours: Chromium's test picture is grey
VOICE = 0.6  # likeness to what the patient said: beeps are at 0.3, noise is under 0.2
BANDS = (100, 300, 500, 800, 1200, 1800, 2600, 4000, 6000)  # Hz
BEEPS = (0.4, 0.6)  # s from one beep of Chromium's test sound to the next
PAGES = ("consent", "measure", "waiting", "meet_doctor", "call", "report", "goodbye")
# Words that no sentence of the other language has. What the doctor wrote is not on these pages.
FOREIGN = {
    "fr": re.compile(r"\b(the|your|you|please|with|is)\b", re.IGNORECASE),
    "en": re.compile(r"\b(vous|votre|les|avec|pour|est)\b", re.IGNORECASE),
}

# --- picture and sound -----------------------------------------------------------------------


def _pictures(evidence: Evidence, end: str) -> list[Any]:
    found = []
    for number in range(PICTURES):
        name = f"pictures/{end}-{number}.png"
        file = evidence.folder / name
        picture = cv2.imread(str(file)) if file.is_file() else None  # it would complain by itself
        if picture is None:
            evidence.blame(f"{name}: no picture")
        else:
            found.append(picture)
    return found


def judge_pictures(evidence: Evidence) -> None:
    """What each end decoded moves, and is what the other end's camera saw: not one's own."""
    for end in ("doctor", "touchscreen"):
        coloured = _pictures(evidence, end)
        pictures = [cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) for picture in coloured]
        changes = [
            float(np.abs(one.astype(int) - other.astype(int)).mean())
            for one, other in itertools.pairwise(pictures)
            if one.shape == other.shape
        ]
        if sum(change > STILL for change in changes) < PICTURES // 2:
            evidence.blame(f"pictures at the {end}: frozen ({_rounded(changes)})")
        numbers = [read_strip(picture) for picture in pictures]
        known = [number for number in numbers if number is not None]
        if end == "doctor":
            if len(known) < PICTURES - 1 or len(set(known)) < PICTURES // 2:
                evidence.blame(f"pictures at the doctor: the camera's numbers read {numbers}")
        elif known or any(_colour(picture) > COLOURLESS for picture in coloured):
            evidence.blame("pictures at the touchscreen: not those of the doctor's camera")


def _colour(picture: Any) -> float:
    """Mean difference between the strongest and the weakest colour of each point, 0..255."""
    return float((picture.max(axis=2).astype(int) - picture.min(axis=2)).mean())


def judge_sound(evidence: Evidence) -> None:
    """Each end heard the other: the doctor the patient's voice, the booth Chromium's beeps."""
    said = _sound(evidence, "patient-said")
    for end in ("doctor", "touchscreen"):
        heard = _sound(evidence, end)
        if heard is None or said is None:
            continue
        loud = max(_loudness(*heard, 0.2), default=0.0)  # speech pauses, a beep is short
        if loud < SILENCE:
            evidence.blame(f"sound at the {end}: silence (loudest 0.2 s: {loud:.4f})")
        elif end == "doctor":
            alike = _likeness(_spectrum(*heard), _spectrum(*said))
            if alike < VOICE:
                evidence.blame(f"sound at the doctor: not the patient's voice ({alike:.2f})")
        else:
            between = _between_beeps(_loudness(*heard, 0.01)) * 0.01
            if not BEEPS[0] <= between <= BEEPS[1]:
                evidence.blame(f"sound at the touchscreen: no beep each 0.5 s ({between:.2f} s)")


def _sound(evidence: Evidence, name: str) -> tuple[Any, int] | None:
    """Return samples, -1..1, and their rate."""
    try:
        with wave.open(str(evidence.folder / f"sound/{name}.wav")) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
            return samples.astype(float) / 32768, file.getframerate()
    except (OSError, wave.Error, EOFError) as error:
        evidence.blame(f"sound/{name}.wav: no sound ({error})")
        return None


def _loudness(samples: Any, rate: int, seconds: float) -> Any:
    """RMS of each stretch of `seconds`."""
    width = round(rate * seconds)
    whole = samples[: len(samples) // width * width].reshape(-1, width)
    return np.sqrt((whole**2).mean(axis=1))


def _spectrum(samples: Any, rate: int) -> Any:
    """Logarithm of the energy in each of BANDS, in each 20 ms."""
    width = rate // 50
    whole = samples[: len(samples) // width * width].reshape(-1, width) * np.hanning(width)
    energy = np.abs(np.fft.rfft(whole, axis=1)) ** 2
    hertz = np.fft.rfftfreq(width, 1 / rate)
    return np.log10(
        np.stack(
            [
                energy[:, (low <= hertz) & (hertz < high)].sum(axis=1)
                for low, high in itertools.pairwise(BANDS)
            ],
            axis=1,
        )
        + 1e-4
    )


def _likeness(heard: Any, said: Any) -> float:
    """Median, over each second heard, of its correlation with the best second of `said`, a loop.

    By the second: a receiver that catches up plays a little faster or leaves something out.
    """
    second = 50
    loop = np.resize(said, (len(said) + second, said.shape[1]))
    found = []
    for start in range(0, len(heard) - second + 1, second // 2):
        one = heard[start : start + second]
        one = one - one.mean(axis=0)
        best = -1.0
        for place in range(len(said)):
            other = loop[place : place + second]
            other = other - other.mean(axis=0)
            size = float(np.linalg.norm(one) * np.linalg.norm(other))
            best = max(best, float((one * other).sum()) / max(size, 1e-9))
        found.append(best)
    return float(np.median(found)) if found else -1.0


def _between_beeps(loudness: Any) -> float:
    """Median distance between beginnings of what is loud; 0 when it is loud most of the time."""
    loud = loudness > 0.3 * loudness.max(initial=0.0)
    begins = np.flatnonzero(loud[1:] & ~loud[:-1])
    if len(begins) < 3 or loud.mean() > 0.2:
        return 0.0
    return float(np.median(np.diff(begins)))


def _rounded(numbers: list[float]) -> list[float]:
    return [round(number, 2) for number in numbers]


# --- screens and words -----------------------------------------------------------------------


def judge_screens(evidence: Evidence) -> None:
    """A picture of each step, none of them blank, no two of different steps the same."""
    folder = evidence.folder / "screens"
    names = [file.stem for file in folder.glob("*.png")]
    for wanted in SCREENS:
        if not any(wanted in name and "touchscreen" in name for name in names):
            evidence.blame(f"screens/: nothing of {wanted!r} on the touchscreen")
    if not any("doctor" in name for name in names):
        evidence.blame("screens/: nothing of the doctor's page")
    for file in folder.glob("*.png"):
        picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        if picture is None or float(picture.std()) < 2:
            evidence.blame(f"screens/{file.name}: blank")
    steps = {
        hashlib.sha256(file.read_bytes()).digest(): wanted
        for wanted in SCREENS
        for file in folder.glob(f"touchscreen-*-{wanted}.png")
    }
    seen = [wanted for wanted in SCREENS if wanted in steps.values()]
    if len(seen) != sum(any(folder.glob(f"touchscreen-*-{each}.png")) for each in SCREENS):
        evidence.blame("screens/: pictures of different steps are the same")


def judge_words(evidence: Evidence, summary: Any) -> None:
    """Every page was in the language asked for, and said that things are simulated."""
    language = summary["language"]
    words = summary["words"]
    pages = [page for page in words["touchscreen"] if page["language"] == language]
    for missing in sorted({*PAGES} - {page["page"] for page in pages}):
        evidence.blame(f"words: the {missing} page was never in {language!r}")
    names = {pair[language == "fr"] for pair in NAMES.values() if pair[0] != pair[1]}
    own = {pair[language != "fr"] for pair in NAMES.values()}
    for page in pages:
        if not any(text.lower().startswith("simul") for text in page["texts"]):
            evidence.blame(f"words: the {page['page']} page does not say that it is simulated")
        written = summary["report"]["written"]
        for text in (each for each in page["texts"] if each != written):
            if text in names - own or FOREIGN[language].search(text):
                evidence.blame(f"words: not {language!r} on the {page['page']} page: {text!r}")
    if words["doctor_language"] != language or FOREIGN[language].search(words["doctor"]):
        evidence.blame(f"words: the doctor's page is not in {language!r}")
    if "simul" not in words["doctor"].lower():
        evidence.blame("words: the doctor's page does not say that it is simulated")
