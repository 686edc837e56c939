// The curve: live, newest wins; and what was recorded, to look back on.

import type { Instrument } from "../../shared/contracts.ts";
import { h, on, setAttribute, setChildren, setShown } from "../../shared/dom.ts";
import { recordedCurves, type RecordedCurve } from "../facts.ts";
import { isSimulated, liveOf } from "../reading.ts";
import type { Consultation, Live, State } from "../state.ts";
import { currentLanguage, words } from "../words/index.ts";
import { named, said, setLine } from "./parts.ts";

const INSTRUMENT: Instrument = "oximeter";
const LIVE_SECONDS = 8;
const SECOND_PX = 90; // of a recorded curve: a pulse can be read by eye
const MARGIN = 6;
const LIVE = "live";

export function curveView() {
  const live = named(h("canvas", { class: "curve", role: "img" }), (w) => w.curve_live_name);
  const recorded = h("canvas", { class: "curve", role: "img" });
  const scroll = h("div", { class: "scroll", tabindex: 0, role: "group" }, recorded);
  const none = h("p", { class: "none" });
  const choice = on(named(h("select", { class: "choice" }), (w) => w.curve_choice), {
    change: () => {
      chosen = choice.value;
      if (last) view.update(last.state, last.c);
    },
  });
  const mark = h("span", { class: "badge" });
  const simulated = said(h("span", { class: "badge simulated" }), (w) => w.simulated);
  const root = h(
    "section",
    { class: "panel curves", "aria-labelledby": "curve" },
    h("div", { class: "head" }, said(h("h2", { id: "curve" }), (w) => w.curve), mark, simulated, choice),
    h("div", { class: "plot" }, live, scroll, none),
  );
  let chosen: string | null = null; // null: live while it comes, else the last attempt
  let drawnKey = "";
  let last: { state: State; c: Consultation } | null = null;
  let consultation = "";

  const view = {
    root,
    update(state: State, c: Consultation) {
      if (consultation !== c.id) {
        consultation = c.id;
        chosen = null;
      }
      last = { state, c };
      const w = words();
      const now = liveOf(state, INSTRUMENT);
      const curves = recordedCurves(c.facts).filter((curve) => curve.instrument === INSTRUMENT);
      const latest = curves.at(-1);
      const shown = chosen ?? (now || !latest ? LIVE : String(latest.attempt));
      const curve = curves.find(({ attempt }) => String(attempt) === shown);
      showChoice(curves, shown);
      setShown(live, shown === LIVE && now !== null);
      setShown(scroll, curve !== undefined);
      setLine(none, shown === LIVE && now === null ? (latest ? w.curve_live_none : w.curve_none) : "");
      setAttribute(mark, "class", `badge ${curve ? "state-recorded" : "state-live"}`);
      setLine(mark, curve ? `✓ ${w.recorded}` : now ? `● ${w.live}` : "");
      setShown(simulated, !mark.hidden && isSimulated(c));
      if (curve) drawRecorded(c, curve);
      else {
        drawnKey = "";
        wipe(recorded);
      }
      if (now && !curve) drawLive(live, now);
      else wipe(live);
    },
  };
  new ResizeObserver(() => {
    drawnKey = "";
    if (last) view.update(last.state, last.c);
  }).observe(root);
  return view;

  function showChoice(curves: readonly RecordedCurve[], shown: string): void {
    const key = JSON.stringify([curves.map(title), currentLanguage()]);
    setChildren(choice, key, () => [
      h("option", { value: LIVE }, words().curve_live),
      ...curves.map((curve) => h("option", { value: curve.attempt }, title(curve))),
    ]);
    if (choice.value !== shown) choice.value = shown;
    setShown(choice, curves.length > 0);
  }

  function drawRecorded(c: Consultation, curve: RecordedCurve): void {
    const seconds = curve.samples.length / curve.rate;
    const key = `${c.id}/${curve.attempt}/${curve.samples.length}/${currentLanguage()}`;
    if (key === drawnKey || scroll.clientHeight === 0) return;
    drawnKey = key;
    setAttribute(scroll, "aria-label", words().curve_recorded_name(curve.attempt, Math.round(seconds)));
    const width = Math.max(seconds * SECOND_PX, 1);
    recorded.style.width = `${width}px`;
    const pen = start(recorded, width, scroll.clientHeight);
    if (!pen) return;
    for (let second = 1; second < seconds; second += 1) pen.tick(second * SECOND_PX);
    pen.line(curve.samples, 0, SECOND_PX / curve.rate);
  }
}

function title(curve: RecordedCurve): string {
  return words().curve_attempt(curve.attempt, Math.round(curve.samples.length / curve.rate));
}

/** Hidden is not enough: nothing of a patient stays in it for the next. */
function wipe(canvas: HTMLCanvasElement): void {
  if (canvas.width !== 0) canvas.width = 0;
}

/** The newest sample is at the right edge; what never came is left blank. */
function drawLive(canvas: HTMLCanvasElement, live: Live): void {
  const end = live.chunks.at(-1);
  const pen = start(canvas, canvas.clientWidth, canvas.clientHeight);
  if (!end || !pen) return;
  const step = canvas.clientWidth / (LIVE_SECONDS * live.rate);
  const newest = end.start + end.curve.length;
  for (const { start: first, curve } of joined(live.chunks)) {
    pen.line(curve, canvas.clientWidth - (newest - first) * step, step);
  }
}

/** Neighbouring chunks as one, so that the line does not break between them. */
function joined(chunks: Live["chunks"]): { start: number; curve: number[] }[] {
  const runs: { start: number; curve: number[] }[] = [];
  for (const { start: first, curve } of chunks) {
    const run = runs.at(-1);
    if (run && run.start + run.curve.length === first) run.curve.push(...curve);
    else runs.push({ start: first, curve: [...curve] });
  }
  return runs;
}

function start(canvas: HTMLCanvasElement, width: number, height: number) {
  const pen = canvas.getContext("2d");
  if (!pen || width === 0 || height === 0) return null;
  const sharp = devicePixelRatio;
  canvas.width = Math.min(32_000, Math.round(width * sharp)); // Chromium's widest canvas
  canvas.height = Math.round(height * sharp);
  const style = getComputedStyle(canvas);
  pen.scale(canvas.width / width, sharp);
  pen.lineJoin = "round";
  return {
    tick(x: number): void {
      pen.strokeStyle = style.getPropertyValue("--line");
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, height);
      pen.stroke();
    },
    line(samples: readonly number[], x: number, step: number): void {
      pen.strokeStyle = style.color;
      pen.lineWidth = 2;
      pen.beginPath();
      samples.forEach((sample, index) => {
        const y = height - MARGIN - sample * (height - 2 * MARGIN);
        if (index === 0) pen.moveTo(x, y);
        else pen.lineTo(x + index * step, y);
      });
      pen.stroke();
    },
  };
}
