"""A generated plethysmogram: the shape of a finger's pulse, at an exact rate. Pure.

One beat is a systolic wave and, after the dicrotic notch, a smaller diastolic one (two Gaussians,
as in Tang et al., "Synthetic photoplethysmogram generation using two Gaussian functions", 2020).
Breathing moves baseline and amplitude.
"""

from __future__ import annotations

import math

RATE_HZ = 75
BREATHS_A_MINUTE = 15

_SYSTOLIC = (1.0, 0.20, 0.085)  # height, centre, width, in beats
_DIASTOLIC = (0.42, 0.52, 0.13)


class Plethysmogram:
    """Samples 0..255, 75 a second. `seed` moves the starting points of beat and breath."""

    def __init__(self, seed: int) -> None:
        self._beat = (seed * 0.381966) % 1.0  # phase, 0..1
        self._breath = (seed * 0.618034) % 1.0

    def next(self, pulse_rate: int) -> tuple[int, bool]:
        """Return the next sample at `pulse_rate` /min, and whether a beat begins with it."""
        advanced = self._beat + pulse_rate / 60 / RATE_HZ
        begins = advanced >= 1.0
        self._beat = advanced % 1.0
        self._breath = (self._breath + BREATHS_A_MINUTE / 60 / RATE_HZ) % 1.0
        breath = math.sin(2 * math.pi * self._breath)
        wave = _bump(self._beat, *_SYSTOLIC) + _bump(self._beat, *_DIASTOLIC)
        if pulse_rate == 0:
            wave = 0.0
        return round(48 + 6 * breath + wave * (165 + 12 * breath)), begins


def _bump(phase: float, height: float, centre: float, width: float) -> float:
    """A Gaussian on a circle of length 1."""
    distance = abs(phase - centre)
    distance = min(distance, 1 - distance)
    return height * math.exp(-0.5 * (distance / width) ** 2)
