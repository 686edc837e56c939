// Questions to the facts of a consultation, answered from the facts alone.

import type {
  Instrument,
  Measurement,
  MeasuringFact,
  PatientFact,
  Quantity,
} from "../shared/contracts.ts";
import type { ReadFact } from "./incoming.ts";

/** What each instrument measures. */
export const QUANTITIES: Record<Instrument, readonly Quantity[]> = {
  oximeter: ["spo2", "pulse_rate"],
};

type Facts = readonly ReadFact[];

export function patientOf(facts: Facts): PatientFact | null {
  const fact = facts.findLast(({ body }) => body.type === "patient");
  return fact?.body.type === "patient" ? fact.body : null;
}

/** The last status said, or null. */
export function statusOf(facts: Facts): string | null {
  const fact = facts.findLast(({ body }) => body.type === "status");
  return fact?.body.type === "status" ? fact.body.status : null;
}

export function wasEver(facts: Facts, status: string): boolean {
  return facts.some(({ body }) => body.type === "status" && body.status === status);
}

/** The last guided measurement: where it stands. A value recorded since is its end. */
export interface Attempt {
  measuring: MeasuringFact;
  end: "recorded" | "failed" | null;
}

/** The last attempt with `instrument` told after fact number `after`, or null. */
export function lastAttempt(facts: Facts, instrument: Instrument, after = 0): Attempt | null {
  const index = facts.findLastIndex(
    ({ number, body }) =>
      number > after && body.type === "measuring" && body.instrument === instrument,
  );
  const measuring = facts[index]?.body;
  if (measuring?.type !== "measuring") return null;
  if (measuring.phase === "failed") return { measuring, end: "failed" };
  const recorded =
    measuring.phase === "recorded" ||
    facts
      .slice(index)
      .some(
        ({ body }) =>
          body.type === "measurement" &&
          QUANTITIES[instrument].includes(body.measurement.quantity),
      );
  return { measuring, end: recorded ? "recorded" : null };
}

/** A recorded measurement and the fact that brought it. */
export interface Reading {
  number: number;
  measurement: Measurement;
  requested: boolean;
}

/** Readings of a quantity, latest first. */
export function readingsOf(facts: Facts, quantity: Quantity): Reading[] {
  return facts
    .flatMap(({ number, body }) =>
      body.type === "measurement" && body.measurement.quantity === quantity
        ? [{ number, measurement: body.measurement, requested: body.requested_by_doctor }]
        : [],
    )
    .reverse();
}

/** Recorded seconds of an attempt, joined, in the order of the record. */
export interface RecordedCurve {
  instrument: Instrument;
  attempt: number;
  rate: number;
  samples: readonly number[];
}

export function recordedCurves(facts: Facts): RecordedCurve[] {
  const curves: { instrument: Instrument; attempt: number; rate: number; samples: number[] }[] = [];
  for (const { body } of facts) {
    if (body.type !== "curve" || body.rate_hz <= 0) continue; // no rate: nothing that can be drawn
    const { instrument, attempt, rate_hz: rate } = body;
    let curve = curves.find(
      (known) =>
        known.instrument === instrument && known.attempt === attempt && known.rate === rate,
    );
    if (!curve) curves.push((curve = { instrument, attempt, rate, samples: [] }));
    for (const sample of body.samples) curve.samples.push(sample); // "...": the stack has an end
  }
  return curves;
}

const MUTES = new Set(["muted", "unmuted"]);

/** What the patient said by button and wants answered, oldest first. */
export function messagesOf(facts: Facts): { number: number; at: string; code: string }[] {
  return facts.flatMap(({ number, at, body }) =>
    body.type === "message" && !MUTES.has(body.code) ? [{ number, at, code: body.code }] : [],
  );
}

/** Whether the patient has muted themself: a state to see, not a call to answer. */
export function isPatientMuted(facts: Facts): boolean {
  const last = facts.findLast(({ body }) => body.type === "message" && MUTES.has(body.code));
  return last?.body.type === "message" && last.body.code === "muted";
}

// A loss or a return of the picture also ends what was said of a freeze before it.
const PICTURE_NEWS = new Set(["call_lost", "call_restored", "media_restarted"]);
const FREEZES = {
  camera: new Set(["camera_frozen", "camera_moving", "camera_lost", "camera_back"]),
  doctor_picture: new Set(["doctor_picture_frozen", "doctor_picture_moving"]),
};

/** Whether the booth said last that this picture stands still. */
export function isFrozen(facts: Facts, what: keyof typeof FREEZES): boolean {
  const last = facts.findLast(
    ({ body }) =>
      body.type === "incident" && (FREEZES[what].has(body.code) || PICTURE_NEWS.has(body.code)),
  );
  return last?.body.type === "incident" && last.body.code === `${what}_frozen`;
}

/** What happened, latest first: incidents, messages, failures, what was not understood. */
export function journalOf(facts: Facts): ReadFact[] {
  return facts
    .filter(
      ({ body }) =>
        body.type === "incident" ||
        body.type === "message" ||
        body.type === "unreadable" ||
        (body.type === "measuring" && body.phase === "failed"),
    )
    .reverse();
}
