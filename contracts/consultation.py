"""Words of the consultation that the booth, the clinic service and the doctor's page share."""

from __future__ import annotations

import enum
from datetime import date

import msgspec


class Language(enum.Enum):
    """Languages the touchscreen speaks (BCP 47)."""

    FR = "fr"
    EN = "en"


class Sex(enum.Enum):
    """Sex as a strict identity trait (RNIV: M, F, or I where undetermined)."""

    FEMALE = "F"
    MALE = "M"
    UNDETERMINED = "I"


class Giver(enum.Enum):
    """Who consents (CSP L.1111-2)."""

    PATIENT = "patient"
    PARENT = "parent"
    GUARDIAN = "guardian"


class Reason(enum.Enum):
    """Reason for visit."""

    FEVER = "fever"
    THROAT = "throat"
    COUGH = "cough"
    EAR = "ear"
    BREATHING = "breathing"
    SKIN = "skin"
    DIGESTION = "digestion"
    URINARY = "urinary"
    PAIN = "pain"
    RENEWAL = "renewal"
    OTHER = "other"


class RedFlag(enum.Enum):
    """What must not wait for a teleconsultation."""

    CHEST_PAIN = "chest_pain"
    SHORT_OF_BREATH = "short_of_breath"
    STROKE_SIGNS = "stroke_signs"
    BLEEDING = "bleeding"
    UNCONSCIOUS = "unconscious"
    ALLERGY = "allergy"
    SELF_HARM = "self_harm"
    INFANT = "infant"


class Instrument(enum.Enum):
    """Instruments the booth can guide a patient through."""

    OXIMETER = "oximeter"


class Outcome(enum.Enum):
    """How a consultation ended (clinical rule 18)."""

    RESOLVED = "resolved"
    REASSURED = "reassured"
    PHYSICAL_VISIT = "physical_visit"
    EMERGENCY = "emergency"
    TECHNICAL_FAILURE = "technical_failure"
    PATIENT_LEFT = "patient_left"


class Identity(msgspec.Struct, frozen=True):
    """Strict identity traits, typed, therefore PROVISIONAL (clinical rule 3)."""

    birth_name: str
    given_names: str
    birth_date: date
    sex: Sex
    birth_place: str


class Doctor(msgspec.Struct, frozen=True):
    """Who the patient is told they will see, before any picture (CEOM 1; HAS 2019)."""

    name: str
    specialty: str
    rpps: str


class Report(msgspec.Struct, frozen=True):
    """What the doctor wrote and signed. `id` is the clinic service's, for exactly-once."""

    id: str
    doctor: Doctor
    outcome: Outcome
    text: str
    signed_at: str
