// All the page knows, and what each event makes of it: pure. Drawing and the network are elsewhere.

import {
  PROTOCOL,
  type AskMeasurement,
  type Doctor,
  type DoctorMessage,
  type EndCall,
  type Instrument,
  type LiveBatch,
  type Outcome,
  type PlaceOrder,
  type SignReport,
  type WaitingPatient,
} from "../shared/contracts.ts";
import { lastAttempt, statusOf } from "./facts.ts";
import type { Incoming, ReadFact } from "./incoming.ts";

const LIVE_SECONDS = 8; // of curve kept for drawing
const NOTICES = 4;

export type OrderProgress = "sending" | "stored" | "taken" | "refused";

/** `after`: the last fact when it was placed. `message` null: placed before a reload. */
export interface PlacedOrder {
  id: string;
  kind: "ask_measurement" | "end_call" | "report" | "earlier";
  progress: OrderProgress;
  refused: string | null;
  after: number;
  message: PlaceOrder | SignReport | null;
}

/** The last batch's numbers and the last seconds of curve, oldest first. `at`: page clock. */
export interface Live {
  attempt: number;
  rate: number;
  at: number;
  spo2: number | null;
  pulseRate: number | null;
  chunks: readonly { start: number; curve: readonly number[] }[];
}

export type CallStep =
  | "none"
  | "preparing"
  | "offered"
  | "answered"
  | "connected"
  | "interrupted"
  | "failed"
  | "closed";

/** `frames` decoded so far; `frameAt`: when their number last rose, page clock. */
export interface Call {
  generation: number;
  step: CallStep;
  frames: number;
  frameAt: number | null;
  sends: { camera: boolean; microphone: boolean }; // what its lines can carry
  instrumentPicture: boolean;
  soundBlocked: boolean;
}

export interface Consultation {
  id: string;
  confirmed: boolean;
  boothOnline: boolean | null;
  site: string;
  simulated: boolean;
  closed: { reported: boolean } | null;
  gone: boolean;
  facts: readonly ReadFact[]; // facts[i].number === i + 1, always
  orders: readonly PlacedOrder[];
  live: Partial<Record<Instrument, Live>>;
  call: Call;
  readMessages: readonly number[];
}

export type Notice =
  | { kind: "refused"; code: string; advice: string }
  | { kind: "unreadable"; code: string }
  | { kind: "lost"; code: string }
  | { kind: "still_signed_in"; code: string };

export type DeviceState = "off" | "asking" | "on" | "refused" | "absent" | "lost";

export interface State {
  now: number; // page clock, milliseconds since the epoch
  offset: number; // the service's clock minus the page's
  session: "unknown" | "out" | "in";
  signIn: "idle" | "checking" | "wrong" | "throttled" | "unreachable";
  link: "down" | "up" | "greeted";
  doctor: Doctor | null;
  waiting: readonly WaitingPatient[] | null;
  claiming: string | null;
  claimed: WaitingPatient | null; // the list's last word on who was claimed
  consultation: Consultation | null;
  notices: readonly Notice[];
  camera: DeviceState;
  microphone: DeviceState;
  cameraOn: boolean;
  microphoneOn: boolean;
  volume: number; // 0..100
}

export type SessionResult = "in" | "out" | "wrong" | "throttled" | "unreachable";

export type PageEvent =
  | { type: "tick" }
  | { type: "session"; result: SessionResult }
  | { type: "sign_in"; login: string; password: string }
  | { type: "sign_out" }
  | { type: "sign_out_failed" }
  | { type: "link_up" }
  | { type: "link_down" }
  | { type: "message"; message: Incoming }
  | { type: "take"; consultation: string }
  | { type: "let_go" }
  | { type: "ask"; instrument: Instrument; id: string }
  | { type: "end_call"; id: string }
  | { type: "sign"; outcome: Outcome; text: string; endCallId: string }
  | { type: "message_read"; number: number }
  | { type: "notice_read"; notice: Notice }
  | { type: "devices"; camera: DeviceState; microphone: DeviceState }
  | { type: "switch_camera" }
  | { type: "switch_microphone" }
  | { type: "retry_devices" }
  | { type: "volume"; volume: number }
  | { type: "call_step"; generation: number; step: CallStep }
  | { type: "call_lines"; generation: number; sends: Call["sends"] }
  | { type: "call_frames"; generation: number; frames: number }
  | { type: "instrument_picture"; generation: number; on: boolean }
  | { type: "sound_blocked"; generation: number; blocked: boolean };

export type Effect =
  | { type: "send"; message: DoctorMessage }
  | { type: "post_session"; login: string; password: string }
  | { type: "delete_session" }
  | { type: "open_link" }
  | { type: "close_link" }
  | { type: "reopen_link" }
  | { type: "open_devices" }
  | { type: "close_devices" }
  | { type: "start_call"; consultation: string; generation: number }
  | { type: "take_answer"; generation: number; sdp: string }
  | { type: "close_call" };

type Step = readonly [State, readonly Effect[]];

const NO_CALL: Call = {
  generation: 0,
  step: "none",
  frames: 0,
  frameAt: null,
  sends: { camera: true, microphone: true },
  instrumentPicture: false,
  soundBlocked: false,
};

export function initial(now: number): State {
  return {
    now,
    offset: 0,
    session: "unknown",
    signIn: "idle",
    link: "down",
    doctor: null,
    waiting: null,
    claiming: null,
    claimed: null,
    consultation: null,
    notices: [],
    camera: "off",
    microphone: "off",
    cameraOn: true,
    microphoneOn: true,
    volume: 100,
  };
}

/** What `event`, which happened at `now` (page clock), makes of `before`, and what to do. */
export function advance(before: State, event: PageEvent, now: number): Step {
  const state: State = { ...before, now };
  switch (event.type) {
    case "tick":
      return [state, []];
    case "sign_in":
      return [
        { ...state, signIn: "checking" },
        [{ type: "post_session", login: event.login, password: event.password }],
      ];
    case "session":
      return session(state, event.result);
    case "sign_out":
      return [
        { ...initial(now), session: "out", volume: state.volume },
        [
          { type: "close_call" },
          { type: "close_devices" },
          { type: "close_link" },
          { type: "delete_session" },
        ],
      ];
    case "sign_out_failed":
      return [noticed(state, { kind: "still_signed_in", code: "" }), []];
    case "link_up":
      return [{ ...state, link: "up" }, [send(hello(state))]];
    case "link_down":
      return [{ ...state, link: "down" }, []];
    case "message":
      return received(state, event.message);
    case "take":
      return [
        {
          ...state,
          claiming: event.consultation,
          claimed: state.waiting?.find((row) => row.consultation === event.consultation) ?? null,
        },
        [send({ type: "claim", consultation: event.consultation }), { type: "open_devices" }],
      ];
    case "let_go":
      return letGo(state);
    case "ask": {
      const body: AskMeasurement = { type: "ask_measurement", instrument: event.instrument };
      return place(state, (consultation) => [placeOrder(consultation, event.id, body)]);
    }
    case "end_call":
      return endCall(state, event.id);
    case "sign":
      return sign(state, event);
    case "message_read":
      return [
        inConsultation(state, (c) => ({ ...c, readMessages: [...c.readMessages, event.number] })),
        [],
      ];
    case "notice_read":
      return [{ ...state, notices: state.notices.filter((notice) => notice !== event.notice) }, []];
    case "devices":
      return [{ ...state, camera: event.camera, microphone: event.microphone }, []];
    case "retry_devices":
      return [state, [{ type: "open_devices" }]];
    case "switch_camera":
      return [{ ...state, cameraOn: !state.cameraOn }, []];
    case "switch_microphone":
      return [{ ...state, microphoneOn: !state.microphoneOn }, []];
    case "volume":
      return [{ ...state, volume: event.volume }, []];
    case "call_step":
      return [inCall(state, event.generation, (call) => ({ ...call, step: event.step })), []];
    case "call_lines":
      return [inCall(state, event.generation, (call) => ({ ...call, sends: event.sends })), []];
    case "call_frames":
      return [
        inCall(state, event.generation, (call) =>
          event.frames > call.frames ? { ...call, frames: event.frames, frameAt: now } : call,
        ),
        [],
      ];
    case "instrument_picture":
      return [
        inCall(state, event.generation, (call) => ({ ...call, instrumentPicture: event.on })),
        [],
      ];
    case "sound_blocked":
      return [
        inCall(state, event.generation, (call) => ({ ...call, soundBlocked: event.blocked })),
        [],
      ];
  }
}

// --- session and link ------------------------------------------------------------------------

function session(state: State, result: SessionResult): Step {
  switch (result) {
    case "in":
      return [{ ...state, session: "in", signIn: "idle" }, [{ type: "open_link" }]];
    case "out":
      // The consultation stays, hidden: a report being written survives a session that ran out.
      // Its call does not: nobody may be heard or seen behind a page that asks who is there.
      return [
        { ...inConsultation(state, withoutCall), session: "out", signIn: "idle" },
        [{ type: "close_call" }, { type: "close_devices" }, { type: "close_link" }],
      ];
    case "wrong":
    case "throttled":
      return [{ ...state, session: "out", signIn: result }, []];
    case "unreachable":
      return [{ ...state, signIn: "unreachable" }, []];
  }
}

function hello(state: State): DoctorMessage {
  const consultation = state.consultation;
  return {
    type: "doctor_hello",
    protocol: PROTOCOL,
    consultation: consultation?.id ?? null,
    // From the first fact, as a page that was reloaded: the service then invites to a new call.
    after: consultation === null || isCallGivenUp(consultation) ? 0 : consultation.facts.length,
  };
}

function withoutCall(c: Consultation): Consultation {
  const over = c.call.step === "none" || c.call.step === "closed";
  return over ? c : { ...c, call: { ...NO_CALL, generation: c.call.generation } };
}

/** There was a call, and this page let go of it (`withoutCall`) though nobody ended it. */
function isCallGivenUp(c: Consultation): boolean {
  return c.call.generation > 0 && c.call.step === "none";
}

// --- what the service says -------------------------------------------------------------------

function received(state: State, message: Incoming): Step {
  switch (message.type) {
    case "doctor_welcomed":
      return welcomed(state, message);
    case "waiting_list":
      return [{ ...state, waiting: message.patients }, []];
    case "lease_confirmed": {
      const opened = opens(state, message.consultation);
      return [
        inConsultation(opened, (c) => ({ ...c, confirmed: true })),
        callLeft(state, message.consultation),
      ];
    }
    case "lease_lost":
      return leaseLost(state, message.consultation, message.reason);
    case "refused": {
      const { code, advice } = message;
      const notice: Notice = { kind: "refused", code, advice };
      const claimed = state.claiming !== null && state.consultation === null;
      const kept = inConsultation(state, (c) => withoutRefused(c, code));
      return [
        noticed({ ...kept, claiming: null }, notice),
        claimed ? [{ type: "close_devices" }] : [],
      ];
    }
    case "unreadable":
      return [noticed(state, { kind: "unreadable", code: message.kind }), []];
    default:
      // All the rest is about one consultation; of another one it is late, and dropped.
      return message.consultation === state.consultation?.id
        ? ofConsultation(state, state.consultation, message)
        : [state, []];
  }
}

type OfConsultation = Extract<
  Incoming,
  {
    type:
      | "facts"
      | "live"
      | "call_invited"
      | "call_answer"
      | "order_state"
      | "booth_presence"
      | "consultation_closed";
  }
>;

function ofConsultation(state: State, c: Consultation, message: OfConsultation): Step {
  switch (message.type) {
    case "facts":
      return factsReceived(state, c, message.facts);
    case "live":
      return [{ ...state, consultation: withLive(c, message, state.now) }, []];
    case "call_invited": {
      if (message.generation <= c.call.generation || isEndAsked(c)) return [state, []];
      const call: Call = { ...NO_CALL, generation: message.generation, step: "preparing" };
      return [
        { ...state, consultation: { ...c, confirmed: true, call } },
        [{ type: "start_call", consultation: c.id, generation: message.generation }],
      ];
    }
    case "call_answer":
      return message.generation === c.call.generation
        ? [state, [{ type: "take_answer", generation: message.generation, sdp: message.sdp }]]
        : [state, []];
    case "order_state":
      return [{ ...state, consultation: withOrderState(c, message) }, []];
    case "booth_presence":
      return [{ ...state, consultation: withPresence(c, message) }, []];
    case "consultation_closed": {
      const closed = { reported: message.reported };
      const call: Call = { ...c.call, step: c.call.generation === 0 ? "none" : "closed" };
      return [{ ...state, consultation: { ...c, closed, call, live: {} } }, [{ type: "close_call" }]];
    }
  }
}

/** What is simulated stays so, whatever a later message leaves out. */
function withPresence(
  c: Consultation,
  { online, site, simulated }: Extract<Incoming, { type: "booth_presence" }>,
): Consultation {
  return {
    ...c,
    boothOnline: online,
    site: site || c.site,
    simulated: c.simulated || simulated === true,
  };
}

function welcomed(
  state: State,
  message: Extract<Incoming, { type: "doctor_welcomed" }>,
): Step {
  const another = state.doctor !== null && state.doctor.rpps !== message.doctor.rpps;
  const mine: State = another ? { ...state, consultation: null, claiming: null } : state;
  const greeted: State = {
    ...mine,
    session: "in",
    link: "greeted",
    doctor: message.doctor,
    offset: Date.parse(message.now) - state.now,
  };
  const effects: Effect[] = another ? [{ type: "close_call" }, { type: "close_devices" }] : [];
  if (message.current === null) {
    if (greeted.claiming !== null) {
      effects.push(send({ type: "claim", consultation: greeted.claiming }));
    }
    const gone = inConsultation(greeted, (c) => ({ ...c, gone: true }));
    return [gone, [...effects, ...unstored(gone)]];
  }
  effects.push(...callLeft(mine, message.current));
  const opened = opens(greeted, message.current);
  if (greeted.camera === "off") effects.push({ type: "open_devices" });
  return [opened, [...effects, ...unstored(opened)]];
}

/** Orders the service has not said it stored: said again, with the same id. */
function unstored(state: State): Effect[] {
  const orders = state.consultation?.orders ?? [];
  return orders.flatMap((order) =>
    order.progress === "sending" && order.message !== null ? [send(order.message)] : [],
  );
}

/** What ends the call of another consultation than the one that opens. */
function callLeft(state: State, opening: string): Effect[] {
  const open = state.consultation;
  return open === null || open.id === opening ? [] : [{ type: "close_call" }];
}

function opens(state: State, consultation: string): State {
  const open = state.consultation;
  if (open?.id === consultation) {
    return { ...state, claiming: null, consultation: { ...open, gone: false } };
  }
  const listed = state.claimed?.consultation === consultation ? state.claimed : null;
  return {
    ...state,
    claiming: null,
    consultation: {
      ...newConsultation(consultation),
      site: listed?.site ?? "",
      simulated: listed?.simulated ?? false,
    },
  };
}

/** Of which nothing is known yet. */
export function newConsultation(id: string): Consultation {
  return {
    id,
    confirmed: false,
    boothOnline: null,
    site: "",
    simulated: false,
    closed: null,
    gone: false,
    facts: [],
    orders: [],
    live: {},
    call: NO_CALL,
    readMessages: [],
  };
}

function leaseLost(state: State, consultation: string, reason: string): Step {
  const claimed = state.claiming === consultation;
  const open = state.consultation?.id === consultation;
  if (!claimed && !open) return [state, []];
  const back: State = {
    ...state,
    claiming: claimed ? null : state.claiming,
    consultation: open ? null : state.consultation,
  };
  return [
    noticed(back, { kind: "lost", code: reason }),
    [{ type: "close_call" }, { type: "close_devices" }],
  ];
}

function letGo(state: State): Step {
  const consultation = state.consultation?.id ?? state.claiming;
  const effects: Effect[] = [{ type: "close_call" }, { type: "close_devices" }];
  if (consultation !== null) effects.unshift(send({ type: "let_go", consultation }));
  return [{ ...state, consultation: null, claiming: null, camera: "off", microphone: "off" }, effects];
}

function factsReceived(state: State, c: Consultation, facts: readonly ReadFact[]): Step {
  let known = c.facts;
  for (const fact of facts) {
    if (fact.number <= known.length) continue; // said again
    if (fact.number > known.length + 1) {
      // A fact is missing before this one: ask again from the last one known.
      return [{ ...state, consultation: { ...c, facts: known } }, [{ type: "reopen_link" }]];
    }
    known = [...known, fact];
  }
  const consultation = { ...c, confirmed: true, facts: known };
  return [{ ...state, consultation: { ...consultation, live: stillLive(consultation) } }, []];
}

// --- live ------------------------------------------------------------------------------------

function withLive(c: Consultation, batch: LiveBatch, now: number): Consultation {
  const before = c.live[batch.instrument];
  if (batch.rate_hz <= 0) return c;
  const late = before !== undefined && batch.attempt < before.attempt;
  if (late || c.closed !== null || isOver(c, batch.instrument, batch.attempt)) return c;
  const end = before?.chunks.at(-1);
  const continues =
    before?.attempt === batch.attempt &&
    end !== undefined &&
    batch.start >= end.start + end.curve.length;
  const oldest = batch.start + batch.curve.length - LIVE_SECONDS * batch.rate_hz;
  const kept = continues
    ? before.chunks.filter((chunk) => chunk.start + chunk.curve.length > oldest)
    : [];
  const live: Live = {
    attempt: batch.attempt,
    rate: batch.rate_hz,
    at: now,
    spo2: batch.spo2,
    pulseRate: batch.pulse_rate,
    chunks: [...kept, { start: batch.start, curve: batch.curve }],
  };
  return { ...c, live: { ...c.live, [batch.instrument]: live } };
}

/** This attempt has ended, or a later one has begun: what is still live of it is late. */
function isOver(c: Consultation, instrument: Instrument, attempt: number): boolean {
  const last = lastAttempt(c.facts, instrument);
  if (last === null) return false;
  const { attempt: newest } = last.measuring;
  return newest > attempt || (newest === attempt && last.end !== null);
}

function stillLive(c: Consultation): Consultation["live"] {
  return Object.fromEntries(
    Object.entries(c.live).filter(
      ([instrument, live]) => !isOver(c, instrument as Instrument, live.attempt),
    ),
  );
}

// --- orders ----------------------------------------------------------------------------------

/** One report a consultation: its id is made of the consultation's, so that one signed twice (a
 * double press, a reload between signing and the answer) is one report. A UUID of version 8. */
export function reportId(consultation: string): string {
  const hex = consultation.replaceAll("-", "").padEnd(32, "0");
  const digits = Array.from(hex, (digit, index) => {
    if (index === 12) return "8";
    const flipped = parseInt(digit, 16) ^ 0b1010;
    return (index === 16 ? (flipped & 0b11) | 0b1000 : flipped).toString(16);
  }).join("");
  const part = (from: number, to: number) => digits.slice(from, to);
  return [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
}

function placeOrder(c: Consultation, id: string, body: AskMeasurement | EndCall): PlacedOrder {
  const message: PlaceOrder = { type: "place_order", consultation: c.id, id, body };
  return { ...newOrder(c, id, message), kind: body.type };
}

function newOrder(c: Consultation, id: string, message: PlaceOrder | SignReport): PlacedOrder {
  return { id, kind: "report", progress: "sending", refused: null, after: c.facts.length, message };
}

function place(state: State, make: (c: Consultation) => readonly PlacedOrder[]): Step {
  const c = state.consultation;
  if (c === null) return [state, []];
  const orders = make(c);
  const ids = new Set(orders.map((order) => order.id));
  const kept = c.orders.filter((order) => !ids.has(order.id));
  return [
    { ...state, consultation: { ...c, orders: [...kept, ...orders] } },
    orders.flatMap((order) => (order.message === null ? [] : [send(order.message)])),
  ];
}

function endCall(state: State, id: string): Step {
  if (state.consultation === null || isEndAsked(state.consultation)) return [state, []];
  const [placed, effects] = place(state, (c) => [placeOrder(c, id, { type: "end_call" })]);
  const closed = inConsultation(placed, (c) => ({ ...c, call: { ...c.call, step: "closed" } }));
  return [closed, [...effects, { type: "close_call" }]];
}

function sign(state: State, event: Extract<PageEvent, { type: "sign" }>): Step {
  const c = state.consultation;
  if (c === null) return [state, []];
  const [ended, before] = isCallOver(c) ? [state, []] : endCall(state, event.endCallId);
  const [signed, after] = place(ended, (open) => {
    const id = reportId(open.id);
    const { outcome, text } = event;
    return [newOrder(open, id, { type: "sign_report", consultation: open.id, id, outcome, text })];
  });
  return [signed, [...before, ...after]];
}

/** The doctor ended the call and the booth did not refuse. */
function isEndAsked(c: Consultation): boolean {
  return c.orders.some((order) => order.kind === "end_call" && order.progress !== "refused");
}

const AFTER_CALL = new Set(["after_call", "waits_for_report", "report_shown", "left", "closed"]);

/** No picture or sound will come any more. */
export function isCallOver(c: Consultation): boolean {
  return c.closed !== null || isEndAsked(c) || AFTER_CALL.has(statusOf(c.facts) ?? "");
}

function withOrderState(
  c: Consultation,
  said: Extract<Incoming, { type: "order_state" }>,
): Consultation {
  const progress: OrderProgress =
    said.state === "taken" || said.state === "refused" ? said.state : "stored";
  const refused = said.refused ?? null;
  const known = c.orders.some((order) => order.id === said.id);
  if (known) {
    return {
      ...c,
      orders: c.orders.map((order) =>
        order.id === said.id ? { ...order, progress, refused } : order,
      ),
    };
  }
  const kind = said.id === reportId(c.id) ? "report" : "earlier";
  return {
    ...c,
    orders: [...c.orders, { id: said.id, kind, progress, refused, after: 0, message: null }],
  };
}

const REPORT_REFUSED = new Set(["report_length", "already_reported", "not_yours"]);
const ORDER_REFUSED = new Set(["consultation_closed", "order_conflict", "not_yours"]);

/** What the service will not store is not said again; a report can then be corrected. */
function withoutRefused(c: Consultation, code: string): Consultation {
  return {
    ...c,
    orders: c.orders.filter(({ kind, progress }) => {
      const refusing = kind === "report" ? REPORT_REFUSED : ORDER_REFUSED;
      return progress !== "sending" || !refusing.has(code);
    }),
  };
}

// --- small -----------------------------------------------------------------------------------

function send(message: DoctorMessage): Effect {
  return { type: "send", message };
}

function inConsultation(state: State, change: (c: Consultation) => Consultation): State {
  return state.consultation === null
    ? state
    : { ...state, consultation: change(state.consultation) };
}

/** What is said of an older call than the present one is dropped. */
function inCall(state: State, generation: number, change: (call: Call) => Call): State {
  const call = state.consultation?.call;
  if (call?.generation !== generation || call.step === "closed") return state;
  return inConsultation(state, (c) => ({ ...c, call: change(call) }));
}

function noticed(state: State, notice: Notice): State {
  const same = (other: Notice) => other.kind === notice.kind && other.code === notice.code;
  return {
    ...state,
    notices: [...state.notices.filter((other) => !same(other)), notice].slice(-NOTICES),
  };
}
