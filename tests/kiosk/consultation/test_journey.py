"""The journey, by tables and at random."""

from __future__ import annotations

import itertools
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import clinic, screen
from contracts.consultation import Giver, Instrument, Language, Outcome, Reason, RedFlag, Sex
from contracts.screen import CallState, Dialog, Failure, MeasurePhase
from kiosk.consultation.journey import advance, effects, happenings
from kiosk.consultation.journey.state import FROZEN_SECONDS, Stage, State
from kiosk.consultation.views import view
from kiosk.record import events as log
from tests.kiosk.consultation.walk import CONSULTATION, DOCTOR, REPORT, TODAY, Walk
from tests.mutation import red_under


def test_a_patient_goes_from_welcome_to_the_report_and_out() -> None:
    walk = Walk()
    walk.to_call()
    walk.order("o1", clinic.EndCall())
    assert walk.at(Stage.AFTER_CALL)
    walk.touch(screen.WaitHere())
    walk.order("o2", clinic.SendReport(REPORT))
    assert walk.at(Stage.REPORT)
    walk.touch(screen.Finish())
    assert walk.at(Stage.GOODBYE)
    assert walk.recorded[-1] == log.Closed("report_read", Outcome.REASSURED)
    walk.touch(screen.Finish())
    assert isinstance(walk.done[-1], effects.Exit)


def test_the_pages_come_in_order() -> None:
    walk = Walk()
    seen = [walk.stage]
    for intent in (
        screen.Start(),
        screen.Continue(),
        screen.GiveConsent(Giver.PATIENT, act=True, assistant=False),
        screen.GiveNames("Durand", "Élise"),
        screen.GiveBirthDate("03", "02", "1950"),
        screen.GiveSex(Sex.FEMALE),
        screen.GiveBirthPlace("Lyon"),
        screen.GiveReason(Reason.EAR),
        screen.AnswerRedFlags(()),
    ):
        walk.touch(intent)
        seen.append(walk.stage)
    assert seen == [
        Stage.WELCOME,
        Stage.INFORMATION,
        Stage.CONSENT,
        Stage.NAMES,
        Stage.BIRTH_DATE,
        Stage.SEX,
        Stage.BIRTH_PLACE,
        Stage.REASON,
        Stage.RED_FLAGS,
        Stage.MEASURE,
    ]


def test_without_an_instrument_the_patient_goes_straight_to_the_waiting_room() -> None:
    walk = Walk(instruments=())
    walk.to_measure()
    assert walk.at(Stage.WAITING)
    assert isinstance(walk.recorded[-1], log.QueueJoined)


def test_refusing_the_act_ends_politely_and_is_recorded() -> None:
    walk = Walk()
    walk.to_consent()
    walk.touch(screen.GiveConsent(Giver.PATIENT, act=False, assistant=False))
    assert walk.at(Stage.GOODBYE)
    assert walk.recorded[-1] == log.Closed("consent_refused", None)


def test_refusing_assistance_does_not_block_care() -> None:
    walk = Walk()
    walk.to_consent()
    walk.touch(screen.GiveConsent(Giver.PATIENT, act=True, assistant=False))
    assert walk.at(Stage.NAMES)


def test_under_sixteen_an_adult_is_asked_for_and_consents() -> None:
    walk = Walk()
    walk.to_measure(year="2015")
    assert walk.at(Stage.ACCOMPANIED)  # later answers were not accepted on this page
    walk.touch(screen.ConfirmAccompanied(accompanied=True))
    assert walk.at(Stage.CONSENT)
    walk.touch(screen.GiveConsent(Giver.PATIENT, act=True, assistant=True))
    assert walk.at(Stage.CONSENT)
    walk.touch(screen.GiveConsent(Giver.PARENT, act=True, assistant=True))
    assert walk.at(Stage.SEX)


def test_under_sixteen_and_alone_ends() -> None:
    walk = Walk()
    walk.to_measure(year="2015")
    walk.touch(screen.ConfirmAccompanied(accompanied=False))
    assert walk.at(Stage.GOODBYE)
    assert walk.recorded[-1] == log.Closed("unaccompanied", None)


@red_under(
    "kiosk/consultation/journey/committed.py",
    old="            if flags:\n",
    new="            if False:\n",
)
@pytest.mark.parametrize("flag", RedFlag)
def test_every_red_flag_leads_to_the_emergency_page(flag: RedFlag) -> None:
    walk = Walk()
    walk.to_measure()
    walk = Walk(state=replace(walk.state, stage=Stage.RED_FLAGS))
    walk.touch(screen.AnswerRedFlags((flag,)))
    assert walk.at(Stage.EMERGENCY)
    assert not any(isinstance(event, log.QueueJoined) for event in walk.recorded)


def test_a_wrong_red_flag_can_be_taken_back() -> None:
    walk = Walk()
    walk.to_measure()
    walk = Walk(state=replace(walk.state, stage=Stage.RED_FLAGS))
    walk.touch(screen.AnswerRedFlags((RedFlag.CHEST_PAIN,)), screen.Back())
    assert walk.at(Stage.RED_FLAGS)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (("", "", ""), "empty"),
        (("31", "2", "1950"), "not_a_date"),
        (("29", "2", "2023"), "not_a_date"),
        (("1", "1", "50"), "not_a_date"),
        (("1", "13", "1950"), "not_a_date"),
        (("x", "1", "1950"), "not_a_date"),
        (("23", "11", "2026"), "future"),
        (("1", "1", "1850"), "too_old"),
        (("٣", "1", "1950"), "not_a_date"),
    ],
)
def test_a_birth_date_that_is_none_is_said(typed: tuple[str, str, str], problem: str) -> None:
    walk = Walk()
    walk.to_consent()
    walk.touch(
        screen.GiveConsent(Giver.PATIENT, act=True, assistant=True),
        screen.GiveNames("Durand", "Élise"),
        screen.GiveBirthDate(*typed),
    )
    assert walk.at(Stage.BIRTH_DATE)
    assert walk.state.problems == {"birth_date": problem}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("Durand3", "characters"),
        ("<b>", "characters"),
        ("A" * 101, "too_long"),
        ("D'Artagnan-Lefèvre", None),
        ("Nguyễn", None),
        ("Œuvré", None),
        ("O\u2019Neill", None),
        ("Иванова", None),
    ],
)
def test_names_are_checked_gently(name: str, problem: str | None) -> None:
    walk = Walk()
    walk.to_consent()
    walk.touch(
        screen.GiveConsent(Giver.PATIENT, act=True, assistant=True),
        screen.GiveNames(name, "Élise"),
    )
    assert walk.state.problems == ({} if problem is None else {"birth_name": problem})
    assert walk.at(Stage.BIRTH_DATE) == (problem is None)


def test_back_keeps_what_was_answered() -> None:
    walk = Walk()
    walk.to_consent()
    walk.touch(
        screen.GiveConsent(Giver.PATIENT, act=True, assistant=True),
        screen.GiveNames("Durand", "Élise"),
        screen.GiveBirthDate("3", "2", "1950"),
        screen.Back(),
        screen.Back(),
        screen.GiveNames("Durant", "Élise"),
    )
    assert walk.at(Stage.SEX)  # the birth date is not typed twice
    assert walk.state.case.names == log.NamesGiven("Durant", "Élise")


# --- measuring -------------------------------------------------------------------------------


def test_a_value_is_recorded_only_once_committed() -> None:
    walk = Walk()
    walk.to_measure()
    walk.happen(happenings.InstrumentSays(MeasurePhase.MEASURING, 0.5, None))
    walk.happen(happenings.InstrumentSays(MeasurePhase.SAVING, 1.0, None))
    assert walk.state.measuring is not None
    assert walk.state.measuring.values == ()
    walk.measured("96", "131")
    assert walk.state.measuring.phase is MeasurePhase.RECORDED
    assert [str(value.value) for value in walk.state.case.values] == ["96", "131"]
    assert isinstance(walk.done[-1], effects.Disarm)


def test_a_retake_opens_a_new_window_and_replaces_what_is_shown() -> None:
    walk = Walk()
    walk.to_measure()
    walk.measured("96", "131")
    walk.touch(screen.Retake())
    assert walk.done[-1] == effects.Arm(Instrument.OXIMETER, 2)
    assert walk.state.measuring is not None
    assert walk.state.measuring.values == ()
    walk.measured("98", "70")
    assert [str(shown.value) for shown in walk.state.case.values] == ["98", "70"]


def test_without_the_instrument_the_consultation_goes_on() -> None:
    walk = Walk()
    walk.to_measure()
    walk.happen(happenings.InstrumentFailed(Failure.DEVICE_ABSENT))
    assert log.Incident("instrument_absent") in walk.recorded
    walk.touch(screen.SkipMeasurement())
    assert walk.at(Stage.WAITING)


def test_what_the_disk_refuses_is_not_shown_as_recorded() -> None:
    walk = Walk()
    walk.to_measure()
    walk.disk = False
    walk.measured()
    assert walk.state.measuring is not None
    assert walk.state.measuring.failure is Failure.STORAGE
    assert walk.state.case.values == ()
    walk.disk = True
    walk.touch(screen.Retake())
    walk.measured()
    assert walk.state.measuring.phase is MeasurePhase.RECORDED


# --- the doctor ------------------------------------------------------------------------------


def test_the_doctor_is_named_before_the_picture() -> None:
    walk = Walk()
    walk.to_meeting()
    assert view(walk.state, 1).page == screen.MeetDoctor(DOCTOR)
    assert not any(isinstance(effect, effects.RequestCall) for effect in walk.done)
    walk.touch(screen.Continue())
    assert any(isinstance(effect, effects.RequestCall) for effect in walk.done)


def test_a_second_doctor_is_refused() -> None:
    walk = Walk()
    walk.to_meeting()
    walk.clinic_says(clinic.LeaseOffered(CONSULTATION, "lease-2", DOCTOR))
    assert walk.done[-1] == effects.ConfirmLease("lease-2", accepted=False)
    walk.clinic_says(clinic.LeaseOffered(CONSULTATION, "lease-1", DOCTOR))
    assert walk.done[-1] == effects.ConfirmLease("lease-1", accepted=True)


@red_under(
    "kiosk/consultation/journey/doctor.py",
    old="    if message.consultation != state.case.consultation:\n",
    new="    if False:\n",
)
def test_a_message_for_another_consultation_changes_nothing() -> None:
    walk = Walk()
    walk.to_waiting()
    before = walk.state
    walk.clinic_says(clinic.LeaseOffered("another", "lease-1", DOCTOR))
    assert walk.state == before
    walk = Walk()
    walk.to_call()
    before, done = walk.state, list(walk.done)
    for body in (clinic.SendReport(REPORT), clinic.EndCall()):
        walk.clinic_says(clinic.OrderSent("another", clinic.Order("o1", body)))
    assert (walk.state, walk.done) == (before, done)


def test_an_order_repeated_is_one_order() -> None:
    walk = Walk()
    walk.to_call()
    walk.order("o1", clinic.AskMeasurement(Instrument.OXIMETER))
    attempts = walk.state.case.attempts
    walk.order("o1", clinic.AskMeasurement(Instrument.OXIMETER))
    assert walk.state.case.attempts == attempts == 2
    assert walk.done[-1] == effects.TakeOrder("o1")


def test_a_measurement_asked_while_one_runs_is_refused_with_its_reason() -> None:
    walk = Walk()
    walk.to_call()
    walk.order("o1", clinic.AskMeasurement(Instrument.OXIMETER))
    walk.order("o2", clinic.AskMeasurement(Instrument.OXIMETER))
    assert walk.done[-1] == effects.TakeOrder("o2", refused="already_measuring")


def test_the_loss_of_the_call_is_one_incident_and_values_go_on() -> None:
    walk = Walk()
    walk.to_call()
    walk.happen(happenings.CallChanged(happenings.CallHealth.STALLED))
    walk.happen(happenings.CallChanged(happenings.CallHealth.FAILED))
    walk.happen(happenings.MediaDown())
    incidents = [event.code for event in walk.recorded if isinstance(event, log.Incident)]
    assert incidents == ["call_lost"]
    assert walk.state.case.medium == "none"
    walk.order("o1", clinic.AskMeasurement(Instrument.OXIMETER))
    walk.measured("95", "80")
    assert [str(shown.value) for shown in walk.state.case.values] == ["95", "80"]
    walk.happen(happenings.CallChanged(happenings.CallHealth.CONNECTED))
    assert walk.state.around.link is CallState.CONNECTED
    assert walk.recorded[-2:] == [log.Incident("call_restored"), log.MediumChanged("video")]


def test_a_call_that_the_doctors_page_closed_is_lost_unless_something_comes_of_it() -> None:
    closed = happenings.CallChanged(happenings.CallHealth.CLOSED)
    time_up = happenings.TimeUp("call-closed")

    walk = Walk()
    walk.to_call()
    walk.happen(closed)
    assert walk.state.around.link is CallState.RECONNECTING  # said to the patient at once
    assert effects.Wake(2.0, "call-closed") in walk.done
    assert log.Incident("call_lost") not in walk.recorded
    walk.happen(time_up)
    assert walk.recorded[-2:] == [log.Incident("call_lost"), log.MediumChanged("none")]

    reloaded = Walk()
    reloaded.to_call()
    reloaded.happen(closed)
    reloaded.happen(happenings.CallChanged(happenings.CallHealth.CONNECTED))
    reloaded.happen(time_up)
    assert not any(isinstance(event, log.Incident) for event in reloaded.recorded)

    ended = Walk()
    ended.to_call()
    ended.happen(closed)
    ended.order("o1", clinic.EndCall())
    ended.happen(time_up)
    assert ended.stage is Stage.AFTER_CALL
    assert not any(isinstance(event, log.Incident) for event in ended.recorded)


def test_a_killed_media_process_is_called_again_when_it_is_back() -> None:
    walk = Walk()
    walk.to_call()
    walk.happen(happenings.MediaDown())
    assert log.Incident("media_restarted") in walk.recorded
    walk.done.clear()
    walk.happen(
        happenings.MediaUp(
            camera=True, microphone=True, camera_simulated=True, microphone_simulated=True
        )
    )
    assert effects.RequestCall() in walk.done
    assert effects.ShowSelf(on=True) in walk.done


def test_a_call_that_keeps_failing_is_tried_ever_more_slowly() -> None:
    walk = Walk()
    walk.to_call()
    waits = []
    for _ in range(8):
        walk.done.clear()
        walk.happen(happenings.CallChanged(happenings.CallHealth.FAILED))
        waits += [effect.seconds for effect in walk.done if isinstance(effect, effects.Wake)]
        walk.happen(happenings.TimeUp("call-again"))
        assert walk.done[-1] == effects.RequestCall()
    assert waits == [0.25, 0.5, 1, 2, 4, 8, 8, 8]
    walk.happen(happenings.CallChanged(happenings.CallHealth.CONNECTED))
    walk.done.clear()
    walk.happen(happenings.TimeUp("call-again"))  # one that came too late
    assert walk.done == []
    walk.happen(happenings.CallChanged(happenings.CallHealth.FAILED))
    assert effects.Wake(0.25, "call-again") in walk.done


MOVING = happenings.Seen(pictures=20, content=3.0, flat=False)
SAME = happenings.Seen(pictures=20, content=0.0, flat=False)
NONE = happenings.Seen(pictures=0, content=0.0, flat=False)
DARK = happenings.Seen(pictures=20, content=0.0, flat=True)


def watched(*doctor: happenings.Seen, patient: happenings.Seen = MOVING) -> Walk:
    """A call, then a second of each of these."""
    walk = Walk()
    walk.to_call()
    watch(walk, *doctor, patient=patient)
    return walk


def watch(walk: Walk, *doctor: happenings.Seen, patient: happenings.Seen = MOVING) -> None:
    for seen in doctor:
        walk.happen(happenings.PicturesSeen(doctor=seen, patient=patient))


def incidents_of(walk: Walk) -> list[str]:
    return [event.code for event in walk.recorded if isinstance(event, log.Incident)]


def frozen_on(walk: Walk) -> tuple[bool, bool]:
    page = view(walk.state, 1).page
    assert isinstance(page, screen.Call)
    return page.doctor_frozen, page.own_frozen


@pytest.mark.parametrize("still", [SAME, NONE])
@red_under(
    "kiosk/consultation/journey/call.py",
    old="return Stillness(there, before.seconds + 1)",
    new="return Stillness(there)",
)
def test_a_doctor_whose_picture_stands_still_is_one_incident_and_said(
    still: happenings.Seen,
) -> None:
    walk = watched(MOVING, *[still] * (FROZEN_SECONDS - 1))
    assert (incidents_of(walk), frozen_on(walk)) == ([], (False, False))
    watch(walk, *[still] * 30)
    assert (incidents_of(walk), frozen_on(walk)) == (["doctor_picture_frozen"], (True, False))
    watch(walk, MOVING, MOVING)
    assert incidents_of(walk) == ["doctor_picture_frozen", "doctor_picture_moving"]
    assert frozen_on(walk) == (False, False)


@red_under(
    "kiosk/consultation/journey/call.py",
    old='*_freeze(around.own_picture, own, "camera"),',
    new="",
)
def test_the_patients_camera_that_gives_one_picture_is_one_incident_and_said() -> None:
    walk = watched(*[MOVING] * 60, patient=SAME)
    assert (incidents_of(walk), frozen_on(walk)) == (["camera_frozen"], (False, True))
    watch(walk, MOVING)
    assert incidents_of(walk) == ["camera_frozen", "camera_moving"]


def test_a_file_of_one_picture_is_a_frozen_camera_though_its_decoder_wavers() -> None:
    wavers = happenings.Seen(25, 0.009, flat=False)  # measured on such a file
    assert incidents_of(watched(*[MOVING] * 60, patient=wavers)) == ["camera_frozen"]


def test_a_camera_turned_off_or_never_there_is_not_frozen() -> None:
    assert incidents_of(watched(MOVING, *[DARK] * 60)) == []
    assert incidents_of(watched(MOVING, DARK, *[NONE] * 60)) == []
    assert incidents_of(watched(*[NONE] * 60)) == []
    turned_off = watched(MOVING, *[SAME] * FROZEN_SECONDS, DARK)
    assert frozen_on(turned_off) == (False, False)


def test_one_change_in_time_is_a_living_picture() -> None:
    second = happenings.Seen(pictures=20, content=0.0003, flat=False)
    assert incidents_of(watched(*[*[SAME] * (FROZEN_SECONDS - 1), second] * 10)) == []


def test_nothing_is_frozen_in_a_call_that_is_lost_and_a_new_one_starts_afresh() -> None:
    walk = watched(MOVING)
    walk.happen(happenings.CallChanged(happenings.CallHealth.STALLED))
    watch(walk, *[NONE] * 30)
    assert incidents_of(walk) == ["call_lost"]
    walk.happen(happenings.CallChanged(happenings.CallHealth.CONNECTED))
    watch(walk, *[NONE] * 30)  # this page has no camera
    assert incidents_of(walk) == ["call_lost", "call_restored"]
    watch(walk, *[SAME] * FROZEN_SECONDS)
    walk.happen(happenings.CallChanged(happenings.CallHealth.STALLED))
    assert frozen_on(walk) == (False, False)


def test_a_report_during_the_call_waits_for_its_end() -> None:
    walk = Walk()
    walk.to_call()
    walk.order("o1", clinic.SendReport(REPORT))
    assert walk.at(Stage.CALL)
    walk.order("o2", clinic.EndCall())
    assert walk.at(Stage.REPORT)


def test_a_report_for_who_has_left_is_refused_so_that_it_goes_elsewhere() -> None:
    walk = Walk()
    walk.to_call()
    walk.touch(screen.AskLeave(), screen.ConfirmLeave())
    walk.order("o1", clinic.SendReport(REPORT))
    assert walk.done[-1] == effects.TakeOrder("o1", refused="patient_left")


def test_the_clinic_lost_and_back_is_two_incidents_and_a_new_place_in_the_queue() -> None:
    walk = Walk()
    walk.happen(happenings.ClinicChanged(up=True))
    walk.to_waiting()
    walk.happen(happenings.ClinicChanged(up=False))
    walk.happen(happenings.ClinicChanged(up=False))
    walk.done.clear()
    walk.happen(happenings.ClinicChanged(up=True))
    incidents = [event.code for event in walk.recorded if isinstance(event, log.Incident)]
    assert incidents == ["clinic_lost", "clinic_back"]
    assert effects.Join() in walk.done


def test_muting_is_recorded_and_said_once() -> None:
    walk = Walk()
    walk.to_call()
    walk.touch(screen.SetMuted(muted=True), screen.SetMuted(muted=True))
    assert walk.recorded[-1] == log.MicrophoneMuted(muted=True)
    assert sum(isinstance(event, log.MicrophoneMuted) for event in walk.recorded) == 1
    assert walk.done[-1] == effects.SetSound(muted=True, volume=70)


# --- the disk refuses ------------------------------------------------------------------------


@red_under(
    "kiosk/consultation/journey/measuring.py",
    old="            case log.Closed() | log.CallEnded():\n",
    new="            case log.CallEnded():\n",
)
def test_who_leaves_a_call_is_let_go_of_though_the_disk_refuses() -> None:
    walk = Walk()
    walk.to_call()
    walk.disk = False
    walk.done.clear()
    walk.touch(screen.AskLeave(), screen.ConfirmLeave())
    assert walk.at(Stage.UNAVAILABLE)
    assert walk.state.dialog is None
    assert effects.CloseCall() in walk.done
    assert effects.ShowSelf(on=False) in walk.done
    assert effects.SayClosed() in walk.done
    walk.happen(happenings.TimeUp("unavailable"))
    assert isinstance(walk.done[-1], effects.Exit)


def test_a_call_the_doctor_ends_is_ended_though_the_disk_refuses() -> None:
    walk = Walk()
    walk.to_call()
    walk.disk = False
    walk.done.clear()
    walk.order("o1", clinic.EndCall())
    assert effects.CloseCall() in walk.done
    assert effects.TakeOrder("o1") not in walk.done


@red_under(
    "kiosk/consultation/journey/measuring.py",
    old="            case log.RedFlagsAnswered(flags=flags) if flags:\n",
    new="            case log.RedFlagsAnswered(flags=flags) if not flags:\n",
)
def test_whom_to_call_in_an_emergency_does_not_depend_on_the_disk() -> None:
    walk = Walk()
    walk.to_measure()
    walk = Walk(state=replace(walk.state, stage=Stage.RED_FLAGS), disk=False)
    walk.touch(screen.AnswerRedFlags((RedFlag.CHEST_PAIN,)))
    assert view(walk.state, 1).page == screen.Emergency((RedFlag.CHEST_PAIN,))
    walk.touch(screen.AskHelp(), screen.CloseDialog())
    assert walk.at(Stage.EMERGENCY)
    walk.touch(screen.Finish())
    assert walk.at(Stage.UNAVAILABLE)


def test_the_doctor_is_not_said_to_be_told_before_it_is_on_disk() -> None:
    walk = Walk()
    walk.to_call()
    walk.disk = False
    walk.touch(screen.CannotHear())
    assert not walk.state.around.cannot_hear_sent
    walk.disk = True
    walk.touch(screen.CannotHear())
    assert walk.state.around.cannot_hear_sent


def test_what_cannot_be_heard_can_be_said_again_later() -> None:
    walk = Walk()
    walk.to_call()
    walk.touch(screen.CannotHear())
    walk.happen(happenings.TimeUp("said"))
    assert not walk.state.around.cannot_hear_sent


def test_a_recorded_value_is_not_taken_back_by_a_later_refusal() -> None:
    walk = Walk()
    walk.to_call()
    walk.order("o1", clinic.AskMeasurement(Instrument.OXIMETER))
    walk.measured()
    walk.disk = False
    walk.happen(happenings.FromClinic(clinic.DoctorPresence(CONSULTATION, online=False)))
    assert walk.state.measuring is not None
    assert walk.state.measuring.phase is MeasurePhase.RECORDED


# --- the end ---------------------------------------------------------------------------------


def test_who_leaves_with_the_report_leaves_with_the_doctors_outcome() -> None:
    walk = Walk()
    walk.to_call()
    walk.order("o1", clinic.SendReport(REPORT))
    walk.touch(screen.AskLeave())
    before = walk.state
    walk.touch(screen.ConfirmLeave())
    assert walk.recorded[-1] == log.Closed("patient_left", Outcome.REASSURED)
    walk = Walk(state=before)
    walk.order("o2", clinic.EndCall())
    walk.touch(screen.ConfirmLeave())  # with the report before their eyes
    assert walk.recorded[-1] == log.Closed("report_read", Outcome.REASSURED)


def test_who_leaves_the_emergency_page_is_an_emergency() -> None:
    walk = Walk()
    walk.to_measure()
    walk = Walk(state=replace(walk.state, stage=Stage.RED_FLAGS))
    walk.touch(screen.AnswerRedFlags((RedFlag.CHEST_PAIN,)))
    walk.touch(screen.AskLeave(), screen.ConfirmLeave())
    assert walk.recorded[-1] == log.Closed("emergency", Outcome.EMERGENCY)


def test_a_call_without_a_media_process_says_so_until_there_is_one() -> None:
    walk = Walk()
    walk.to_meeting()
    walk.touch(screen.Continue())
    shown = view(walk.state, 1).page
    assert isinstance(shown, screen.Call)
    assert shown.state is CallState.NO_MEDIA
    walk.happen(
        happenings.MediaUp(
            camera=True, microphone=True, camera_simulated=True, microphone_simulated=True
        )
    )
    shown = view(walk.state, 2).page
    assert isinstance(shown, screen.Call)
    assert shown.state is CallState.CONNECTING
    assert walk.done[-1] == effects.RequestCall()


# --- the doctor and the clinic, crossing -----------------------------------------------------


def test_a_clinic_never_reached_is_an_incident_and_so_is_its_return() -> None:
    walk = Walk(state=State())
    walk.to_waiting()
    walk.happen(happenings.ClinicChanged(up=False))
    walk.happen(happenings.ClinicChanged(up=True))
    incidents = [event.code for event in walk.recorded if isinstance(event, log.Incident)]
    assert incidents == ["clinic_lost", "clinic_back"]


def test_a_doctor_who_lets_go_while_the_patient_presses_ready_does_not_strand_them() -> None:
    walk = Walk()
    walk.to_meeting()
    walk.touch(screen.Continue())
    walk.done.clear()
    walk.clinic_says(clinic.LeaseEnded(CONSULTATION, "lease-1"))
    assert walk.at(Stage.WAITING)
    assert effects.CloseCall() in walk.done
    assert effects.ShowSelf(on=False) in walk.done
    assert effects.Join() in walk.done
    walk.clinic_says(clinic.LeaseOffered(CONSULTATION, "lease-2", DOCTOR))
    assert walk.at(Stage.MEETING)


def test_an_answer_to_a_lease_that_was_lost_on_the_way_is_said_again() -> None:
    walk = Walk()
    walk.to_meeting()
    walk.happen(happenings.ClinicChanged(up=False))
    walk.done.clear()
    walk.happen(happenings.ClinicChanged(up=True))
    assert effects.ConfirmLease("lease-1", accepted=True) in walk.done


def test_the_end_is_said_again_to_a_clinic_that_was_away() -> None:
    walk = Walk()
    walk.to_waiting()
    walk.happen(happenings.ClinicChanged(up=False))
    walk.touch(screen.AskLeave(), screen.ConfirmLeave())
    walk.done.clear()
    walk.happen(happenings.ClinicChanged(up=True))
    assert walk.done == [effects.SayClosed()]


# --- at random -------------------------------------------------------------------------------


def _intents() -> st.SearchStrategy[screen.Intent]:
    text = st.text(max_size=12)
    return st.one_of(
        st.builds(screen.ChooseLanguage, st.sampled_from(Language)),
        st.builds(screen.GiveConsent, st.sampled_from(Giver), st.booleans(), st.booleans()),
        st.builds(screen.GiveNames, text | st.just("Durand"), st.just("Élise")),
        st.builds(
            screen.GiveBirthDate,
            st.just("3"),
            st.just("2"),
            st.sampled_from(["1950", "2015", "19", "2090"]),
        ),
        st.builds(screen.GiveSex, st.sampled_from(Sex)),
        st.builds(screen.GiveBirthPlace, text | st.just("Lyon")),
        st.builds(screen.ConfirmAccompanied, st.booleans()),
        st.builds(screen.GiveReason, st.sampled_from(Reason)),
        st.builds(
            screen.AnswerRedFlags,
            st.just(()) | st.lists(st.sampled_from(RedFlag), max_size=2).map(tuple),
        ),
        st.builds(screen.SetMuted, st.booleans()),
        st.builds(screen.SetVolume, st.integers(-10, 200)),
        st.sampled_from(
            [
                screen.Start(),
                screen.Continue(),
                screen.Back(),
                screen.Retake(),
                screen.SkipMeasurement(),
                screen.CannotHear(),
                screen.WaitHere(),
                screen.AskLeave(),
                screen.ConfirmLeave(),
                screen.AskHelp(),
                screen.CloseDialog(),
                screen.Finish(),
                screen.ConfirmHygiene(),
            ]
        ),
    )


def _news() -> st.SearchStrategy[happenings.Happening]:
    orders = st.builds(
        clinic.Order,
        st.sampled_from(["o1", "o2", "o3"]),
        st.sampled_from(
            [
                clinic.AskMeasurement(Instrument.OXIMETER),
                clinic.EndCall(),
                clinic.SendReport(REPORT),
            ]
        ),
    )
    messages = st.one_of(
        st.builds(clinic.OrderSent, st.just(CONSULTATION), orders),
        st.builds(
            clinic.LeaseOffered, st.just(CONSULTATION), st.sampled_from(["a", "b"]), st.just(DOCTOR)
        ),
        st.builds(clinic.LeaseEnded, st.just(CONSULTATION), st.sampled_from(["a", "b"])),
        st.builds(clinic.DoctorPresence, st.just(CONSULTATION), st.booleans()),
    )
    return st.one_of(
        st.builds(happenings.FromClinic, messages),
        st.builds(happenings.ClinicChanged, up=st.booleans()),
        st.builds(happenings.MediaUp, *[st.booleans()] * 4),
        st.just(happenings.MediaDown()),
        st.builds(happenings.CallChanged, st.sampled_from(happenings.CallHealth)),
        st.builds(
            happenings.PicturesSeen,
            st.sampled_from([MOVING, SAME, NONE, DARK]),
            st.sampled_from([MOVING, SAME, NONE, DARK]),
        ),
        st.builds(
            happenings.CaptureChanged, st.sampled_from(["camera", "microphone"]), st.booleans()
        ),
        st.builds(happenings.InstrumentFailed, st.sampled_from(Failure)),
        st.builds(happenings.InstrumentSays, st.none() | st.sampled_from(MeasurePhase), st.none()),
        st.just(happenings.StorageFailed()),
        st.builds(happenings.TimeUp, st.sampled_from(["goodbye", "panel-1", "unavailable"])),
    )


MOMENTS = ["welcome", "measure", "waiting", "meeting", "call"]


@settings(max_examples=400, deadline=None)
@given(
    moment=st.sampled_from(MOMENTS),
    steps=st.lists(
        st.tuples(
            _intents().map(lambda intent: happenings.IntentMade(intent, TODAY)) | _news(),
            st.sampled_from([True, True, True, False]),
        ),
        max_size=40,
    ),
)
def test_anything_may_happen_at_any_time(
    moment: str, steps: list[tuple[happenings.Happening, bool]]
) -> None:
    walk = Walk()
    if moment != "welcome":
        getattr(walk, f"to_{moment}")()
    for revision, (step, disk) in enumerate(steps):
        walk.disk = disk
        walk.happen(step)
        shown = view(walk.state, revision)  # every state can be shown…
        assert (
            msgspec.json.decode(msgspec.json.encode(shown), type=screen.View) == shown
        )  # …and sent
        if effects.Exit() in walk.done:
            break
    closings = [event for event in walk.recorded if isinstance(event, log.Closed)]
    assert len(closings) <= 1
    if closings:
        assert walk.recorded[-1] is closings[0], "something was recorded after the end"
        assert effects.CloseRecord() in walk.done
    joined = [event for event in walk.recorded if isinstance(event, log.QueueJoined)]
    if joined:
        assert walk.state.case.flags == ()
        assert walk.state.case.consent is not None
        assert walk.state.case.consent.act
    medium_of_calls = [event for event in walk.recorded if isinstance(event, log.MediumChanged)]
    for one, other in itertools.pairwise(medium_of_calls):
        assert one != other, "a medium that did not change was recorded as a change"


@settings(max_examples=200, deadline=None)
@given(
    moment=st.sampled_from(MOMENTS),
    steps=st.lists(
        _intents().map(lambda intent: happenings.IntentMade(intent, TODAY)) | _news(),
        max_size=30,
    ),
)
def test_replaying_the_log_rebuilds_the_case(
    moment: str, steps: list[happenings.Happening]
) -> None:
    walk = Walk()
    if moment != "welcome":
        getattr(walk, f"to_{moment}")()
    for step in steps:
        walk.happen(step)
        if walk.recorded and isinstance(walk.recorded[-1], log.Closed):
            break
    state = State()
    for event in walk.recorded:
        state, _ = advance(state, event)
    assert replace(state.case, values=()) == replace(walk.state.case, values=())
    if walk.stage is not Stage.UNAVAILABLE and walk.recorded:
        assert state.stage is walk.stage


def test_leave_and_help_are_on_every_page_and_can_be_taken_back() -> None:
    for moment in ("consent", "measure", "waiting", "meeting", "call"):
        walk = Walk()
        getattr(walk, f"to_{moment}")()
        stage = walk.stage
        walk.touch(screen.AskLeave())
        assert walk.asks(Dialog.LEAVE)
        walk.touch(screen.CloseDialog(), screen.AskHelp())
        assert walk.asks(Dialog.HELP)
        walk.touch(screen.CloseDialog())
        assert (walk.stage, walk.state.dialog) == (stage, None)
        walk.touch(screen.AskLeave(), screen.ConfirmLeave())
        assert walk.recorded[-1] == log.Closed("patient_left", Outcome.PATIENT_LEFT)
