import wave
from pathlib import Path

import av
import numpy as np
import pytest

from cli import demo_content
from cli.broken_content import freeze, silence
from cli.demo_environment import CONTENT


@pytest.fixture(scope="module")
def content() -> demo_content.DemoContent:
    return demo_content.generate(CONTENT)


def numbers(video: Path) -> set[int | None]:
    with av.open(str(video)) as source:
        lumas = [picture.to_ndarray(format="gray") for picture in source.decode(video=0)]
    return {demo_content.read_strip(luma.astype(np.uint8)) for luma in lumas}


def test_a_frozen_video_shows_one_picture(
    content: demo_content.DemoContent, tmp_path: Path
) -> None:
    assert len(numbers(content.patient_video)) > 100
    assert numbers(freeze(content.patient_video, tmp_path / "f.mp4")) == {0}


def test_a_silenced_voice_is_as_long_and_says_nothing(
    content: demo_content.DemoContent, tmp_path: Path
) -> None:
    target = silence(content.patient_voice, tmp_path / "s.wav")
    with wave.open(str(content.patient_voice)) as voice, wave.open(str(target)) as muted:
        assert muted.getparams() == voice.getparams()
        assert any(voice.readframes(voice.getnframes()))
        assert not any(muted.readframes(muted.getnframes()))
