import assert from "node:assert/strict";
import { test } from "node:test";
import type { FactBody, Measurement } from "../../../ui/web/shared/contracts.ts";
import { read, type Incoming } from "../../../ui/web/doctor/incoming.ts";
import { isFrozen, lastAttempt, readingsOf, recordedCurves } from "../../../ui/web/doctor/facts.ts";
import {
  ageMs,
  ageYears,
  asked,
  callLine,
  canGiveBack,
  frozenSeconds,
  isSimulated,
  liveOf,
  reportProgress,
  unreadMessages,
  whyNotAsk,
} from "../../../ui/web/doctor/reading.ts";
import {
  advance,
  initial,
  reportId,
  type Consultation,
  type Effect,
  type PageEvent,
  type State,
} from "../../../ui/web/doctor/state.ts";

const ID = "6f1c2a34-0b5d-4e8f-9a7b-112233445566";
const OTHER = "00000000-0000-4000-8000-000000000001";
const NOW = Date.parse("2026-03-01T09:00:00Z");
const DOCTOR = { name: "Dr Martin", specialty: "médecine générale", rpps: "10001234567" };

/** Applies events one after the other; keeps every effect. */
class Page {
  state: State = initial(NOW);
  effects: Effect[] = [];
  now = NOW;

  do(...events: PageEvent[]): this {
    for (const event of events) {
      const [state, effects] = advance(this.state, event, this.now);
      this.state = state;
      this.effects.push(...effects);
    }
    return this;
  }

  told(...messages: unknown[]): this {
    return this.do(
      ...messages.map((message) => ({
        type: "message" as const,
        message: read(JSON.stringify(message)),
      })),
    );
  }

  facts(first: number, ...bodies: unknown[]): this {
    const facts = bodies.map((body, index) => ({
      number: first + index,
      at: "2026-03-01T09:00:00Z",
      body,
    }));
    return this.told({ type: "facts", consultation: ID, facts });
  }

  later(ms: number): this {
    this.now += ms;
    return this.do({ type: "tick" });
  }

  get c(): Consultation {
    assert.ok(this.state.consultation);
    return this.state.consultation;
  }

  sent(type: string): Record<string, unknown>[] {
    return this.effects.flatMap((effect) =>
      effect.type === "send" && effect.message.type === type ? [{ ...effect.message }] : [],
    );
  }

  did(type: Effect["type"]): number {
    return this.effects.filter((effect) => effect.type === type).length;
  }
}

const welcomed = (current: string | null, doctor = DOCTOR) => ({
  type: "doctor_welcomed",
  doctor,
  current,
  now: "2026-03-01T09:00:05Z",
});
const status = (word: string): FactBody => ({ type: "status", status: word });
const attempt = (number: number): FactBody => ({
  type: "measuring",
  instrument: "oximeter",
  phase: "connecting",
  attempt: number,
});

function measured(quantity: "spo2" | "pulse_rate", result: Measurement["result"]): FactBody {
  const measurement: Measurement = {
    id: `${quantity}-${JSON.stringify(result)}`,
    quantity,
    result,
    device: { manufacturer: "Nonin", model: "OEM III", simulated: false },
    taken_at: "2026-03-01T09:00:00Z",
    clock: "booth",
    provenance: { protocol: "nonin-df2", decoder: "1" },
  };
  return { type: "measurement", measurement, requested_by_doctor: false };
}
const spo2 = (value: string) => measured("spo2", { type: "present", value, unit: "%" });

function inCall(): Page {
  const page = new Page().do({ type: "link_up" }).told(welcomed(ID));
  page.facts(1, status("waiting"), status("meeting"), status("in_call"));
  return page.told({ type: "call_invited", consultation: ID, generation: 1 });
}

test("a page says hello with nothing first, and after the last fact when it comes back", () => {
  const page = inCall().do({ type: "link_down" }, { type: "link_up" });
  assert.deepEqual(
    page.sent("doctor_hello").map(({ consultation, after }) => [consultation, after]),
    [
      [null, 0],
      [ID, 3],
    ],
  );
});

test("the same fact twice is one fact", () => {
  const page = inCall().facts(4, spo2("97")).facts(3, status("in_call"), spo2("12"));
  assert.equal(page.c.facts.length, 4);
  assert.deepEqual(
    readingsOf(page.c.facts, "spo2").map(({ measurement }) => measurement.result),
    [{ type: "present", value: "97", unit: "%" }],
  );
});

test("a missing fact is asked for again, and nothing after it is taken before it", () => {
  const page = inCall().facts(5, spo2("97"));
  assert.equal(page.c.facts.length, 3);
  assert.equal(page.did("reopen_link"), 1);
});

test("facts of another consultation are dropped", () => {
  const page = inCall().told({
    type: "facts",
    consultation: OTHER,
    facts: [{ number: 4, at: "2026-03-01T09:00:00Z", body: spo2("97") }],
  });
  assert.equal(page.c.facts.length, 3);
});

test("what is not a number of contracts/ is never a value", () => {
  for (const value of ["NaN", "Infinity", "", "97 ", "0x61", 97, null, "--"]) {
    const page = inCall().facts(4, measured("spo2", { type: "present", value, unit: "%" } as never));
    assert.deepEqual(readingsOf(page.c.facts, "spo2"), [], String(value));
    assert.deepEqual(page.c.facts[3]?.body, { type: "unreadable", kind: "measurement" });
  }
});

test("an unknown kind of fact keeps its place and is shown as unknown", () => {
  const page = inCall().facts(4, { type: "ecg", leads: 12 }, spo2("97"));
  assert.deepEqual(page.c.facts[3]?.body, { type: "unreadable", kind: "ecg" });
  assert.equal(readingsOf(page.c.facts, "spo2").length, 1);
});

test("what cannot be read is a notice, not an exception and not a guess", () => {
  const broken: [string, Incoming][] = [
    ["{", { type: "unreadable", kind: "" }],
    ["null", { type: "unreadable", kind: "" }],
    ['{"type":"party"}', { type: "unreadable", kind: "party" }],
    ['{"type":"live","consultation":"x"}', { type: "unreadable", kind: "live" }],
    ['{"type":"facts","consultation":"x","facts":[{"body":{}}]}', { type: "unreadable", kind: "facts" }],
  ];
  for (const [text, wanted] of broken) assert.deepEqual(read(text), wanted, text);
  const page = inCall().told({ type: "party" });
  assert.deepEqual(page.state.notices, [{ kind: "unreadable", code: "party" }]);
});

test("an absence is the latest reading, with the value before it kept under", () => {
  const page = inCall().facts(4, spo2("97"), measured("spo2", { type: "absent", reason: "no_finger" }));
  assert.deepEqual(
    readingsOf(page.c.facts, "spo2").map(({ measurement }) => measurement.result.type),
    ["absent", "present"],
  );
});

const live = (start: number, count: number, of = 1, numbers: object = { spo2: 97, pulse_rate: 72 }) => ({
  type: "live",
  consultation: ID,
  instrument: "oximeter",
  attempt: of,
  rate_hz: 75,
  start,
  curve: Array.from({ length: count }, () => 0.5),
  ...numbers,
});

test("live numbers last no longer than they are live", () => {
  const page = inCall().facts(4, attempt(1)).told(live(0, 15));
  assert.equal(liveOf(page.state, "oximeter")?.spo2, 97);
  page.told(live(15, 15, 1, { spo2: null, pulse_rate: null }));
  assert.equal(liveOf(page.state, "oximeter")?.spo2, null);
  page.later(3_000);
  assert.equal(liveOf(page.state, "oximeter"), null);
});

test("a recorded value or a failure ends what is live, and what comes late stays out", () => {
  const recorded = inCall().facts(4, attempt(1)).told(live(0, 15)).facts(5, spo2("97"));
  assert.equal(liveOf(recorded.state, "oximeter"), null);
  assert.equal(liveOf(recorded.told(live(15, 15)).state, "oximeter"), null);
  const failed = inCall().facts(4, attempt(1), { ...attempt(1), phase: "failed", failure: "no_signal" });
  assert.equal(liveOf(failed.told(live(0, 15)).state, "oximeter"), null);
  assert.equal(liveOf(failed.facts(6, attempt(2)).told(live(0, 15, 2)).state, "oximeter")?.attempt, 2);
});

test("live of an older attempt, late, is not shown as the one under way", () => {
  const page = inCall().facts(4, attempt(1), spo2("97"), attempt(2));
  assert.equal(liveOf(page.told(live(15, 15, 1)).state, "oximeter"), null);
  page.told(live(0, 15, 2), live(30, 15, 1));
  assert.equal(liveOf(page.state, "oximeter")?.attempt, 2);
  const begun = inCall().facts(4, attempt(1)).told(live(0, 15, 1)).facts(5, attempt(2));
  assert.equal(liveOf(begun.state, "oximeter"), null);
});

test("live comes only while the booth is there and the consultation open", () => {
  const page = inCall().facts(4, attempt(1)).told(live(0, 15));
  page.told({ type: "consultation_closed", consultation: ID, reported: false });
  assert.equal(liveOf(page.state, "oximeter"), null);
  assert.equal(liveOf(page.told(live(15, 15)).state, "oximeter"), null);
});

test("the live curve keeps some seconds, leaves gaps, and begins anew with an attempt", () => {
  const page = inCall();
  for (let start = 0; start < 75 * 20; start += 15) page.told(live(start, 15));
  const kept = page.c.live.oximeter?.chunks ?? [];
  assert.equal(kept.at(-1)?.start, 75 * 20 - 15);
  assert.ok(kept.length * 15 >= 75 * 8 && kept.length * 15 <= 75 * 9);
  page.told(live(3000, 15)).told(live(0, 15, 2));
  assert.deepEqual(page.c.live.oximeter?.chunks.map(({ start }) => start), [0]);
});

test("a curve that could not be drawn is not tried, and a long one breaks nothing", () => {
  const curve = (rate_hz: number, count: number): FactBody => ({
    type: "curve",
    instrument: "oximeter",
    event: "x",
    attempt: 1,
    rate_hz,
    samples: new Array<number>(count).fill(0.5),
  });
  const page = inCall().facts(4, curve(0, 75), curve(-1, 75), curve(75, 500_000));
  assert.deepEqual(recordedCurves(page.c.facts).map(({ samples }) => samples.length), [500_000]);
  assert.equal(liveOf(page.told({ ...live(0, 15), rate_hz: 0 }).state, "oximeter"), null);
});

test("recorded seconds are joined by attempt, in the order of the record", () => {
  const second = (of: number, sample: number): FactBody => ({
    type: "curve",
    instrument: "oximeter",
    event: `${of}-${sample}`,
    attempt: of,
    rate_hz: 2,
    samples: [sample, sample],
  });
  const page = inCall().facts(4, second(1, 0.1), second(1, 0.2), second(2, 0.3));
  assert.deepEqual(
    recordedCurves(page.c.facts).map(({ attempt: of, samples }) => [of, samples]),
    [
      [1, [0.1, 0.1, 0.2, 0.2]],
      [2, [0.3, 0.3]],
    ],
  );
});

// --- calls -----------------------------------------------------------------------------------

test("only a newer generation begins a call, and an older one's answer is dropped", () => {
  const page = inCall();
  assert.equal(page.did("start_call"), 1);
  page.told({ type: "call_invited", consultation: ID, generation: 1 });
  assert.equal(page.did("start_call"), 1);
  page.told({ type: "call_invited", consultation: ID, generation: 3 });
  page.told({ type: "call_answer", consultation: ID, generation: 1, sdp: "old" });
  assert.equal(page.did("take_answer"), 0);
  page.do({ type: "call_step", generation: 1, step: "failed" });
  assert.equal(page.c.call.step, "preparing");
  page.told({ type: "call_answer", consultation: ID, generation: 3, sdp: "new" });
  assert.equal(page.did("take_answer"), 1);
});

test("the call in one sentence", () => {
  const page = new Page().do({ type: "link_up" }).told(welcomed(ID));
  assert.equal(callLine(page.state, page.c), "confirming");
  page.facts(1, status("waiting"), status("meeting"));
  assert.equal(callLine(page.state, page.c), "meeting");
  assert.ok(canGiveBack(page.c));
  page.facts(3, status("in_call"));
  assert.equal(callLine(page.state, page.c), "ready");
  assert.ok(!canGiveBack(page.c));
  page.told({ type: "call_invited", consultation: ID, generation: 1 });
  assert.equal(callLine(page.state, page.c), "connecting");
  page.do({ type: "call_step", generation: 1, step: "connected" });
  assert.equal(callLine(page.state, page.c), "first_picture");
  page.do({ type: "call_frames", generation: 1, frames: 1 });
  assert.equal(callLine(page.state, page.c), "in_call");
  page.later(3_500);
  assert.equal(callLine(page.state, page.c), "picture_lost");
  assert.equal(frozenSeconds(page.state, page.c), 3);
  page.later(2_000);
  assert.equal(frozenSeconds(page.state, page.c), 5);
  page.do({ type: "call_frames", generation: 1, frames: 2 });
  assert.equal(callLine(page.state, page.c), "in_call");
  page.do({ type: "call_step", generation: 1, step: "failed" });
  assert.equal(callLine(page.state, page.c), "failed");
  page.facts(4, status("left"));
  assert.equal(callLine(page.state, page.c), "left");
});

test("a picture in its time is not frozen, whatever the call was before", () => {
  const page = inCall().do({ type: "call_step", generation: 1, step: "connected" });
  assert.equal(frozenSeconds(page.state, page.c), null);
  for (let frames = 1; frames < 10; frames += 1) {
    page.do({ type: "call_frames", generation: 1, frames }).later(2_900);
    assert.equal(frozenSeconds(page.state, page.c), null);
  }
  page.later(200).do({ type: "call_step", generation: 1, step: "interrupted" });
  assert.equal(frozenSeconds(page.state, page.c), null); // said as interrupted
});

test("a freeze the booth told of lasts until the booth says it is over, or the call was lost", () => {
  const incident = (code: string): FactBody => ({ type: "incident", code });
  const said = (...codes: string[]) => inCall().facts(4, ...codes.map(incident)).c.facts;
  assert.ok(isFrozen(said("camera_frozen"), "camera"));
  assert.ok(isFrozen(said("camera_frozen", "clinic_lost", "doctor_picture_moving"), "camera"));
  assert.ok(!isFrozen(said("doctor_picture_frozen"), "camera"));
  assert.ok(isFrozen(said("doctor_picture_frozen", "camera_moving"), "doctor_picture"));
  for (const end of ["camera_moving", "camera_lost", "call_lost", "media_restarted"]) {
    assert.ok(!isFrozen(said("camera_frozen", end), "camera"), end);
  }
  assert.ok(!isFrozen(said("doctor_picture_frozen", "call_restored"), "doctor_picture"));
});

test("what the lines of a call can carry belongs to that call", () => {
  const page = inCall();
  const sends = { camera: false, microphone: true };
  page.do({ type: "call_lines", generation: 1, sends });
  assert.deepEqual(page.c.call.sends, sends);
  page.told({ type: "call_invited", consultation: ID, generation: 2 });
  page.do({ type: "call_lines", generation: 1, sends });
  assert.deepEqual(page.c.call.sends, { camera: true, microphone: true });
});

test("after the doctor ends the call nothing reopens it", () => {
  const page = inCall().do({ type: "end_call", id: OTHER }, { type: "end_call", id: OTHER });
  assert.equal(page.sent("place_order").length, 1);
  assert.equal(callLine(page.state, page.c), "ended");
  page.told({ type: "call_invited", consultation: ID, generation: 2 });
  assert.equal(page.did("start_call"), 1);
  page.do({ type: "call_step", generation: 1, step: "connected" });
  assert.equal(callLine(page.state, page.c), "ended");
});

// --- orders ----------------------------------------------------------------------------------

test("a measurement asked for, from asked to done", () => {
  const page = inCall().facts(4, attempt(1), spo2("97"));
  assert.equal(whyNotAsk(page.c, "oximeter"), null);
  page.do({ type: "ask", instrument: "oximeter", id: OTHER });
  const seen = [asked(page.c, "oximeter").step];
  assert.equal(whyNotAsk(page.c, "oximeter"), "under_way");
  for (const word of ["stored", "taken"]) {
    page.told({ type: "order_state", consultation: ID, id: OTHER, state: word });
    seen.push(asked(page.c, "oximeter").step);
  }
  page.facts(6, attempt(2));
  seen.push(asked(page.c, "oximeter").step);
  page.facts(7, spo2("95"));
  seen.push(asked(page.c, "oximeter").step);
  assert.deepEqual(seen, ["sending", "stored", "taken", "measuring", "recorded"]);
  assert.equal(lastAttempt(page.c.facts, "oximeter")?.end, "recorded");
  assert.equal(whyNotAsk(page.c, "oximeter"), null);
});

test("a refusal says why and lets ask again", () => {
  const page = inCall().do({ type: "ask", instrument: "oximeter", id: OTHER });
  const refused = "already_measuring";
  page.told({ type: "order_state", consultation: ID, id: OTHER, state: "refused", refused });
  assert.deepEqual(asked(page.c, "oximeter"), { step: "refused", reason: "already_measuring" });
  assert.equal(whyNotAsk(page.c, "oximeter"), null);
});

test("nothing can be asked for before the call, nor after", () => {
  const page = new Page().told(welcomed(ID)).facts(1, status("meeting"));
  assert.equal(whyNotAsk(page.c, "oximeter"), "before_call");
  page.facts(2, status("in_call"), status("after_call"));
  assert.equal(whyNotAsk(page.c, "oximeter"), "call_over");
});

test("an order the service has not stored is said again, with its id; a stored one is not", () => {
  const page = inCall().do({ type: "ask", instrument: "oximeter", id: OTHER });
  page.do({ type: "link_down" }, { type: "link_up" }).told(welcomed(ID));
  page.told({ type: "order_state", consultation: ID, id: OTHER, state: "stored" });
  page.do({ type: "link_down" }, { type: "link_up" }).told(welcomed(ID));
  assert.deepEqual(page.sent("place_order").map(({ id }) => id), [OTHER, OTHER]);
});

test("a report signed in the call ends it first, and signed twice it has one id", () => {
  const page = inCall();
  const sign = { type: "sign", outcome: "resolved", text: "Bien.", endCallId: OTHER } as const;
  page.do(sign, sign);
  assert.deepEqual(
    page.effects.flatMap((effect) => (effect.type === "send" ? [effect.message.type] : [])).slice(1),
    ["place_order", "sign_report", "sign_report"],
  );
  assert.equal(new Set(page.sent("sign_report").map(({ id }) => id)).size, 1);
  assert.equal(page.c.orders.filter(({ kind }) => kind === "report").length, 1);
});

test("a report the service refuses can be corrected and signed again", () => {
  const sign = { type: "sign", outcome: "resolved", text: "Bien.", endCallId: OTHER } as const;
  const page = inCall().do({ type: "end_call", id: OTHER }, sign);
  page.told({ type: "refused", code: "report_length", advice: "write less" });
  assert.equal(reportProgress(page.c), "none");
  assert.equal(page.c.orders.length, 1); // the end of the call stands
  page.do(sign);
  assert.equal(reportProgress(page.c), "sending");
  page.told({ type: "refused", code: "not_yours", advice: "" });
  assert.deepEqual(page.c.orders, []);
});

test("the report's id is a UUID of its consultation's, and no other's", () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(reportId(ID), shape);
  assert.equal(reportId(ID), reportId(ID));
  assert.notEqual(reportId(ID), reportId(OTHER));
});

test("the report's way, also when this page did not see it signed", () => {
  const page = inCall();
  assert.equal(reportProgress(page.c), "none");
  page.told({ type: "order_state", consultation: ID, id: reportId(ID), state: "stored" });
  assert.equal(reportProgress(page.c), "stored");
  page.told({ type: "order_state", consultation: ID, id: reportId(ID), state: "taken" });
  assert.equal(reportProgress(page.c), "taken");
  page.facts(4, status("report_shown"));
  assert.equal(reportProgress(page.c), "shown");
  const closed = inCall().told({ type: "consultation_closed", consultation: ID, reported: true });
  assert.equal(reportProgress(closed.c), "stored");
});

test("a report can be signed after the patient has left", () => {
  const page = inCall().told({ type: "consultation_closed", consultation: ID, reported: false });
  page.do({ type: "sign", outcome: "patient_left", text: "Parti.", endCallId: OTHER });
  assert.equal(page.sent("sign_report").length, 1);
  assert.equal(page.sent("place_order").length, 0); // there is no call to end
});

// --- sessions and leases ---------------------------------------------------------------------

test("a claim waits for the booth, and a lost lease says why and gives the camera back", () => {
  const page = new Page().do({ type: "link_up" }).told(welcomed(null));
  page.do({ type: "take", consultation: ID });
  assert.equal(page.state.consultation, null);
  page.told({ type: "lease_lost", consultation: ID, reason: "taken" });
  assert.deepEqual(page.state.notices, [{ kind: "lost", code: "taken" }]);
  assert.equal(page.state.claiming, null);
  assert.equal(page.did("close_devices"), 1);
  page.do({ type: "take", consultation: ID }).told({ type: "lease_confirmed", consultation: ID });
  assert.equal(page.c.id, ID);
});

test("a claim cut off by a lost connection is made again", () => {
  const page = new Page().do({ type: "link_up" }).told(welcomed(null));
  page.do({ type: "take", consultation: ID }, { type: "link_down" }, { type: "link_up" });
  page.told(welcomed(null));
  assert.equal(page.sent("claim").length, 2);
});

test("a session that ends keeps the consultation for the same doctor, and for no other", () => {
  const page = inCall().do({ type: "session", result: "out" });
  assert.equal(page.state.session, "out");
  const same = page.do({ type: "session", result: "in" }, { type: "link_up" }).told(welcomed(ID));
  assert.equal(same.c.facts.length, 3);
  const other = { ...DOCTOR, rpps: "10007654321" };
  page.do({ type: "session", result: "out" }, { type: "session", result: "in" });
  page.do({ type: "link_up" }).told(welcomed(null, other));
  assert.equal(page.state.consultation, null);
});

test("a call goes no further than its consultation and its session", () => {
  const next = inCall().do({ type: "link_down" }, { type: "link_up" }).told(welcomed(OTHER));
  assert.equal(next.c.id, OTHER);
  assert.equal(next.did("close_call"), 1);
  const claimed = inCall().told({ type: "lease_confirmed", consultation: OTHER });
  assert.equal(claimed.did("close_call"), 1);
  const same = inCall().do({ type: "link_down" }, { type: "link_up" }).told(welcomed(ID));
  assert.equal(same.did("close_call"), 0);
  const out = inCall();
  const opened = out.did("open_devices");
  out.do({ type: "session", result: "out" });
  assert.deepEqual([out.did("close_call"), out.did("close_devices")], [1, 1]);
  out.do({ type: "session", result: "in" }, { type: "link_up" }).told(welcomed(ID));
  assert.equal(out.did("open_devices"), opened + 1);
  assert.equal(out.sent("doctor_hello").at(-1)?.["after"], 0); // so that a new call is invited
});

test("signing out forgets everything", () => {
  const page = inCall().do({ type: "sign_out" });
  assert.equal(page.state.consultation, null);
  assert.equal(page.state.doctor, null);
  assert.deepEqual(
    page.effects.slice(-4).map(({ type }) => type),
    ["close_call", "close_devices", "close_link", "delete_session"],
  );
});

test("what is simulated stays marked, from the list, the booth or a value", () => {
  const said = (simulated: boolean) => ({ type: "booth_presence", consultation: ID, online: true, simulated });
  const page = inCall();
  assert.equal(isSimulated(page.c), false);
  page.told(said(true)).told(said(false));
  assert.equal(isSimulated(page.c), true);
});

test("messages wait until they are read; 'cannot hear' is of no use after the call", () => {
  const page = inCall().facts(4, { type: "message", code: "cannot_hear" }, { type: "message", code: "help" });
  page.facts(6, { type: "message", code: "muted" });
  assert.deepEqual(unreadMessages(page.c).map(({ code }) => code), ["cannot_hear", "help"]);
  page.do({ type: "end_call", id: OTHER });
  assert.deepEqual(unreadMessages(page.c).map(({ code }) => code), ["help"]);
  page.do({ type: "message_read", number: 5 });
  assert.deepEqual(unreadMessages(page.c), []);
});

test("ages follow the service's clock and are never negative", () => {
  const page = new Page().told(welcomed(null));
  assert.equal(ageMs(page.state, "2026-03-01T09:00:00Z"), 5_000);
  assert.equal(ageMs(page.state, "2026-03-01T10:00:00Z"), 0);
  assert.equal(ageMs(page.state, "soon"), null);
  assert.equal(ageYears("1941-11-30", NOW), 84);
  assert.equal(ageYears("1941-03-01", NOW), 85);
  assert.equal(ageYears("30/11/1941", NOW), null);
});
