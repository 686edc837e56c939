"""The doctor's page in a real Chromium, under the real service and its content security policy."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import WebSocketRoute, expect

from cli import web
from cli.doctor import DoctorError, DoctorRobot, ShownValue
from contracts.clinic import (
    AskMeasurement,
    CloseConsultation,
    CurveFact,
    EndCall,
    IncidentFact,
    LeaseOffered,
    LeaveQueue,
    MessageFact,
    SendReport,
    StatusFact,
)
from contracts.consultation import Instrument
from contracts.measurement import Absence, Quality
from contracts.screen import Failure
from tests.clinic.peers import PASSWORD
from tests.mutation import red_under
from tests.ui.web.peers import PATIENCE, TONE_HZ, Booth, Call, Service

LOGIN = "martin"


async def meet(doctor: DoctorRobot, booth: Booth) -> None:
    """From sign-in to the patient who reads the doctor's name."""
    await booth.wait_in_queue()
    await doctor.sign_in(LOGIN, PASSWORD)
    await doctor.page.locator(".take").click()
    await booth.accept()
    await doctor.wait_for_call("meeting")


async def call(doctor: DoctorRobot, booth: Booth) -> None:
    await meet(doctor, booth)
    await booth.ready()
    await doctor.wait_for_picture()


def shown(made: Any) -> ShownValue:
    return ShownValue(
        measurement=made.id,
        quantity=made.quantity.value,
        value=str(made.result.value),
        unit=made.result.unit,
        state="recorded",
    )


# --- who waits -------------------------------------------------------------------------------


async def test_a_wrong_password_is_said_in_words(doctor: DoctorRobot) -> None:
    with pytest.raises(DoctorError, match="incorrect"):
        await doctor.sign_in(LOGIN, "wrong")
    await doctor.sign_in(LOGIN, PASSWORD)


async def test_who_waits_and_since_when(doctor: DoctorRobot, booth: Booth) -> None:
    await booth.wait_in_queue(age=84)
    await doctor.sign_in(LOGIN, PASSWORD)
    row = doctor.page.locator("li.patient")
    for words in ("Femme, 84 ans", "Gêne respiratoire", "parle français", "Lille", "SIMULÉ"):
        await expect(row).to_contain_text(words)
    lasting = row.locator(".lasting")
    before = await lasting.inner_text()
    await expect(lasting).not_to_have_text(before, timeout=3000)  # it ticks
    await booth.close()
    await expect(row).to_contain_text("Cabine déconnectée")
    await expect(row.locator(".take")).to_be_disabled()


async def test_a_patient_who_leaves_before_the_lease_is_said(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await booth.wait_in_queue()
    await doctor.sign_in(LOGIN, PASSWORD)
    await doctor.page.locator(".take").click()
    await booth.until(LeaseOffered)
    await expect(doctor.page.locator(".waiting .asking")).to_be_visible()
    await booth.send(LeaveQueue(booth.consultation))
    await expect(doctor.page.locator("[role=alert] .notice.lost")).to_contain_text(
        "a quitté la cabine"
    )
    await expect(doctor.page.locator(".queue li")).to_have_count(0)


async def test_a_patient_not_called_yet_can_be_given_back(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await meet(doctor, booth)
    await doctor.page.get_by_role("button", name="Rendre à la salle d’attente").click()  # noqa: RUF001  # as French is typeset
    await expect(doctor.page.locator("li.patient")).to_be_visible()


# --- values ----------------------------------------------------------------------------------


@red_under(
    "ui/web/doctor/view/values.ts",
    old='"data-unit": result.unit, class: "value" }, result.value),',
    new='"data-unit": result.unit, class: "value" }, String(Number(result.value) - 1)),',
)
async def test_values_are_exact_and_their_state_is_said(doctor: DoctorRobot, booth: Booth) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    drawn = random.Random(seed)
    await call(doctor, booth)
    first = await booth.recorded(str(drawn.randint(70, 100)), str(drawn.randint(30, 240)))
    await doctor.wait_for_value("pulse_rate", str(first[1].result.value))  # type: ignore[union-attr]  # present
    assert sorted(map(str, await doctor.values())) == sorted(map(str, map(shown, first)))

    await doctor.ask_measurement()
    await doctor.wait_for_measurement(["stored"])
    asked = await booth.take(AskMeasurement)
    await doctor.wait_for_measurement(["taken"])
    assert asked.consultation == booth.consultation
    await booth.measuring(2)
    await doctor.wait_for_measurement(["measuring"])
    live = (drawn.randint(70, 100), drawn.randint(30, 240))
    for start in range(0, 300, 15):
        await booth.live(2, start, *live)
    await expect(doctor.page.locator("output[data-state=live]").first).to_be_visible()
    values = [each for each in await doctor.values() if each.state == "live"]
    assert [(each.quantity, each.value, each.unit) for each in values] == [
        ("spo2", str(live[0]), "%"),
        ("pulse_rate", str(live[1]), "/min"),
    ]
    second = await booth.recorded(
        str(drawn.randint(70, 100)),
        str(drawn.randint(30, 240)),
        requested=True,
        quality=(Quality.LOW_PERFUSION,),
    )
    await doctor.wait_for_measurement(["recorded"])
    # nothing live is left, the earlier values stay
    assert sorted(map(str, await doctor.values())) == sorted(map(str, map(shown, first + second)))
    tile = doctor.page.locator("[data-tile=spo2]")
    for words in ("ENREGISTRÉ", "SIMULÉ", "Perfusion faible", "%"):
        await expect(tile).to_contain_text(words)
    line = doctor.page.locator(".device-line")
    await expect(line).to_contain_text("Nonin Xpod 3012LP · n° 501 204 877 · tenu par le patient")
    await expect(line).to_contain_text("prise à votre demande")
    await expect(tile.locator(".age")).to_contain_text("s", timeout=3000)


async def test_live_that_stops_is_taken_off_the_screen(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    await booth.measuring(1)
    await booth.live(1, 0, 97, 72)
    live = doctor.page.locator("output[data-state=live]")
    await expect(live).to_have_count(2)
    await booth.live(1, 15, None, None)
    await expect(live).to_have_count(0)
    await booth.live(1, 30, 96, 70)
    await expect(live).to_have_count(2)
    await expect(live).to_have_count(0, timeout=5000)  # and nothing came any more


async def test_an_absence_is_words_and_no_number(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    await booth.recorded(Absence.NO_FINGER, Absence.NO_SIGNAL)
    await expect(doctor.page.locator("[data-tile=spo2]")).to_contain_text(
        "Aucune valeur : pas de doigt"
    )
    assert await doctor.values() == []


async def test_a_failed_or_refused_request_says_why(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    await doctor.ask_measurement()
    await booth.take(AskMeasurement, refused="already_measuring")
    await doctor.wait_for_measurement(["refused"])
    progress = doctor.page.locator(".progress")
    await expect(progress).to_contain_text("une mesure est déjà en cours")
    await booth.measuring(1)
    await booth.measuring(1, Failure.UNPLUGGED)
    await doctor.reload()  # a failure is a fact: it is there after a reload too
    await doctor.wait_for_measurement(["failed"])
    await expect(progress).to_contain_text("appareil débranché")


async def test_recorded_curves_can_be_looked_back_on(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    await booth.measuring(1)
    await booth.curve(1, 12)
    await booth.recorded("97", "72")
    curve = doctor.page.locator(".scroll canvas")
    await expect(curve).to_be_visible()
    choice = doctor.page.get_by_role("combobox", name="Courbe affichée")
    await expect(choice).to_have_value("1")
    painted = await curve.evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const columns = new Set();
          for (let i = 3; i < data.length; i += 4)
            if (data[i] > 0) columns.add(((i - 3) / 4) % canvas.width);
          return columns.size / canvas.width;
        }"""
    )
    assert painted > 0.95
    scrolls = await doctor.page.locator(".scroll").evaluate("(e) => e.scrollWidth > e.clientWidth")
    assert scrolls
    await choice.select_option("live")
    await expect(doctor.page.locator(".plot .none")).to_have_text("Aucune courbe en direct")


# Fact numbers and lengths of curves are the same from one patient to the next: they name nothing.
@red_under(
    "ui/web/doctor/view/values.ts",
    old="`${reading?.measurement.id}${language}`",
    new="`${reading?.number}${language}`",
)
@red_under(
    "ui/web/doctor/view/curve.ts",
    old="const key = `${c.id}/${curve.attempt}",
    new="const key = `${curve.attempt}",
)
async def test_the_next_patients_values_and_curve_are_their_own(
    doctor: DoctorRobot, booth: Booth, service: Service
) -> None:
    next_booth = Booth(service)
    await next_booth.connect("booth-2")
    try:
        await _measured(booth, "71", flat=0.25)
        await doctor.sign_in(LOGIN, PASSWORD)
        await doctor.page.locator(".take").click()
        await booth.accept()
        first = await _height_of_curve(doctor)
        await _measured(next_booth, "98", flat=0.75)
        await doctor.page.locator(".take").wait_for(state="attached")
        # What a busy browser does: nothing is drawn from one patient's page to the next one's.
        await doctor.page.evaluate(
            """async (next) => {
              const [frame, parse, held] = [requestAnimationFrame, JSON.parse, []];
              window.requestAnimationFrame = (draw) => held.push(draw);
              // What was asked for before this is drawn first, not between the two patients.
              await new Promise((done) => frame(() => frame(done)));
              JSON.parse = (text) => {
                if (text.includes(next) && text.includes('"measurement"')) window.arrived = true;
                return parse(text);
              };
              window.letGo = () => {
                window.requestAnimationFrame = frame;
                for (const draw of held) frame(draw);
              };
              const named = (name) =>
                [...document.querySelectorAll("button")].find((each) => each.textContent === name);
              named("Rendre à la salle d\u2019attente").click();
              document.querySelector(".take").click();
            }""",
            next_booth.consultation,
        )
        await next_booth.accept()
        await doctor.page.wait_for_function("() => window.arrived", polling=20)
        await doctor.page.evaluate("() => new Promise((done) => setTimeout(done)).then(letGo)")
        await expect(doctor.page.locator("[data-tile=spo2] output")).to_have_text("98")
        assert [each.value for each in await doctor.values() if each.quantity == "spo2"] == ["98"]
        assert first < 0.5 < await _height_of_curve(doctor)
    finally:
        await next_booth.close()


async def _measured(booth: Booth, spo2: str, *, flat: float) -> None:
    """A patient who measured, with a flat curve, and waits."""
    await booth.wait_in_queue()
    await booth.measuring(1)
    await booth.say(
        *(CurveFact(Instrument.OXIMETER, str(second), 1, 75, (flat,) * 75) for second in range(5))
    )
    await booth.recorded(spo2, "70")


async def _height_of_curve(doctor: DoctorRobot) -> float:
    """Return how high the recorded curve is drawn: 0 at the foot of its canvas, 1 at its top."""
    canvas = doctor.page.locator(".scroll canvas")
    await canvas.wait_for()
    height: float = await canvas.evaluate(
        """(canvas) => {
          const middle = Math.floor(canvas.width / 2) + 20;
          const { data } = canvas.getContext("2d").getImageData(middle, 0, 1, canvas.height);
          const rows = [];
          for (let y = 0; y < canvas.height; y += 1) if (data[4 * y + 3] > 128) rows.push(y);
          return 1 - rows[Math.floor(rows.length / 2)] / canvas.height;
        }"""
    )
    return height


async def test_nothing_of_a_patient_stays_in_the_page_after_them(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await _measured(booth, "71", flat=0.25)
    await doctor.sign_in(LOGIN, PASSWORD)
    await doctor.page.locator(".take").click()
    await booth.accept()
    await _height_of_curve(doctor)
    await booth.say(IncidentFact("frames_lost"))
    await doctor.page.locator(".journal li").wait_for()
    await doctor.page.get_by_role("button", name="Rendre à la salle d’attente").click()  # noqa: RUF001  # as French is typeset
    await doctor.page.locator("main.waiting").wait_for()
    hidden = doctor.page.locator("main.consultation")
    await expect(hidden).not_to_contain_text("LEFÈVRE")
    await expect(hidden.locator("output, .journal li")).to_have_count(0)
    widths = await hidden.locator("canvas").evaluate_all("(all) => all.map(({ width }) => width)")
    assert widths == [0, 0]


async def _measured_and_met(doctor: DoctorRobot, booth: Booth, spo2: str, *, flat: float) -> float:
    """Meet a patient who measured before; return how high their (flat) recorded curve is drawn."""
    await booth.wait_in_queue()
    await booth.measuring(1)
    await booth.say(
        *(CurveFact(Instrument.OXIMETER, str(second), 1, 75, (flat,) * 75) for second in range(5))
    )
    await booth.recorded(spo2, "70")
    if await doctor.page.locator("main.sign-in:visible").count():
        await doctor.sign_in(LOGIN, PASSWORD)
    await doctor.page.locator(".take").click()
    await booth.accept()
    await doctor.page.locator("main.consultation:visible").wait_for()
    await doctor.page.locator(".scroll canvas").wait_for()
    height: float = await doctor.page.locator(".scroll canvas").evaluate(
        """(canvas) => {
          const middle = Math.floor(canvas.width / 2) + 20;
          const { data } = canvas.getContext("2d").getImageData(middle, 0, 1, canvas.height);
          const rows = [];
          for (let y = 0; y < canvas.height; y += 1) if (data[4 * y + 3] > 128) rows.push(y);
          return 1 - rows[Math.floor(rows.length / 2)] / canvas.height;
        }"""
    )
    return height


# --- picture and sound -----------------------------------------------------------------------


async def test_picture_and_sound_both_ways(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    picture = await doctor.picture_stats(1.0)
    assert (picture.width, picture.height) == (640, 360)
    assert picture.changed >= 8
    assert 60 < picture.luma < 140
    sound = await doctor.audio_stats(1.0)
    assert sound.energy > 0
    assert sound.packets > 20
    assert sound.peak_hz == pytest.approx(TONE_HZ, abs=15)
    assert len({picture.tobytes() for picture in booth.calls[-1].seen}) > 3
    assert len(booth.calls[-1].heard) > 20
    # patient's camera, then the instrument's, in the first offer: never negotiated again
    lines = [line for line in booth.calls[-1].offer.splitlines() if line.startswith("m=")]
    assert [line.split()[0] for line in lines] == ["m=video", "m=video", "m=audio"]
    booth.calls[-1].picture.frozen = True
    async with asyncio.timeout(PATIENCE):
        while (await doctor.picture_stats(0.5)).changed:
            pass


async def test_pictures_that_stop_coming_are_called_frozen_until_they_come_again(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await call(doctor, booth)
    since = doctor.page.locator(".since")
    await expect(since).to_be_hidden()
    picture = booth.calls[-1].picture
    picture.goes_on.clear()
    await expect(since).to_have_text("Image figée depuis 4 s", timeout=PATIENCE * 1000)
    await expect(since).to_be_visible()
    picture.goes_on.set()
    await expect(since).to_be_hidden(timeout=PATIENCE * 1000)


async def test_a_camera_the_booth_calls_frozen_is_said_across_the_picture(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await call(doctor, booth)
    frozen = doctor.page.locator(".call-state.frozen")
    await expect(frozen).to_be_hidden()
    await booth.say(IncidentFact("camera_frozen"))
    await expect(frozen).to_be_visible()
    await expect(frozen).to_contain_text("la caméra de la cabine donne toujours la même image")
    await booth.say(IncidentFact("camera_moving"))
    await expect(frozen).to_be_hidden()


async def test_a_lost_call_is_said_and_the_next_generation_brings_it_back(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await call(doctor, booth)
    await booth.calls[-1].close()
    await doctor.page.locator(".stage[data-tone=bad]").wait_for()
    await booth.recorded("95", "80")  # values do not need a call
    await doctor.wait_for_value("spo2", "95")
    await booth.call()
    await doctor.wait_for_picture()
    await doctor.wait_for_call("in_call")
    assert [each.generation for each in booth.calls] == [1, 2]


async def test_without_camera_and_microphone_the_patient_is_still_seen(
    service: Service, booth: Booth
) -> None:
    async with DoctorRobot(service.url, allow_devices=False) as doctor:
        await meet(doctor, booth)
        problem = doctor.page.locator(".device-problem").first
        await expect(problem).to_contain_text("Caméra refusée")
        await expect(problem).to_contain_text("Micro refusé")
        await booth.ready()
        await doctor.wait_for_picture()
        assert (await doctor.picture_stats(0.5)).changed > 0
        assert "a=recvonly" in booth.calls[-1].offer
        assert "a=sendrecv" not in booth.calls[-1].offer
        assert doctor.errors + await doctor.violations() == []


async def test_muting_is_silence_at_the_booth(doctor: DoctorRobot, booth: Booth) -> None:
    def loudest(theirs: Call) -> float:
        return max((float(abs(heard).max()) for heard in theirs.heard), default=0.0)

    await call(doctor, booth)
    # Chromium's fake microphone beeps each second
    await booth.calls[-1].until(lambda theirs: loudest(theirs) > 500)
    await doctor.page.get_by_role("button", name="Micro ouvert. Couper le micro").click()
    await booth.calls[-1].until(lambda theirs: loudest(theirs) < 50)
    await expect(doctor.page.locator(".device.microphone")).to_have_attribute(
        "aria-pressed", "false"
    )


# --- coming back -----------------------------------------------------------------------------


async def test_a_reload_brings_back_every_fact_and_the_call(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await booth.wait_in_queue()
    await booth.measuring(1)
    await booth.recorded("96", "74")
    await doctor.sign_in(LOGIN, PASSWORD)
    await doctor.page.locator(".take").click()
    await booth.accept()
    await booth.ready()
    await doctor.wait_for_picture()
    await booth.say(IncidentFact("camera_lost"), IncidentFact("camera_back"))
    await booth.recorded("93", "91", requested=True)
    await doctor.wait_for_value("spo2", "93")
    before = (await doctor.values(), await doctor.journal())
    name = await doctor.page.locator(".name").inner_text()
    await doctor.reload()
    await doctor.wait_for_picture()
    await doctor.wait_for_value("spo2", "93")
    assert (await doctor.values(), await doctor.journal()) == before
    assert await doctor.page.locator(".name").inner_text() == name == "LEFÈVRE-ŒUVRARD Marie Noëlle"
    assert [each.generation for each in booth.calls] == [1, 2]
    await expect(doctor.page.locator(".strip .badge.simulated")).to_be_visible()


async def test_a_restarted_service_is_found_again_with_nothing_lost_or_doubled(
    doctor: DoctorRobot, booth: Booth, service: Service
) -> None:
    await call(doctor, booth)
    await booth.recorded("96", "74")
    await doctor.wait_for_value("spo2", "96")
    await doctor.page.locator("#report-text").fill("Brouillon.")
    await service.stop()
    await expect(doctor.page.locator(".link-state")).to_contain_text("interrompue")
    assert len(await doctor.values()) == 2  # what was received stays
    await service.start()
    await booth.connect()
    await expect(doctor.page.locator(".link-state")).to_be_hidden()
    await booth.recorded("95", "75")
    await doctor.wait_for_value("spo2", "95")
    values = [(each.quantity, each.value) for each in await doctor.values()]
    assert sorted(values) == [
        ("pulse_rate", "74"),
        ("pulse_rate", "75"),
        ("spo2", "95"),
        ("spo2", "96"),
    ]
    assert await doctor.page.locator("#report-text").input_value() == "Brouillon."


async def test_an_ended_session_asks_to_sign_in_and_keeps_the_draft(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await call(doctor, booth)
    await doctor.page.locator("#report-text").fill("Angine, examen à distance.")
    status = await doctor.page.evaluate(
        "() => fetch('/api/session', { method: 'DELETE' }).then((answer) => answer.status)"
    )
    assert status == 204
    await doctor.page.locator("main.sign-in:visible").wait_for()
    await expect(doctor.page.locator("main.consultation")).to_be_hidden()
    playing = await doctor.page.evaluate(
        "() => [...document.querySelectorAll('video')].filter((each) => each.srcObject).length"
    )
    assert playing == 0  # nobody is seen or heard behind a page that asks who is there
    await doctor.sign_in(LOGIN, PASSWORD)
    draft = doctor.page.locator("#report-text")
    await expect(draft).to_be_visible()
    assert await draft.input_value() == "Angine, examen à distance."
    await doctor.wait_for_picture()


async def test_a_sign_out_the_service_did_not_hear_is_said(
    doctor: DoctorRobot, service: Service
) -> None:
    await doctor.sign_in(LOGIN, PASSWORD)
    out = doctor.page.get_by_role("button", name="Se déconnecter")
    await doctor.page.route("**/api/session", lambda route: route.fulfill(status=503))
    await out.click()
    await expect(doctor.page.locator(".notice.still_signed_in")).to_be_visible()
    await doctor.page.unroute("**/api/session")
    await doctor.sign_in(LOGIN, PASSWORD)
    await doctor.page.locator(".notice.still_signed_in button").click()
    await out.click()
    await doctor.page.locator("main.sign-in:visible").wait_for()
    await doctor.reload()
    await doctor.page.locator("main.sign-in:visible").wait_for()
    await expect(doctor.page.locator(".notice.still_signed_in")).to_have_count(0)


# --- report ----------------------------------------------------------------------------------


async def test_the_report_from_draft_to_the_booth(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    sign = doctor.page.locator(".writing .button.primary")
    problem = doctor.page.locator("#report-problem")
    await sign.click()
    await expect(problem).to_contain_text("Écrivez le compte rendu")
    await doctor.page.locator("#report-text").fill("Rhinopharyngite.")
    await sign.click()
    await expect(problem).to_contain_text("Choisissez l’issue")  # noqa: RUF001  # as French is typeset
    await doctor.end_call()
    await booth.take(EndCall)
    await booth.say(StatusFact("after_call"))
    await doctor.wait_for_call("ended")
    await doctor.sign_report("Rhinopharyngite.\nRepos.", "reassured")
    sent = await booth.take(SendReport)
    report = sent.order.body.report  # type: ignore[union-attr]  # a SendReport
    assert (report.text, report.outcome.value) == ("Rhinopharyngite.\nRepos.", "reassured")
    assert report.doctor.name == "Dr Martin"
    await doctor.wait_for_report(["taken"])
    await booth.say(StatusFact("report_shown"))
    await doctor.wait_for_report(["shown"])
    await doctor.reload()
    await doctor.wait_for_report(["shown"])
    await booth.send(CloseConsultation(booth.consultation))
    await doctor.back_to_waiting_room()


async def test_signing_in_the_call_ends_it(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    await doctor.sign_report("Vu.", "resolved")
    await booth.take(EndCall)
    await booth.take(SendReport)
    await doctor.wait_for_call("ended")


async def test_a_report_is_signed_after_the_patient_has_left(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await call(doctor, booth)
    await booth.say(StatusFact("left"))
    await booth.send(CloseConsultation(booth.consultation))
    await doctor.wait_for_call("left")
    await doctor.sign_report("Le patient est parti avant la fin.", "patient_left")
    await expect(doctor.page.locator(".signed")).to_contain_text("Le patient est parti")
    await doctor.back_to_waiting_room()


async def test_nothing_is_kept_in_the_browser(doctor: DoctorRobot, booth: Booth) -> None:
    await call(doctor, booth)
    await booth.recorded("96", "74")
    await doctor.page.locator("#report-text").fill("Brouillon.")
    kept = await doctor.page.evaluate(
        """async () => ({
          local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
          databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
          workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )
    assert kept == dict.fromkeys(kept, 0) | {"cookie": ""}
    # What browsers write to the disk to bring a closed tab back holds the text of such fields.
    await expect(doctor.page.locator("#report-text")).to_have_attribute("autocomplete", "off")
    assert "LEFÈVRE" not in await doctor.page.title()


# --- what the patient says, what is not understood -------------------------------------------


async def test_messages_of_the_patient_are_prominent_until_seen(
    doctor: DoctorRobot, booth: Booth
) -> None:
    await call(doctor, booth)
    await booth.say(MessageFact("cannot_hear"), MessageFact("help"), MessageFact("muted"))
    messages = doctor.page.locator(".message")
    await expect(messages).to_have_count(2)
    assert await doctor.messages() == ["cannot_hear", "help"]
    await expect(doctor.page.get_by_role("alert").filter(has=messages)).to_be_visible()
    await expect(doctor.page.get_by_text("Le patient a coupé son micro").first).to_be_visible()
    await messages.first.get_by_role("button", name="J’ai vu").click()  # noqa: RUF001  # as French is typeset
    await expect(messages).to_have_count(1)
    assert len(await doctor.journal()) == 3


async def test_what_is_not_understood_is_said_never_shown_as_a_value(
    service: Service, booth: Booth
) -> None:
    """The wire between service and page, attacked: other kinds, wrong values, broken text."""

    def attack(text: str) -> list[str]:
        message = json.loads(text)
        if message["type"] != "facts":
            return [text]
        for fact in message["facts"]:
            body = fact["body"]
            if body["type"] == "incident" and body["code"] == "interrupted":
                fact["body"] = {"type": "ecg", "leads": 12}
            if body["type"] == "measurement" and body["measurement"]["quantity"] == "pulse_rate":
                body["measurement"]["result"]["value"] = "NaN"
        attacked = json.dumps(message)
        return ["{not json", '{"type":"party"}', attacked, attacked]  # the same facts twice

    async with DoctorRobot(service.url) as doctor:

        def between(page: WebSocketRoute) -> None:
            server = page.connect_to_server()
            page.on_message(server.send)

            def answer(text: str | bytes) -> None:
                for each in attack(str(text)):
                    page.send(each)

            server.on_message(answer)

        await doctor.page.route_web_socket("**/api/doctor", between)
        await doctor.page.reload()
        await meet(doctor, booth)
        await booth.say(IncidentFact("interrupted"), IncidentFact("strange_new_code"))
        await booth.recorded("96", "74")
        await doctor.wait_for_value("spo2", "96")
        assert [(each.quantity, each.value) for each in await doctor.values()] == [("spo2", "96")]
        journal = await doctor.journal()
        assert any("ecg" in line for line in journal)
        assert any("strange_new_code" in line for line in journal)
        assert sum("measurement" in line for line in journal) == 1
        await expect(doctor.page.locator(".notice.unreadable").first).to_be_visible()
        assert doctor.errors + await doctor.violations() == []


# --- every page, both languages --------------------------------------------------------------

LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")


def sentences() -> dict[str, str]:
    """French sentences that English does not share -> their English."""
    said = web.run_node(
        [
            "--input-type=module",
            "-e",
            """
            const [fr, en] = await Promise.all(
              ["fr", "en"].map((tag) => import(`./doctor/words/${tag}.ts`)));
            const pairs = [];
            const walk = (a, b) => {
              for (const key of Object.keys(a)) {
                if (typeof a[key] === "object") walk(a[key], b[key]);
                else if (a[key] !== b[key]) pairs.push([a[key], b[key]]);
              }
            };
            walk(fr.default, en.default);
            console.log(JSON.stringify(Object.fromEntries(pairs)));
            """,
        ]
    )
    found: dict[str, str] = json.loads(said)
    return found


@pytest.mark.parametrize("size", [(1280, 800), (1440, 900)])
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_state_can_be_read_named_and_reached(
    service: Service, booth: Booth, language: str, size: tuple[int, int], tmp_path: Path
) -> None:
    french = sentences()
    other = set(french) if language == "en" else set(french.values()) - set(french)

    async with DoctorRobot(service.url, language=language, size=size) as doctor:

        async def look(name: str) -> None:
            await doctor.screenshot(tmp_path / f"{name}.png")
            found = await doctor.page.evaluate(LOOK)
            assert found["problems"] == [], (name, found["problems"])
            foreign = [text for text in found["texts"] if text in other]
            assert foreign == [], (name, foreign)
            assert len(found["texts"]) > 3

        await doctor.page.locator("form").wait_for()
        await look("sign-in")
        await booth.wait_in_queue()
        await doctor.sign_in(LOGIN, PASSWORD)
        await look("waiting")
        await doctor.page.locator(".take").click()
        await booth.until(LeaseOffered)
        await doctor.page.locator(".waiting .asking").wait_for()
        await look("claiming")
        await booth.accept()
        await doctor.wait_for_call("meeting")
        await look("meeting")
        await booth.measuring(1)
        await booth.curve(1, 4)
        await booth.recorded("96", "174", quality=tuple(Quality)[:3])
        await booth.ready()
        await doctor.wait_for_picture()
        await booth.say(
            MessageFact("cannot_hear"),
            MessageFact("help"),
            MessageFact("muted"),
            IncidentFact("clinic_back"),
        )
        await doctor.ask_measurement()
        await booth.take(AskMeasurement)
        await booth.measuring(2)
        await booth.live(2, 0, 100, 240, count=75)
        await doctor.page.locator("output[data-state=live]").first.wait_for()
        await look("live")
        await booth.recorded(Absence.NO_SIGNAL, "88", quality=(Quality.OUT_OF_TRACK,))
        await doctor.wait_for_measurement(["recorded"])
        await look("recorded")
        await doctor.page.locator(".device.camera").click()
        await doctor.page.locator("#report-text").fill("1. Angine.\n2. Repos.")
        await doctor.page.locator("#outcome").select_option("physical_visit")
        await doctor.page.locator(".writing .button.primary").click()
        await doctor.page.locator("dialog").wait_for()
        await look("sign")
        await doctor.page.keyboard.press("Escape")
        await booth.calls[-1].close()
        await doctor.page.locator(".stage[data-tone=bad]").wait_for()
        await look("lost")
        await doctor.end_call()
        await booth.take(EndCall)
        await booth.say(StatusFact("after_call"))
        await look("ended")
        await doctor.sign_report("1. Angine.\n2. Repos.", "physical_visit")
        await booth.take(SendReport)
        await booth.say(StatusFact("report_shown"))
        await doctor.wait_for_report(["shown"])
        await look("shown")
        # and the other language, in the same page
        await doctor.page.locator(f"button[lang={'en' if language == 'fr' else 'fr'}]").click()
        await expect(doctor.page.locator("html")).not_to_have_attribute("lang", language)
        await expect(doctor.page.locator(".signed")).to_contain_text(
            "shown" if language == "fr" else "affiché"
        )
        assert doctor.errors + await doctor.violations() == []


async def test_all_can_be_done_with_the_keyboard(doctor: DoctorRobot, booth: Booth) -> None:
    keys = doctor.page.keyboard

    async def reach(selector: str) -> None:
        """Tab until the focus is there; what has it can be seen to have it."""
        for _ in range(40):
            if await doctor.page.evaluate(
                "(selector) => document.activeElement?.matches(selector) ?? false", selector
            ):
                outline = await doctor.page.evaluate(
                    "() => getComputedStyle(document.activeElement).outlineStyle"
                )
                assert outline != "none", selector
                return
            await keys.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with Tab")

    await booth.wait_in_queue()
    await reach("#login")
    await keys.type(LOGIN)
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await doctor.page.locator(".take").wait_for()
    await reach(".take")
    await keys.press("Enter")
    await booth.accept()
    await booth.ready()
    await doctor.wait_for_picture()
    await reach(".device.microphone")
    await keys.press("Space")
    await expect(doctor.page.locator(".device.microphone")).to_have_attribute(
        "aria-pressed", "false"
    )
    await reach("#volume")
    await keys.press("ArrowLeft")
    assert await doctor.page.locator("#volume").input_value() == "95"
    await reach("button.ask")
    await keys.press("Enter")
    await booth.take(AskMeasurement)
    await reach("#report-text")
    await keys.type("Vu au clavier.")
    await reach("#outcome")
    await keys.press("ArrowDown")
    await reach(".writing .button.primary")
    await keys.press("Enter")
    await doctor.page.locator("dialog").wait_for()
    await keys.press("Escape")
    await expect(doctor.page.locator("dialog")).to_have_count(0)
    await keys.press("Enter")  # the focus came back to where it was
    await doctor.page.locator("dialog").wait_for()
    await reach("dialog .button.primary")
    await keys.press("Enter")
    await doctor.wait_for_report(["stored"])
