"""Code systems and the codes used from them.

Sources: HL7 FHIR R4 (4.0.1); HL7 terminology; FR Core 2.1.0 (`https://hl7.fr/ig/fhir/core`);
Personal Health Device IG 1.1.0 (MDC system, `HTEST`, measurement-status); LOINC; UCUM.
What no published system says has a code of our own, always with words beside it.
"""

from __future__ import annotations

from typing import Any

from contracts.consultation import Giver, Outcome, Reason, RedFlag, Sex
from contracts.measurement import Absence, Quality, Quantity
from contracts.screen import Failure

LOINC = "http://loinc.org"
MDC = "urn:iso:std:iso:11073:10101"
UCUM = "http://unitsofmeasure.org"
RFC3986 = "urn:ietf:rfc:3986"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ACT_CODE = f"{TERMINOLOGY}/v3-ActCode"
ACT_REASON = f"{TERMINOLOGY}/v3-ActReason"
DATA_ABSENT = f"{TERMINOLOGY}/data-absent-reason"
MEASUREMENT_STATUS = "http://hl7.org/fhir/uv/pocd/CodeSystem/measurement-status"
FR_CORE = "https://hl7.fr/ig/fhir/core"
IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
RPPS = "https://rpps.esante.gouv.fr"

# `.invalid` (RFC 2606) says that nothing is published there: an operator puts a domain of theirs.
OWN = "https://telecabine.invalid/fhir/CodeSystem"

REPORT_TYPE = "85208-7"
PLETH = "150452"  # MDC_PULS_OXIM_PLETH
PULSE_OXIMETER = "528388"  # MDC_DEV_SPEC_PROFILE_PULS_OXIM

HTEST = {"system": ACT_REASON, "code": "HTEST", "display": "test health data"}

Coding = dict[str, Any]
Concept = dict[str, Any]


def own(system: str, code: str, words: str) -> Coding:
    """A coding of our own."""
    return {"system": f"{OWN}/{system}", "code": code, "display": words}


def concept(*codings: Coding, text: str | None = None) -> Concept:
    """A CodeableConcept."""
    made: Concept = {"coding": list(codings)} if codings else {}
    if text:
        made["text"] = text
    return made


GENDER = {
    Sex.FEMALE: "female",
    Sex.MALE: "male",
    # RNIV: undetermined is not "other".
    Sex.UNDETERMINED: "unknown",
}

GIVER = {
    Giver.PATIENT: "le patient",
    Giver.PARENT: "un parent",
    Giver.GUARDIAN: "le représentant légal",
}

# v3-RoleCode
RELATIONSHIP = {Giver.PARENT: ("PRN", "parent"), Giver.GUARDIAN: ("GUARD", "guardian")}

REASON = {
    Reason.FEVER: "Fièvre",
    Reason.THROAT: "Mal de gorge",
    Reason.COUGH: "Toux, rhume",
    Reason.EAR: "Mal d'oreille",
    Reason.BREATHING: "Gêne respiratoire",
    Reason.SKIN: "Problème de peau",
    Reason.DIGESTION: "Troubles digestifs",
    Reason.URINARY: "Troubles urinaires",
    Reason.PAIN: "Douleur",
    Reason.RENEWAL: "Renouvellement d'ordonnance",
    Reason.OTHER: "Autre motif",
}

RED_FLAG = {
    RedFlag.CHEST_PAIN: "Douleur dans la poitrine",
    RedFlag.SHORT_OF_BREATH: "Difficulté à respirer",
    RedFlag.STROKE_SIGNS: "Signes d'accident vasculaire cérébral",
    RedFlag.BLEEDING: "Saignement important",
    RedFlag.UNCONSCIOUS: "Perte de connaissance",
    RedFlag.ALLERGY: "Réaction allergique grave",
    RedFlag.SELF_HARM: "Idées suicidaires",
    RedFlag.INFANT: "Nourrisson malade",
}

QUANTITY = {
    Quantity.SPO2: "Saturation en oxygène (SpO2), oxymètre de pouls",
    Quantity.PULSE_RATE: "Fréquence du pouls",
}

OUTCOME = {
    Outcome.RESOLVED: "Problème résolu",
    Outcome.REASSURED: "Patient rassuré",
    Outcome.PHYSICAL_VISIT: "Consultation en présence nécessaire",
    Outcome.EMERGENCY: "Adressé aux urgences",
    Outcome.TECHNICAL_FAILURE: "Échec technique",
    Outcome.PATIENT_LEFT: "Patient parti",
}

NO_REPORT = {
    "report_read": "Aucun compte rendu dans le journal",
    "patient_left": "Patient parti avant le compte rendu",
    "consent_refused": "Consentement refusé",
    "emergency": "Signe d'alerte : conduite d'urgence, pas de téléconsultation",
    "unaccompanied": "Mineur de moins de 16 ans non accompagné",
    "interrupted": "Consultation interrompue par une défaillance technique",
}

QUALITY = {
    Quality.LOW_PERFUSION: "Perfusion faible",
    Quality.MARGINAL_PERFUSION: "Perfusion limite",
    Quality.ARTIFACT: "Artefact de mouvement",
    Quality.OUT_OF_TRACK: "Perte de suivi du pouls",
    Quality.UNSTABLE: "Valeur instable",
    Quality.IMPLAUSIBLE: "Valeur peu vraisemblable",
    Quality.FRAMES_LOST: "Trames perdues",
    Quality.LOW_BATTERY: "Batterie faible",
}
# A battery running low says nothing of the value.
NOT_QUESTIONABLE = frozenset({Quality.LOW_BATTERY})

# data-absent-reason: `error` the technique failed, `not-performed` it was not done,
# `unknown` it was done and gave no stable value.
ABSENCE: dict[Absence, tuple[str, str]] = {
    Absence.NO_SIGNAL: ("error", "Signal inexploitable"),
    Absence.SENSOR_DISCONNECTED: ("error", "Capteur débranché"),
    Absence.NO_FINGER: ("not-performed", "Doigt non placé"),
    Absence.DEVICE_ABSENT: ("not-performed", "Appareil absent"),
    Absence.UNPLUGGED: ("error", "Appareil débranché pendant la mesure"),
    Absence.TIMED_OUT: ("unknown", "Pas de valeur stable dans le temps imparti"),
}

FAILURE: dict[Failure, tuple[str, str]] = {
    Failure.DEVICE_ABSENT: ("not-performed", "Appareil absent"),
    Failure.DEVICE_BUSY: ("not-performed", "Appareil occupé par un autre programme"),
    Failure.UNPLUGGED: ("error", "Appareil débranché pendant la mesure"),
    Failure.NO_SIGNAL: ("error", "Signal inexploitable"),
    Failure.TIMED_OUT: ("unknown", "Pas de valeur stable dans le temps imparti"),
    Failure.STORAGE: ("error", "Valeur non enregistrée : écriture impossible"),
}

INCIDENT = {
    "instrument_absent": "Appareil absent au moment de la mesure",
    "instrument_busy": "Appareil occupé par un autre programme",
    "instrument_unplugged": "Appareil débranché pendant une mesure",
    "instrument_no_signal": "Signal de l'appareil inexploitable",
    "measurement_timed_out": "Pas de valeur stable dans le temps imparti",
    "frames_dropped": "Trames abîmées écartées pendant une mesure",
    "camera_absent": "Pas de caméra à l'appel",
    "camera_lost": "Caméra perdue pendant l'appel",
    "camera_back": "Caméra revenue",
    "camera_frozen": "Caméra figée : toujours la même image",
    "camera_moving": "Caméra : l'image bouge à nouveau",
    "doctor_picture_frozen": "Image du médecin figée à la cabine",
    "doctor_picture_moving": "Image du médecin : n'est plus figée à la cabine",
    "microphone_absent": "Pas de microphone à l'appel",
    "microphone_lost": "Microphone perdu pendant l'appel",
    "microphone_back": "Microphone revenu",
    "call_lost": "Image et son perdus",
    "call_restored": "Image et son revenus",
    "media_restarted": "Programme image et son relancé pendant l'appel",
    "clinic_lost": "Service clinique injoignable",
    "clinic_back": "Service clinique de nouveau joint",
    "doctor_lost": "Page du médecin déconnectée",
    "doctor_back": "Page du médecin revenue",
    "storage_failed": "Écriture impossible sur le disque de la cabine",
    "interrupted": "Programme de la cabine arrêté pendant la consultation",
}
RECOVERIES = frozenset(
    {
        "camera_back",
        "camera_moving",
        "doctor_picture_moving",
        "microphone_back",
        "call_restored",
        "clinic_back",
        "doctor_back",
    }
)

MEDIUM = {
    "video": "Vidéo et son",
    "audio": "Son seul",
    "none": "Ni image ni son : valeurs et messages écrits",
}

# `contracts.screen.Part`, as `Opened.simulated` names them.
PART = {
    "oximeter": "oxymètre",
    "camera": "caméra",
    "microphone": "microphone",
    "clinic": "service clinique",
}
