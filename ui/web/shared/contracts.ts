// Generated from contracts/clinic.py by `python -m cli.contracts`. Do not edit.

/** `DoctorHello.protocol`. */
export const PROTOCOL = 1;

export type Contracts = DoctorMessage | ToDoctor;
export type DoctorMessage = DoctorHello | Claim | LetGo | Offer | Candidate | PlaceOrder | SignReport;
/**
 * Instruments the booth can guide a patient through.
 */
export type Instrument = "oximeter";
/**
 * How a consultation ended (clinical rule 18).
 */
export type Outcome = "emergency" | "patient_left" | "physical_visit" | "reassured" | "resolved" | "technical_failure";
export type ToDoctor =
  | DoctorWelcomed
  | WaitingList
  | LeaseConfirmed
  | LeaseLost
  | CallInvited
  | CallAnswer
  | Facts
  | LiveBatch
  | OrderState
  | BoothPresence
  | ConsultationClosed
  | Refused;
/**
 * Languages the touchscreen speaks (BCP 47).
 */
export type Language = "en" | "fr";
/**
 * Reason for visit.
 */
export type Reason =
  "breathing" | "cough" | "digestion" | "ear" | "fever" | "other" | "pain" | "renewal" | "skin" | "throat" | "urinary";
/**
 * Sex as a strict identity trait (RNIV: M, F, or I where undetermined).
 */
export type Sex = "F" | "I" | "M";
export type FactBody =
  PatientFact | MeasurementFact | CurveFact | MeasuringFact | IncidentFact | StatusFact | MessageFact;
/**
 * What is measured. Codes (LOINC, IEEE 11073 MDC, UCUM) are in `CODES`.
 */
export type Quantity = "pulse_rate" | "spo2";
/**
 * Why there is no value.
 */
export type Absence = "device_absent" | "no_finger" | "no_signal" | "sensor_disconnected" | "timed_out" | "unplugged";
/**
 * Whose clock gave the time.
 */
export type Clock = "booth" | "device";
/**
 * What weakens a value. An empty set means that the device raised nothing.
 */
export type Quality =
  | "artifact"
  | "frames_lost"
  | "implausible"
  | "low_battery"
  | "low_perfusion"
  | "marginal_perfusion"
  | "out_of_track"
  | "unstable";
/**
 * Where a guided measurement stands.
 */
export type MeasurePhase = "connecting" | "failed" | "measuring" | "place" | "recorded" | "saving";
/**
 * Why a guided measurement gave nothing.
 */
export type Failure = "device_absent" | "device_busy" | "no_signal" | "storage" | "timed_out" | "unplugged";

/**
 * First message. After a reload `after` is 0 (the page has lost its content).
 */
export interface DoctorHello {
  type: "doctor_hello";
  protocol: number;
  consultation?: string | null;
  after?: number;
}
/**
 * Take this patient.
 */
export interface Claim {
  type: "claim";
  consultation: string;
}
/**
 * Give the patient back to the queue (before the call), or close one's own page of them.
 */
export interface LetGo {
  type: "let_go";
  consultation: string;
}
/**
 * SDP offer for the generation of the last `CallInvited`.
 */
export interface Offer {
  type: "offer";
  consultation: string;
  generation: number;
  sdp: string;
}
/**
 * A trickled candidate of the page.
 */
export interface Candidate {
  type: "candidate";
  consultation: string;
  generation: number;
  candidate: string;
  mid: string | null;
  line: number | null;
}
/**
 * An order; acknowledged by `OrderStored`.
 */
export interface PlaceOrder {
  type: "place_order";
  consultation: string;
  id: string;
  body: AskMeasurement | EndCall;
}
/**
 * The doctor asks for a measurement.
 */
export interface AskMeasurement {
  type: "ask_measurement";
  instrument: Instrument;
}
/**
 * The doctor ends the call; the report follows.
 */
export interface EndCall {
  type: "end_call";
}
/**
 * Write and sign. The service adds doctor and time, stores, then sends it to the booth.
 */
export interface SignReport {
  type: "sign_report";
  consultation: string;
  id: string;
  outcome: Outcome;
  text: string;
}
/**
 * Who is signed in; and the consultation they were in, if any (after a reload).
 */
export interface DoctorWelcomed {
  type: "doctor_welcomed";
  doctor: Doctor;
  current: string | null;
  now: string;
}
/**
 * Who the patient is told they will see, before any picture (CEOM 1; HAS 2019).
 */
export interface Doctor {
  name: string;
  specialty: string;
  rpps: string;
}
/**
 * The whole list, at each change, oldest first.
 */
export interface WaitingList {
  type: "waiting_list";
  patients: WaitingPatient[];
}
/**
 * A row of the waiting list. `mine`: leased by this doctor.
 */
export interface WaitingPatient {
  consultation: string;
  booth: string;
  site: string;
  since: string;
  language: Language;
  reason: Reason;
  age_years: number;
  sex: Sex;
  simulated: boolean;
  booth_online: boolean;
  mine: boolean;
}
/**
 * The booth confirmed: facts follow.
 */
export interface LeaseConfirmed {
  type: "lease_confirmed";
  consultation: string;
}
/**
 * `taken` (another doctor was first), `not_confirmed`, `left` (the patient left).
 */
export interface LeaseLost {
  type: "lease_lost";
  consultation: string;
  reason: string;
}
/**
 * Make a new peer connection for this generation and offer.
 */
export interface CallInvited {
  type: "call_invited";
  consultation: string;
  generation: number;
}
/**
 * The booth's answer.
 */
export interface CallAnswer {
  type: "call_answer";
  consultation: string;
  generation: number;
  sdp: string;
}
/**
 * Facts in order, without a gap from the `after` asked.
 */
export interface Facts {
  type: "facts";
  consultation: string;
  facts: Fact[];
}
/**
 * `number` counts from 1 in the consultation; `at` is the booth's UTC.
 */
export interface Fact {
  number: number;
  at: string;
  body: FactBody;
}
/**
 * Who: the identity as typed (provisional). Sent when the patient joins the waiting room.
 */
export interface PatientFact {
  type: "patient";
  birth_name: string;
  given_names: string;
  birth_date: string;
  sex: Sex;
  birth_place: string;
  language: Language;
  reason: Reason;
  consent_version: string;
  consent_giver: string;
  assistant_allowed: boolean;
}
/**
 * A recorded value. `requested_by_doctor` False: taken before the call.
 */
export interface MeasurementFact {
  type: "measurement";
  measurement: Measurement;
  requested_by_doctor: boolean;
}
/**
 * One value of one quantity.
 *
 * `id` is the UUID of the log event that carries it, so that a projection rebuilt is identical.
 */
export interface Measurement {
  id: string;
  quantity: Quantity;
  result: Present | Absent;
  device: Device;
  taken_at: string;
  clock: Clock;
  provenance: Provenance;
  quality?: Quality[];
  held_by?: string;
}
/**
 * An exact decimal and its UCUM unit.
 */
export interface Present {
  type: "present";
  value: string;
  unit: string;
}
/**
 * Not a number, and why.
 */
export interface Absent {
  type: "absent";
  reason: Absence;
}
/**
 * What measured. `simulated` follows the value everywhere it goes.
 */
export interface Device {
  manufacturer: string;
  model: string;
  simulated: boolean;
  serial?: string | null;
  firmware?: string | null;
}
/**
 * Where the value came from: the protocol, the decoder's version, the raw bytes' event ids.
 */
export interface Provenance {
  protocol: string;
  decoder: string;
  raw?: string[];
}
/**
 * A recorded second of a curve. Samples 0..1 of full scale at `rate_hz`.
 */
export interface CurveFact {
  type: "curve";
  instrument: Instrument;
  event: string;
  attempt: number;
  rate_hz: number;
  samples: number[];
}
/**
 * Where a guided measurement stands; `failure` says why there is no value.
 *
 * Phase `failed` without a `failure`: the patient went on without measuring.
 */
export interface MeasuringFact {
  type: "measuring";
  instrument: Instrument;
  phase: MeasurePhase;
  attempt: number;
  failure?: Failure | null;
}
/**
 * A technical incident, part of the record (rule 15). `code` as in docs/incidents.
 */
export interface IncidentFact {
  type: "incident";
  code: string;
}
/**
 * `waiting`, `meeting`, `ready` (patient may be seen), `in_call`, `after_call`,
 * `waits_for_report`, `report_shown`, `left`, `closed`.
 */
export interface StatusFact {
  type: "status";
  status: string;
}
/**
 * What the patient says by button: `cannot_hear`, `help`, `muted`, `unmuted`.
 *
 * `red_flag_withdrawn`: a warning sign was ticked before, then taken back.
 */
export interface MessageFact {
  type: "message";
  code: string;
}
/**
 * As `BoothLive`.
 */
export interface LiveBatch {
  type: "live";
  consultation: string;
  instrument: Instrument;
  attempt: number;
  rate_hz: number;
  start: number;
  curve: number[];
  spo2: number | null;
  pulse_rate: number | null;
}
/**
 * `stored`, then `taken` (logged at the booth) or `refused`.
 */
export interface OrderState {
  type: "order_state";
  consultation: string;
  id: string;
  state: string;
  refused?: string | null;
}
/**
 * Whether the booth is connected now; where it stands; whether its instruments are real.
 *
 * After a reload the page has no waiting list's row to know the last two from.
 */
export interface BoothPresence {
  type: "booth_presence";
  consultation: string;
  online: boolean;
  site?: string;
  simulated?: boolean;
}
/**
 * Nothing more will come from the booth; a report can still be signed if there is none.
 */
export interface ConsultationClosed {
  type: "consultation_closed";
  consultation: string;
  reported: boolean;
}
/**
 * What the peer sent cannot be accepted. `code` is stable, `advice` says what to do.
 */
export interface Refused {
  type: "refused";
  code: string;
  advice: string;
}

/** The same as JSON Schema, by name. */
export const SCHEMAS = {
  "DoctorHello": {
    "title": "DoctorHello",
    "description": "First message. After a reload `after` is 0 (the page has lost its content).",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "doctor_hello"
        ]
      },
      "protocol": {
        "type": "integer"
      },
      "consultation": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null
      },
      "after": {
        "type": "integer",
        "default": 0
      }
    },
    "required": [
      "type",
      "protocol"
    ]
  },
  "Claim": {
    "title": "Claim",
    "description": "Take this patient.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "claim"
        ]
      },
      "consultation": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "consultation"
    ]
  },
  "LetGo": {
    "title": "LetGo",
    "description": "Give the patient back to the queue (before the call), or close one's own page of them.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "let_go"
        ]
      },
      "consultation": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "consultation"
    ]
  },
  "Offer": {
    "title": "Offer",
    "description": "SDP offer for the generation of the last `CallInvited`.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "offer"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "generation": {
        "type": "integer"
      },
      "sdp": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "consultation",
      "generation",
      "sdp"
    ]
  },
  "Candidate": {
    "title": "Candidate",
    "description": "A trickled candidate of the page.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "candidate"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "generation": {
        "type": "integer"
      },
      "candidate": {
        "type": "string"
      },
      "mid": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ]
      },
      "line": {
        "anyOf": [
          {
            "type": "integer"
          },
          {
            "type": "null"
          }
        ]
      }
    },
    "required": [
      "type",
      "consultation",
      "generation",
      "candidate",
      "mid",
      "line"
    ]
  },
  "PlaceOrder": {
    "title": "PlaceOrder",
    "description": "An order; acknowledged by `OrderStored`.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "place_order"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "id": {
        "type": "string"
      },
      "body": {
        "anyOf": [
          {
            "$ref": "#/$defs/AskMeasurement"
          },
          {
            "$ref": "#/$defs/EndCall"
          }
        ],
        "discriminator": {
          "propertyName": "type",
          "mapping": {
            "ask_measurement": "#/$defs/AskMeasurement",
            "end_call": "#/$defs/EndCall"
          }
        }
      }
    },
    "required": [
      "type",
      "consultation",
      "id",
      "body"
    ]
  },
  "AskMeasurement": {
    "title": "AskMeasurement",
    "description": "The doctor asks for a measurement.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "ask_measurement"
        ]
      },
      "instrument": {
        "$ref": "#/$defs/Instrument"
      }
    },
    "required": [
      "type",
      "instrument"
    ]
  },
  "Instrument": {
    "title": "Instrument",
    "description": "Instruments the booth can guide a patient through.",
    "enum": [
      "oximeter"
    ]
  },
  "EndCall": {
    "title": "EndCall",
    "description": "The doctor ends the call; the report follows.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "end_call"
        ]
      }
    },
    "required": [
      "type"
    ]
  },
  "SignReport": {
    "title": "SignReport",
    "description": "Write and sign. The service adds doctor and time, stores, then sends it to the booth.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "sign_report"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "id": {
        "type": "string"
      },
      "outcome": {
        "$ref": "#/$defs/Outcome"
      },
      "text": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "consultation",
      "id",
      "outcome",
      "text"
    ]
  },
  "Outcome": {
    "title": "Outcome",
    "description": "How a consultation ended (clinical rule 18).",
    "enum": [
      "emergency",
      "patient_left",
      "physical_visit",
      "reassured",
      "resolved",
      "technical_failure"
    ]
  },
  "DoctorWelcomed": {
    "title": "DoctorWelcomed",
    "description": "Who is signed in; and the consultation they were in, if any (after a reload).",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "doctor_welcomed"
        ]
      },
      "doctor": {
        "$ref": "#/$defs/Doctor"
      },
      "current": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ]
      },
      "now": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "doctor",
      "current",
      "now"
    ]
  },
  "Doctor": {
    "title": "Doctor",
    "description": "Who the patient is told they will see, before any picture (CEOM 1; HAS 2019).",
    "type": "object",
    "properties": {
      "name": {
        "type": "string"
      },
      "specialty": {
        "type": "string"
      },
      "rpps": {
        "type": "string"
      }
    },
    "required": [
      "name",
      "specialty",
      "rpps"
    ]
  },
  "WaitingList": {
    "title": "WaitingList",
    "description": "The whole list, at each change, oldest first.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "waiting_list"
        ]
      },
      "patients": {
        "type": "array",
        "items": {
          "$ref": "#/$defs/WaitingPatient"
        }
      }
    },
    "required": [
      "type",
      "patients"
    ]
  },
  "WaitingPatient": {
    "title": "WaitingPatient",
    "description": "A row of the waiting list. `mine`: leased by this doctor.",
    "type": "object",
    "properties": {
      "consultation": {
        "type": "string"
      },
      "booth": {
        "type": "string"
      },
      "site": {
        "type": "string"
      },
      "since": {
        "type": "string"
      },
      "language": {
        "$ref": "#/$defs/Language"
      },
      "reason": {
        "$ref": "#/$defs/Reason"
      },
      "age_years": {
        "type": "integer"
      },
      "sex": {
        "$ref": "#/$defs/Sex"
      },
      "simulated": {
        "type": "boolean"
      },
      "booth_online": {
        "type": "boolean"
      },
      "mine": {
        "type": "boolean"
      }
    },
    "required": [
      "consultation",
      "booth",
      "site",
      "since",
      "language",
      "reason",
      "age_years",
      "sex",
      "simulated",
      "booth_online",
      "mine"
    ]
  },
  "Language": {
    "title": "Language",
    "description": "Languages the touchscreen speaks (BCP 47).",
    "enum": [
      "en",
      "fr"
    ]
  },
  "Reason": {
    "title": "Reason",
    "description": "Reason for visit.",
    "enum": [
      "breathing",
      "cough",
      "digestion",
      "ear",
      "fever",
      "other",
      "pain",
      "renewal",
      "skin",
      "throat",
      "urinary"
    ]
  },
  "Sex": {
    "title": "Sex",
    "description": "Sex as a strict identity trait (RNIV: M, F, or I where undetermined).",
    "enum": [
      "F",
      "I",
      "M"
    ]
  },
  "LeaseConfirmed": {
    "title": "LeaseConfirmed",
    "description": "The booth confirmed: facts follow.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "lease_confirmed"
        ]
      },
      "consultation": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "consultation"
    ]
  },
  "LeaseLost": {
    "title": "LeaseLost",
    "description": "`taken` (another doctor was first), `not_confirmed`, `left` (the patient left).",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "lease_lost"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "reason": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "consultation",
      "reason"
    ]
  },
  "CallInvited": {
    "title": "CallInvited",
    "description": "Make a new peer connection for this generation and offer.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "call_invited"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "generation": {
        "type": "integer"
      }
    },
    "required": [
      "type",
      "consultation",
      "generation"
    ]
  },
  "CallAnswer": {
    "title": "CallAnswer",
    "description": "The booth's answer.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "call_answer"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "generation": {
        "type": "integer"
      },
      "sdp": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "consultation",
      "generation",
      "sdp"
    ]
  },
  "Facts": {
    "title": "Facts",
    "description": "Facts in order, without a gap from the `after` asked.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "facts"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "facts": {
        "type": "array",
        "items": {
          "$ref": "#/$defs/Fact"
        }
      }
    },
    "required": [
      "type",
      "consultation",
      "facts"
    ]
  },
  "Fact": {
    "title": "Fact",
    "description": "`number` counts from 1 in the consultation; `at` is the booth's UTC.",
    "type": "object",
    "properties": {
      "number": {
        "type": "integer"
      },
      "at": {
        "type": "string"
      },
      "body": {
        "$ref": "#/$defs/FactBody"
      }
    },
    "required": [
      "number",
      "at",
      "body"
    ]
  },
  "PatientFact": {
    "title": "PatientFact",
    "description": "Who: the identity as typed (provisional). Sent when the patient joins the waiting room.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "patient"
        ]
      },
      "birth_name": {
        "type": "string"
      },
      "given_names": {
        "type": "string"
      },
      "birth_date": {
        "type": "string"
      },
      "sex": {
        "$ref": "#/$defs/Sex"
      },
      "birth_place": {
        "type": "string"
      },
      "language": {
        "$ref": "#/$defs/Language"
      },
      "reason": {
        "$ref": "#/$defs/Reason"
      },
      "consent_version": {
        "type": "string"
      },
      "consent_giver": {
        "type": "string"
      },
      "assistant_allowed": {
        "type": "boolean"
      }
    },
    "required": [
      "type",
      "birth_name",
      "given_names",
      "birth_date",
      "sex",
      "birth_place",
      "language",
      "reason",
      "consent_version",
      "consent_giver",
      "assistant_allowed"
    ]
  },
  "MeasurementFact": {
    "title": "MeasurementFact",
    "description": "A recorded value. `requested_by_doctor` False: taken before the call.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "measurement"
        ]
      },
      "measurement": {
        "$ref": "#/$defs/Measurement"
      },
      "requested_by_doctor": {
        "type": "boolean"
      }
    },
    "required": [
      "type",
      "measurement",
      "requested_by_doctor"
    ]
  },
  "Measurement": {
    "title": "Measurement",
    "description": "One value of one quantity.\n\n`id` is the UUID of the log event that carries it, so that a projection rebuilt is identical.",
    "type": "object",
    "properties": {
      "id": {
        "type": "string"
      },
      "quantity": {
        "$ref": "#/$defs/Quantity"
      },
      "result": {
        "anyOf": [
          {
            "$ref": "#/$defs/Present"
          },
          {
            "$ref": "#/$defs/Absent"
          }
        ],
        "discriminator": {
          "propertyName": "type",
          "mapping": {
            "present": "#/$defs/Present",
            "absent": "#/$defs/Absent"
          }
        }
      },
      "device": {
        "$ref": "#/$defs/Device"
      },
      "taken_at": {
        "type": "string"
      },
      "clock": {
        "$ref": "#/$defs/Clock"
      },
      "provenance": {
        "$ref": "#/$defs/Provenance"
      },
      "quality": {
        "type": "array",
        "items": {
          "$ref": "#/$defs/Quality"
        },
        "default": []
      },
      "held_by": {
        "type": "string",
        "default": "patient"
      }
    },
    "required": [
      "id",
      "quantity",
      "result",
      "device",
      "taken_at",
      "clock",
      "provenance"
    ]
  },
  "Quantity": {
    "title": "Quantity",
    "description": "What is measured. Codes (LOINC, IEEE 11073 MDC, UCUM) are in `CODES`.",
    "enum": [
      "pulse_rate",
      "spo2"
    ]
  },
  "Present": {
    "title": "Present",
    "description": "An exact decimal and its UCUM unit.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "present"
        ]
      },
      "value": {
        "type": "string",
        "format": "decimal"
      },
      "unit": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "value",
      "unit"
    ]
  },
  "Absent": {
    "title": "Absent",
    "description": "Not a number, and why.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "absent"
        ]
      },
      "reason": {
        "$ref": "#/$defs/Absence"
      }
    },
    "required": [
      "type",
      "reason"
    ]
  },
  "Absence": {
    "title": "Absence",
    "description": "Why there is no value.",
    "enum": [
      "device_absent",
      "no_finger",
      "no_signal",
      "sensor_disconnected",
      "timed_out",
      "unplugged"
    ]
  },
  "Device": {
    "title": "Device",
    "description": "What measured. `simulated` follows the value everywhere it goes.",
    "type": "object",
    "properties": {
      "manufacturer": {
        "type": "string"
      },
      "model": {
        "type": "string"
      },
      "simulated": {
        "type": "boolean"
      },
      "serial": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null
      },
      "firmware": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null
      }
    },
    "required": [
      "manufacturer",
      "model",
      "simulated"
    ]
  },
  "Clock": {
    "title": "Clock",
    "description": "Whose clock gave the time.",
    "enum": [
      "booth",
      "device"
    ]
  },
  "Provenance": {
    "title": "Provenance",
    "description": "Where the value came from: the protocol, the decoder's version, the raw bytes' event ids.",
    "type": "object",
    "properties": {
      "protocol": {
        "type": "string"
      },
      "decoder": {
        "type": "string"
      },
      "raw": {
        "type": "array",
        "items": {
          "type": "string"
        },
        "default": []
      }
    },
    "required": [
      "protocol",
      "decoder"
    ]
  },
  "Quality": {
    "title": "Quality",
    "description": "What weakens a value. An empty set means that the device raised nothing.",
    "enum": [
      "artifact",
      "frames_lost",
      "implausible",
      "low_battery",
      "low_perfusion",
      "marginal_perfusion",
      "out_of_track",
      "unstable"
    ]
  },
  "CurveFact": {
    "title": "CurveFact",
    "description": "A recorded second of a curve. Samples 0..1 of full scale at `rate_hz`.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "curve"
        ]
      },
      "instrument": {
        "$ref": "#/$defs/Instrument"
      },
      "event": {
        "type": "string"
      },
      "attempt": {
        "type": "integer"
      },
      "rate_hz": {
        "type": "integer"
      },
      "samples": {
        "type": "array",
        "items": {
          "type": "number"
        }
      }
    },
    "required": [
      "type",
      "instrument",
      "event",
      "attempt",
      "rate_hz",
      "samples"
    ]
  },
  "MeasuringFact": {
    "title": "MeasuringFact",
    "description": "Where a guided measurement stands; `failure` says why there is no value.\n\nPhase `failed` without a `failure`: the patient went on without measuring.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "measuring"
        ]
      },
      "instrument": {
        "$ref": "#/$defs/Instrument"
      },
      "phase": {
        "$ref": "#/$defs/MeasurePhase"
      },
      "attempt": {
        "type": "integer"
      },
      "failure": {
        "anyOf": [
          {
            "$ref": "#/$defs/Failure"
          },
          {
            "type": "null"
          }
        ],
        "default": null
      }
    },
    "required": [
      "type",
      "instrument",
      "phase",
      "attempt"
    ]
  },
  "MeasurePhase": {
    "title": "MeasurePhase",
    "description": "Where a guided measurement stands.",
    "enum": [
      "connecting",
      "failed",
      "measuring",
      "place",
      "recorded",
      "saving"
    ]
  },
  "Failure": {
    "title": "Failure",
    "description": "Why a guided measurement gave nothing.",
    "enum": [
      "device_absent",
      "device_busy",
      "no_signal",
      "storage",
      "timed_out",
      "unplugged"
    ]
  },
  "IncidentFact": {
    "title": "IncidentFact",
    "description": "A technical incident, part of the record (rule 15). `code` as in docs/incidents.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "incident"
        ]
      },
      "code": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "code"
    ]
  },
  "StatusFact": {
    "title": "StatusFact",
    "description": "`waiting`, `meeting`, `ready` (patient may be seen), `in_call`, `after_call`,\n`waits_for_report`, `report_shown`, `left`, `closed`.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "status"
        ]
      },
      "status": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "status"
    ]
  },
  "MessageFact": {
    "title": "MessageFact",
    "description": "What the patient says by button: `cannot_hear`, `help`, `muted`, `unmuted`.\n\n`red_flag_withdrawn`: a warning sign was ticked before, then taken back.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "message"
        ]
      },
      "code": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "code"
    ]
  },
  "LiveBatch": {
    "title": "LiveBatch",
    "description": "As `BoothLive`.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "live"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "instrument": {
        "$ref": "#/$defs/Instrument"
      },
      "attempt": {
        "type": "integer"
      },
      "rate_hz": {
        "type": "integer"
      },
      "start": {
        "type": "integer"
      },
      "curve": {
        "type": "array",
        "items": {
          "type": "number"
        }
      },
      "spo2": {
        "anyOf": [
          {
            "type": "integer"
          },
          {
            "type": "null"
          }
        ]
      },
      "pulse_rate": {
        "anyOf": [
          {
            "type": "integer"
          },
          {
            "type": "null"
          }
        ]
      }
    },
    "required": [
      "type",
      "consultation",
      "instrument",
      "attempt",
      "rate_hz",
      "start",
      "curve",
      "spo2",
      "pulse_rate"
    ]
  },
  "OrderState": {
    "title": "OrderState",
    "description": "`stored`, then `taken` (logged at the booth) or `refused`.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "order_state"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "id": {
        "type": "string"
      },
      "state": {
        "type": "string"
      },
      "refused": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null
      }
    },
    "required": [
      "type",
      "consultation",
      "id",
      "state"
    ]
  },
  "BoothPresence": {
    "title": "BoothPresence",
    "description": "Whether the booth is connected now; where it stands; whether its instruments are real.\n\nAfter a reload the page has no waiting list's row to know the last two from.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "booth_presence"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "online": {
        "type": "boolean"
      },
      "site": {
        "type": "string",
        "default": ""
      },
      "simulated": {
        "type": "boolean",
        "default": false
      }
    },
    "required": [
      "type",
      "consultation",
      "online"
    ]
  },
  "ConsultationClosed": {
    "title": "ConsultationClosed",
    "description": "Nothing more will come from the booth; a report can still be signed if there is none.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "consultation_closed"
        ]
      },
      "consultation": {
        "type": "string"
      },
      "reported": {
        "type": "boolean"
      }
    },
    "required": [
      "type",
      "consultation",
      "reported"
    ]
  },
  "Refused": {
    "title": "Refused",
    "description": "What the peer sent cannot be accepted. `code` is stable, `advice` says what to do.",
    "type": "object",
    "properties": {
      "type": {
        "enum": [
          "refused"
        ]
      },
      "code": {
        "type": "string"
      },
      "advice": {
        "type": "string"
      }
    },
    "required": [
      "type",
      "code",
      "advice"
    ]
  },
  "DoctorMessage": {
    "title": "DoctorMessage",
    "anyOf": [
      {
        "$ref": "#/$defs/DoctorHello"
      },
      {
        "$ref": "#/$defs/Claim"
      },
      {
        "$ref": "#/$defs/LetGo"
      },
      {
        "$ref": "#/$defs/Offer"
      },
      {
        "$ref": "#/$defs/Candidate"
      },
      {
        "$ref": "#/$defs/PlaceOrder"
      },
      {
        "$ref": "#/$defs/SignReport"
      }
    ],
    "discriminator": {
      "propertyName": "type",
      "mapping": {
        "doctor_hello": "#/$defs/DoctorHello",
        "claim": "#/$defs/Claim",
        "let_go": "#/$defs/LetGo",
        "offer": "#/$defs/Offer",
        "candidate": "#/$defs/Candidate",
        "place_order": "#/$defs/PlaceOrder",
        "sign_report": "#/$defs/SignReport"
      }
    }
  },
  "ToDoctor": {
    "title": "ToDoctor",
    "anyOf": [
      {
        "$ref": "#/$defs/DoctorWelcomed"
      },
      {
        "$ref": "#/$defs/WaitingList"
      },
      {
        "$ref": "#/$defs/LeaseConfirmed"
      },
      {
        "$ref": "#/$defs/LeaseLost"
      },
      {
        "$ref": "#/$defs/CallInvited"
      },
      {
        "$ref": "#/$defs/CallAnswer"
      },
      {
        "$ref": "#/$defs/Facts"
      },
      {
        "$ref": "#/$defs/LiveBatch"
      },
      {
        "$ref": "#/$defs/OrderState"
      },
      {
        "$ref": "#/$defs/BoothPresence"
      },
      {
        "$ref": "#/$defs/ConsultationClosed"
      },
      {
        "$ref": "#/$defs/Refused"
      }
    ],
    "discriminator": {
      "propertyName": "type",
      "mapping": {
        "doctor_welcomed": "#/$defs/DoctorWelcomed",
        "waiting_list": "#/$defs/WaitingList",
        "lease_confirmed": "#/$defs/LeaseConfirmed",
        "lease_lost": "#/$defs/LeaseLost",
        "call_invited": "#/$defs/CallInvited",
        "call_answer": "#/$defs/CallAnswer",
        "facts": "#/$defs/Facts",
        "live": "#/$defs/LiveBatch",
        "order_state": "#/$defs/OrderState",
        "booth_presence": "#/$defs/BoothPresence",
        "consultation_closed": "#/$defs/ConsultationClosed",
        "refused": "#/$defs/Refused"
      }
    }
  },
  "FactBody": {
    "title": "FactBody",
    "anyOf": [
      {
        "$ref": "#/$defs/PatientFact"
      },
      {
        "$ref": "#/$defs/MeasurementFact"
      },
      {
        "$ref": "#/$defs/CurveFact"
      },
      {
        "$ref": "#/$defs/MeasuringFact"
      },
      {
        "$ref": "#/$defs/IncidentFact"
      },
      {
        "$ref": "#/$defs/StatusFact"
      },
      {
        "$ref": "#/$defs/MessageFact"
      }
    ],
    "discriminator": {
      "propertyName": "type",
      "mapping": {
        "patient": "#/$defs/PatientFact",
        "measurement": "#/$defs/MeasurementFact",
        "curve": "#/$defs/CurveFact",
        "measuring": "#/$defs/MeasuringFact",
        "incident": "#/$defs/IncidentFact",
        "status": "#/$defs/StatusFact",
        "message": "#/$defs/MessageFact"
      }
    }
  }
} as const;
