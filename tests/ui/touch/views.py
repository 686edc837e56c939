# ruff: noqa: RUF001 - French words are written as French writes them
"""Every page, with ordinary, empty and very long contents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from contracts.consultation import Doctor, Instrument, Language, Outcome, Reason, RedFlag
from contracts.measurement import Quality, Quantity
from contracts.screen import (
    Accompanied,
    AfterCall,
    BirthDate,
    BirthPlace,
    Call,
    CallState,
    Coaching,
    Consent,
    Dialog,
    Emergency,
    Failure,
    Goodbye,
    Hygiene,
    Information,
    Measure,
    MeasurePhase,
    Measuring,
    MeetDoctor,
    Names,
    Page,
    Part,
    Readiness,
    ReadyState,
    ReasonPage,
    RedFlags,
    ReportPage,
    SexPage,
    Unavailable,
    ValueShown,
    View,
    Waiting,
    Welcome,
)

DOCTOR = Doctor(name="Dr Camille Moreau", specialty="Médecine générale", rpps="10003456789")
LONG_DOCTOR = Doctor(
    name="Professeure Marie-Antoinette de La Rochefoucauld-Montmorency d’Arcangues",
    specialty="Médecine physique et de réadaptation, médecine vasculaire",
    rpps="10003456789",
)
REPORT = (
    "Vous avez une angine d’origine virale. Il n’y a pas besoin d’antibiotique.\n\n"
    "Prenez du paracétamol 1 g, trois fois par jour au plus, pendant trois jours.\n\n"
    "Buvez souvent. Reposez-vous. Si la fièvre dure plus de trois jours, voyez votre médecin."
)
LONG_REPORT = "\n\n".join([REPORT] * 9) + "\n\n" + "anticonstitutionnellement" * 12
VALUES = (
    ValueShown("m1", Quantity.SPO2, Decimal(97), "%"),
    ValueShown("m2", Quantity.PULSE_RATE, Decimal(72), "/min"),
)
WEAK_VALUES = (
    ValueShown("m1", Quantity.SPO2, Decimal(100), "%", (Quality.LOW_PERFUSION,)),
    ValueShown("m2", Quantity.PULSE_RATE, Decimal(138), "/min", (Quality.FRAMES_LOST,)),
)
ALL_READY = tuple(Readiness(part, ReadyState.READY) for part in Part)
MIXED = (
    Readiness(Part.OXIMETER, ReadyState.FAULT),
    Readiness(Part.CAMERA, ReadyState.ABSENT),
    Readiness(Part.MICROPHONE, ReadyState.BUSY),
    Readiness(Part.CLINIC, ReadyState.CHECKING),
)
TYPED_PAGES = ("names", "birth_date", "birth_place")


def measuring(phase: MeasurePhase, **more: object) -> Measuring:
    fields: dict[str, Any] = {"attempt": 1, "simulated": True, **more}
    return Measuring(instrument=Instrument.OXIMETER, phase=phase, **fields)


def call(state: CallState = CallState.CONNECTED, **more: object) -> Call:
    fields: dict[str, Any] = {
        "doctor": DOCTOR,
        "camera": True,
        "microphone": True,
        "muted": False,
        "volume": 70,
        "cannot_hear_sent": False,
        **more,
    }
    return Call(state=state, **fields)


PHASES: dict[str, Measuring] = {
    "connecting": measuring(MeasurePhase.CONNECTING),
    "place": measuring(MeasurePhase.PLACE, coaching=Coaching.PLACE_FINGER),
    "measuring": measuring(MeasurePhase.MEASURING, progress=0.4, coaching=Coaching.KEEP_STILL),
    "saving": measuring(MeasurePhase.SAVING, progress=1.0),
    "recorded": measuring(MeasurePhase.RECORDED, values=VALUES),
    "recorded_weak": measuring(MeasurePhase.RECORDED, values=WEAK_VALUES, attempt=2),
}
PHASES |= {
    f"coaching_{each.value}": measuring(MeasurePhase.MEASURING, progress=0.2, coaching=each)
    for each in Coaching
}
PHASES |= {f"failed_{each.value}": measuring(MeasurePhase.FAILED, failure=each) for each in Failure}

PAGES: dict[str, Page] = {
    "hygiene": Hygiene(),
    "welcome": Welcome(ALL_READY),
    "welcome_mixed": Welcome(MIXED),
    "information": Information(price_cents=3000, covered_cents=2100),
    "information_covered": Information(price_cents=2500, covered_cents=2500),
    "consent": Consent("2026-01"),
    "consent_minor": Consent("2026-01", minor=True),
    "names": Names(),
    "names_problems": Names({"birth_name": "characters", "given_names": "too_long"}),
    "birth_date": BirthDate(),
    "birth_date_problem": BirthDate({"birth_date": "not_a_date"}),
    "sex": SexPage(),
    "birth_place": BirthPlace(),
    "birth_place_problem": BirthPlace({"place": "empty"}),
    "accompanied": Accompanied(),
    "reason": ReasonPage(tuple(Reason)),
    "red_flags": RedFlags(tuple(RedFlag)),
    "emergency": Emergency((RedFlag.CHEST_PAIN,)),
    "emergency_self_harm": Emergency((RedFlag.SELF_HARM, RedFlag.BLEEDING)),
    "waiting": Waiting(connected=True, position=2, estimate_minutes=10, doctors_online=3),
    "waiting_one": Waiting(connected=True, position=1, estimate_minutes=1, doctors_online=1),
    "waiting_unknown": Waiting(
        connected=True, position=None, estimate_minutes=None, doctors_online=0
    ),
    "waiting_cut": Waiting(connected=False, position=None, estimate_minutes=None, doctors_online=0),
    "meet_doctor": MeetDoctor(DOCTOR),
    "meet_doctor_long": MeetDoctor(LONG_DOCTOR),
    "call": call(),
    "call_values": call(values=VALUES),
    "call_long_name": call(doctor=LONG_DOCTOR, values=WEAK_VALUES, muted=True, volume=0),
    "call_told": call(cannot_hear_sent=True, volume=100),
    "call_poor": call(CallState.NO_MEDIA, camera=False, microphone=False, values=VALUES),
    "call_frozen": call(values=VALUES, doctor_frozen=True, own_frozen=True),
    "call_connecting": call(CallState.CONNECTING),
    "call_reconnecting": call(CallState.RECONNECTING, values=VALUES),
    "after_call": AfterCall(DOCTOR, waiting=False),
    "after_call_waiting": AfterCall(DOCTOR, waiting=True),
    "after_call_waiting_long": AfterCall(LONG_DOCTOR, waiting=True),
    "report": ReportPage(DOCTOR, Outcome.REASSURED, REPORT),
    "report_long": ReportPage(LONG_DOCTOR, Outcome.PHYSICAL_VISIT, LONG_REPORT),
    "goodbye": Goodbye(Outcome.RESOLVED),
    "goodbye_early": Goodbye(None),
    "unavailable": Unavailable("storage"),
    "unavailable_other": Unavailable("something new"),
}
PAGES |= {f"measure_{name}": Measure(each) for name, each in PHASES.items()}
PAGES |= {
    f"call_measure_{name}": call(values=VALUES, measuring=each) for name, each in PHASES.items()
}
PAGES |= {
    f"goodbye_{why}": Goodbye(None, why)
    for why in ("patient_left", "consent_refused", "emergency", "unaccompanied", "new reason")
}
PAGES |= {f"goodbye_outcome_{each.value}": Goodbye(each) for each in Outcome}

NO_BACK = ("hygiene", "welcome", "goodbye", "unavailable", "measure", "waiting", "meet_doctor")


def view(
    name: str,
    language: Language,
    revision: int = 1,
    *,
    dialog: Dialog | None = None,
    simulated: tuple[Part, ...] = (Part.OXIMETER, Part.CAMERA),
) -> View:
    """The view that shows page `name`."""
    page = PAGES[name]
    back = not name.startswith((*NO_BACK, "call", "after", "report"))
    return View(revision, language, page, dialog, back, simulated)


CASES: tuple[tuple[str, Dialog | None], ...] = (
    *((name, None) for name in PAGES),
    ("waiting", Dialog.LEAVE),
    ("waiting", Dialog.HELP),
)
