// What the screen says, read from the state: pure, words excepted.

import type { Instrument, MeasuringFact } from "../shared/contracts.ts";
import { lastAttempt, messagesOf, statusOf, wasEver } from "./facts.ts";
import { isCallOver } from "./state.ts";
import type { Consultation, Live, PlacedOrder, State } from "./state.ts";

const LIVE_STALE_MS = 2_500; // a batch comes several times a second while the instrument sends
const PICTURE_STALE_MS = 3_000; // as the booth judges it

/** Milliseconds since `instant`, by the service's clock; never negative; null: not a time. */
export function ageMs(state: State, instant: string): number | null {
  const then = Date.parse(instant);
  return Number.isNaN(then) ? null : Math.max(0, state.now + state.offset - then);
}

/** Full years at the present time, null when `birthDate` is not YYYY-MM-DD. */
export function ageYears(birthDate: string, now: number): number | null {
  const [year, month, day] = birthDate.split("-").map(Number);
  if (!/^\d{4}-\d\d-\d\d$/.test(birthDate) || !year || !month || !day) return null;
  const today = new Date(now);
  const before =
    today.getMonth() + 1 < month || (today.getMonth() + 1 === month && today.getDate() < day);
  return today.getFullYear() - year - (before ? 1 : 0);
}

/** The instrument's live state, null when nothing has come for a moment. */
export function liveOf(state: State, instrument: Instrument): Live | null {
  const live = state.consultation?.live[instrument];
  return live && state.now - live.at <= LIVE_STALE_MS ? live : null;
}

/** Where the measurement stands: the one the doctor asked for, else the patient's own. */
export type Asked =
  | { step: "none" }
  | { step: "sending" | "stored" | "taken" | "measuring" | "recorded" }
  | { step: "refused"; reason: string }
  | { step: "failed"; measuring: MeasuringFact };

export function asked(c: Consultation, instrument: Instrument): Asked {
  const order = c.orders.findLast((placed) => asks(placed, instrument));
  if (order?.progress === "refused") return { step: "refused", reason: order.refused ?? "" };
  const attempt = lastAttempt(c.facts, instrument, order?.after ?? 0);
  if (order && attempt === null) return { step: order.progress };
  if (attempt === null) return { step: "none" };
  switch (attempt.end) {
    case "failed":
      return { step: "failed", measuring: attempt.measuring };
    case "recorded":
      return { step: order ? "recorded" : "none" };
    case null:
      return { step: "measuring" };
  }
}

const BUSY = new Set<Asked["step"]>(["sending", "stored", "taken", "measuring"]);

/** Why a measurement cannot be asked for now, or null when it can. */
export function whyNotAsk(
  c: Consultation,
  instrument: Instrument,
): "before_call" | "call_over" | "under_way" | null {
  if (isCallOver(c)) return "call_over";
  if (statusOf(c.facts) !== "in_call") return "before_call";
  return BUSY.has(asked(c, instrument).step) ? "under_way" : null;
}

function asks(order: PlacedOrder, instrument: Instrument): boolean {
  const message = order.message;
  return (
    message?.type === "place_order" &&
    message.body.type === "ask_measurement" &&
    message.body.instrument === instrument
  );
}

export type CallLine =
  | "confirming"
  | "waiting"
  | "meeting"
  | "ready"
  | "connecting"
  | "first_picture"
  | "in_call"
  | "picture_lost"
  | "interrupted"
  | "failed"
  | "ended"
  | "left"
  | "closed";

/** The state of the call, as one sentence says it. */
export function callLine(state: State, c: Consultation): CallLine {
  const status = statusOf(c.facts);
  if (status === "left") return "left";
  if (c.closed !== null || status === "closed") return "closed";
  if (isCallOver(c)) return "ended";
  switch (c.call.step) {
    case "preparing":
    case "offered":
    case "answered":
      return "connecting";
    case "connected":
      if (c.call.frameAt === null) return "first_picture";
      return state.now - c.call.frameAt > PICTURE_STALE_MS ? "picture_lost" : "in_call";
    case "interrupted":
    case "failed":
      return c.call.step;
    case "closed": // the booth refused to end the call
    case "none":
      break;
  }
  if (!c.confirmed) return "confirming";
  if (status === "meeting") return "meeting";
  return status === "ready" || status === "in_call" ? "ready" : "waiting";
}

/** Full seconds since a picture came, while `callLine` is `picture_lost`; else null. */
export function frozenSeconds(state: State, c: Consultation): number | null {
  if (callLine(state, c) !== "picture_lost" || c.call.frameAt === null) return null;
  return Math.floor((state.now - c.call.frameAt) / 1000);
}

/** The booth is said to be, or a value of it is. */
export function isSimulated(c: Consultation): boolean {
  return (
    c.simulated ||
    c.facts.some(({ body }) => body.type === "measurement" && body.measurement.device.simulated)
  );
}

/** Whether a call was ever made: from then on there must be a report. */
export function wasCalled(c: Consultation): boolean {
  return c.call.generation > 0 || wasEver(c.facts, "in_call");
}

/** Whether the patient can still be given back to the waiting list. */
export function canGiveBack(c: Consultation): boolean {
  return !wasCalled(c) && !isCallOver(c);
}

export type ReportProgress = "none" | "sending" | "stored" | "taken" | "shown" | "refused";

export function reportProgress(c: Consultation): ReportProgress {
  if (wasEver(c.facts, "report_shown")) return "shown";
  const order = c.orders.findLast(({ kind }) => kind === "report");
  if (order) return order.progress;
  return c.closed?.reported ? "stored" : "none";
}

/** Messages of the patient that the doctor has not put away, oldest first. */
export function unreadMessages(c: Consultation): { number: number; at: string; code: string }[] {
  const over = isCallOver(c);
  return messagesOf(c.facts).filter(
    ({ number, code }) => !c.readMessages.includes(number) && !(over && code === "cannot_hear"),
  );
}
