// Values: each large, with its unit, its state (live or recorded), its age and what weakens it.

import type { Instrument, Measurement, Quantity } from "../../shared/contracts.ts";
import { h, on, setAttribute, setChildren, setShown, setText } from "../../shared/dom.ts";
import { QUANTITIES, readingsOf, type Reading } from "../facts.ts";
import { ago, clock } from "../format.ts";
import { ageMs, asked, isSimulated, liveOf, whyNotAsk, type Asked } from "../reading.ts";
import type { Consultation, Live, State } from "../state.ts";
import { currentLanguage, words, worded } from "../words/index.ts";
import { said, setLine, type Dispatch } from "./parts.ts";

const INSTRUMENT: Instrument = "oximeter";
const LIVE_UNITS: Record<Quantity, string> = { spo2: "%", pulse_rate: "/min" }; // of LiveBatch

export function valuesView(dispatch: Dispatch) {
  const tiles = QUANTITIES[INSTRUMENT].map(tile);
  const device = h("p", { class: "device-line small" });
  const ask = on(h("button", { type: "button", class: "button primary ask" }), {
    click: () => dispatch({ type: "ask", instrument: INSTRUMENT, id: crypto.randomUUID() }),
  });
  const progress = h("p", { class: "progress", role: "status" });
  const earlier = h("ul", { class: "earlier", tabindex: 0 });
  const earlierTitle = said(h("h3", { id: "earlier" }), (w) => w.earlier);
  earlier.setAttribute("aria-labelledby", "earlier");
  const root = h(
    "section",
    { class: "panel values", "aria-labelledby": "values" },
    h("div", { class: "head" }, said(h("h2", { id: "values" }), (w) => w.values), device),
    h("div", { class: "tiles" }, ...tiles.map(({ root: tileRoot }) => tileRoot)),
    h("div", { class: "asking" }, ask, progress),
    earlierTitle,
    earlier,
  );
  return {
    root,
    update(state: State, c: Consultation) {
      const w = words();
      const live = liveOf(state, INSTRUMENT);
      const readings = QUANTITIES[INSTRUMENT].map((quantity) => readingsOf(c.facts, quantity));
      readings.forEach((of, index) => tiles[index]?.update(state, of[0] ?? null, live, isSimulated(c)));
      setLine(device, readings.map((of) => of[0]).map((first) => (first ? deviceLine(first) : ""))[0] ?? "");
      const step = asked(c, INSTRUMENT);
      const why = whyNotAsk(c, INSTRUMENT);
      ask.disabled = why !== null;
      setText(ask, readings.some((of) => of.length > 0) ? w.ask : w.ask_first);
      setText(progress, askedLine(step) || (why === null ? "" : w.why_not_ask[why]));
      setAttribute(progress, "data-asked", step.step);
      showEarlier(readings.flatMap((of) => of.slice(1)));
    },
  };

  function showEarlier(readings: readonly Reading[]): void {
    const latestFirst = readings.toSorted((a, b) => b.number - a.number);
    setShown(earlier, latestFirst.length > 0);
    setShown(earlierTitle, latestFirst.length > 0);
    const key = JSON.stringify([latestFirst.map(({ measurement }) => measurement.id), currentLanguage()]);
    setChildren(earlier, key, () => latestFirst.map(earlierLine));
  }
}

function tile(quantity: Quantity) {
  const label = said(h("h3"), (w) => w.quantity[quantity]);
  const recorded = h("div", { class: "recorded" });
  const age = h("span", { class: "age" });
  const now = h("div", { class: "live" });
  const root = h("article", { class: "tile", "data-tile": quantity }, h("header", {}, label, age), recorded, now);
  return {
    root,
    update(state: State, reading: Reading | null, live: Live | null, simulated: boolean) {
      const w = words();
      const language = currentLanguage();
      setChildren(recorded, `${reading?.measurement.id}${language}`, () =>
        reading ? recordedValue(reading) : [h("p", { class: "none" }, w.not_measured)],
      );
      setText(age, reading ? ago(ageMs(state, reading.measurement.taken_at), w) : "");
      const number = live && (quantity === "spo2" ? live.spo2 : live.pulseRate);
      setShown(now, number !== null);
      setChildren(now, `${number}${simulated}${language}`, () =>
        number === null ? [] : [liveValue(quantity, number, simulated)],
      );
    },
  };
}

/** The only place, with `liveValue`, where a number of a patient is written. */
function recordedValue({ measurement }: Reading): Node[] {
  const w = words();
  const { id, quantity, result } = measurement;
  const data = { "data-measurement": id, "data-quantity": quantity };
  const value =
    result.type === "present"
      ? [
          h("output", { ...data, "data-state": "recorded", "data-unit": result.unit, class: "value" }, result.value),
          h("span", { class: "unit" }, result.unit),
        ]
      : [
          h(
            "p",
            { ...data, "data-state": "absent", class: "absent" },
            w.no_value_because(w.absence[result.reason]),
          ),
        ];
  return [
    h("div", { class: "number" }, ...value),
    h(
      "div",
      { class: "flags" },
      h("span", { class: "badge state-recorded" }, "✓ ", w.recorded),
      ...marks(measurement),
    ),
  ];
}

function liveValue(quantity: Quantity, number: number, simulated: boolean): HTMLElement {
  const unit = LIVE_UNITS[quantity];
  return h(
    "div",
    { class: "live-line" },
    h("span", { class: "badge state-live" }, "● ", words().live),
    h(
      "output",
      { "data-quantity": quantity, "data-state": "live", "data-unit": unit, class: "value" },
      String(number),
    ),
    h("span", { class: "unit" }, unit),
    ...(simulated ? [simulatedBadge()] : []),
  );
}

function simulatedBadge(): HTMLElement {
  return h("span", { class: "badge simulated" }, words().simulated);
}

function marks({ device, quality }: Measurement): HTMLElement[] {
  const w = words();
  const flags = (quality ?? []).map((flag) => h("span", { class: "badge flag", "data-quality": flag }, w.quality[flag]));
  return device.simulated ? [simulatedBadge(), ...flags] : flags;
}

function deviceLine({ measurement, requested }: Reading): string {
  const w = words();
  const { device, clock: basis, held_by: holder } = measurement;
  return [
    `${device.manufacturer} ${device.model}`,
    device.serial ? w.serial(device.serial) : "",
    holder ? w.held_by(worded(w.holders, holder, () => holder)) : "",
    requested ? w.on_request : w.before_call,
    basis === "device" ? w.device_clock : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function earlierLine(reading: Reading): HTMLElement {
  const w = words();
  const { id, quantity, result, taken_at: at } = reading.measurement;
  const data = { "data-measurement": id, "data-quantity": quantity };
  const value =
    result.type === "present"
      ? h(
          "span",
          { class: "earlier-value" },
          h("output", { ...data, "data-state": "recorded", "data-unit": result.unit }, result.value),
          ` ${result.unit}`,
        )
      : h("span", { ...data, "data-state": "absent" }, `${w.no_value} (${w.absence[result.reason]})`);
  return h(
    "li",
    {},
    h("span", { class: "small" }, clock(at, w, true)),
    h("span", {}, w.quantity[quantity]),
    value,
    ...marks(reading.measurement),
    h("span", { class: "small" }, reading.requested ? w.on_request : w.before_call),
  );
}

function askedLine(step: Asked): string {
  const w = words();
  switch (step.step) {
    case "refused":
      return w.ask_refused(worded(w.refusals, step.reason, w.unknown_code));
    case "failed": {
      const { failure, attempt } = step.measuring;
      return w.ask_failed(failure ? w.failure[failure] : w.given_up, attempt);
    }
    default:
      return w.asked[step.step];
  }
}
