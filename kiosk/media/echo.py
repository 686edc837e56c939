"""Half-duplex: while the doctor speaks, the patient's microphone is quietened.

The answer to echo where nothing cancels it: the doctor's voice leaves the speaker, enters the
microphone and would come back to the doctor. Off with `half_duplex = false` in booth.toml, which
expects PipeWire's `module-echo-cancel` between the sound card and this process: name its source
and sink as `[media.microphone] device` and `[media.speaker] device`.

Pure: `duck(state, doctor_rms=…)` for each 20 ms block, in order.
"""

from __future__ import annotations

from dataclasses import dataclass

SPEAKING_RMS = 500.0  # about -36 dBFS: above the noise of a quiet office through Opus
HANG_OVER_BLOCKS = 15  # 300 ms: pauses between words, and the room's own echo
QUIET_GAIN = 0.05  # -26 dB: the doctor still hears that the line lives
ATTACK = 0.5  # per block: down within 60 ms, before an echo is noticed
RELEASE = 0.12  # per block: back within 0.4 s, without a click


@dataclass(frozen=True, slots=True)
class EchoState:
    """`gain` now applied to the microphone; blocks of hang-over left."""

    gain: float = 1.0
    hang_over: int = 0


def duck(state: EchoState, *, doctor_rms: float) -> EchoState:
    """The state for the next 20 ms block.

    `doctor_rms` (0..32767) is the level of what the speaker plays now. The gain falls towards
    `QUIET_GAIN` while the doctor speaks and for `HANG_OVER_BLOCKS` after, then climbs back to 1.
    """
    speaking = doctor_rms >= SPEAKING_RMS
    hang_over = HANG_OVER_BLOCKS if speaking else max(0, state.hang_over - 1)
    target, pace = (QUIET_GAIN, ATTACK) if hang_over else (1.0, RELEASE)
    gain = state.gain + (target - state.gain) * pace
    if abs(gain - target) < 0.01:
        gain = target
    return EchoState(gain=gain, hang_over=hang_over)
