"""Accidents in mid-consultation: it goes on, and nothing recorded is lost or doubled."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cli.demo_environment import CLINIC, CONSULTATION, MEDIA
from cli.doctor import DoctorRobot
from tests.e2e.scene import RECOVERY, Delivered, Scene, scene

pytestmark = pytest.mark.e2e


async def once_each(booth: Scene, doctor: DoctorRobot) -> Delivered:
    """Go to the end; everything happened once, for everyone."""
    lines = await doctor.journal()
    delivered = await booth.to_the_end(doctor)
    assert len(lines) == len(delivered.incidents), (lines, delivered.incidents)
    acknowledged = [each.measurement for each in booth.observer.acknowledged]
    assert sorted(acknowledged) == sorted(delivered.values)
    assert set(booth.on_page) == set(booth.on_touchscreen) == set(delivered.values)
    return delivered


def took(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.2f} s")
    assert seconds < RECOVERY


async def test_the_doctor_reloads_the_page(tmp_path: Path) -> None:
    async with scene(tmp_path) as booth, booth.doctor() as doctor:
        await booth.to_waiting_room()
        await booth.into_call(doctor)
        before = {each.measurement: each.value for each in await doctor.values()}
        await doctor.reload()
        took("reload -> pictures at both ends", await booth.both_see(doctor))
        again = {each.measurement: each.value for each in await doctor.values()}
        assert again == before
        assert again
        await booth.ask(doctor)
        await booth.measured()
        await doctor.wait_for_measurement()
        delivered = await once_each(booth, doctor)
        assert booth.disagreements(delivered) == []
        # As drawn at the start, and as changed before the second.
        spo2, pulse = booth.demo.spo2, booth.demo.pulse_rate
        assert sorted(delivered.values.values()) == sorted([spo2, pulse, spo2 - 2, pulse + 7])
        assert {"doctor_lost", "doctor_back"} <= set(delivered.incidents)
        assert booth.demo.supervisor.starts(CONSULTATION) == 2  # this patient, and the next


async def test_the_clinic_service_is_killed_and_a_value_measured_meanwhile(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as booth, booth.doctor() as doctor:
        await booth.to_waiting_room()
        await booth.into_call(doctor)
        await booth.ask(doctor)
        booth.demo.supervisor.kill(CLINIC)
        await booth.demo.supervisor.stop(CLINIC)  # not again by itself: the value comes first
        recorded = await booth.measured()
        shown = [each.measurement for each in await doctor.values() if each.state == "recorded"]
        assert not set(shown) & set(recorded)
        started = time.monotonic()
        await booth.demo.supervisor.start(CLINIC)
        await doctor.wait_for_measurement(timeout_seconds=RECOVERY)
        took("service started -> value on the page", time.monotonic() - started)
        await booth.both_see(doctor)
        delivered = await once_each(booth, doctor)
        assert booth.disagreements(delivered) == []
        assert len(delivered.values) == 4
        assert {"clinic_lost", "clinic_back"} <= set(delivered.incidents)


async def test_the_oximeter_is_unplugged_in_mid_measurement(tmp_path: Path) -> None:
    async with scene(tmp_path) as booth, booth.doctor() as doctor:
        await booth.to_waiting_room()
        await booth.into_call(doctor)
        await booth.ask(doctor)
        await booth.demo.tell_simulator({"do": "unplug"})
        await booth.patient.wait(page="call", phase="connecting", seconds=RECOVERY)
        plugged = time.monotonic()
        await booth.change(-4, 14)
        await booth.demo.tell_simulator({"do": "plug"})
        await booth.patient.wait(page="call", phase="measuring", seconds=RECOVERY)
        took("plugged in again -> measuring", time.monotonic() - plugged)
        await booth.measured()
        await doctor.wait_for_measurement()
        delivered = await once_each(booth, doctor)
        assert delivered.incidents == ["instrument_unplugged"]
        # The bytes before the cable was pulled are kept too, and gave no value.
        first, cut, last = booth.stretches(delivered)
        print(f"raw bytes end with {first}, {cut} (cut), {last}")
        assert last == (booth.demo.spo2 - 4, booth.demo.pulse_rate + 14)
        values = [str(each) for pair in (first, last) for each in pair]
        assert sorted(values) == sorted(str(each) for each in delivered.values.values())
        assert [p for p in booth.disagreements(delivered) if "raw bytes say" not in p] == []


async def test_the_media_process_is_killed(tmp_path: Path) -> None:
    async with scene(tmp_path) as booth, booth.doctor() as doctor:
        await booth.to_waiting_room()
        await booth.into_call(doctor)
        parts = booth.demo.supervisor
        killed = time.monotonic()
        since = parts.starts(MEDIA)
        parts.kill(MEDIA)
        await parts.wait_restarted(MEDIA, since=since, seconds=RECOVERY)
        await booth.both_see(doctor)
        took("media killed -> pictures at both ends", time.monotonic() - killed)
        heard = await doctor.audio_stats(1.0)
        assert heard.packets > 0
        await booth.ask(doctor)
        await booth.measured()
        await doctor.wait_for_measurement()
        delivered = await once_each(booth, doctor)
        assert booth.disagreements(delivered) == []
        assert delivered.incidents == ["media_restarted", "call_restored"]
        assert len(delivered.values) == 4
