// The report: written here, kept in memory only until it is signed.

import type { Outcome, SignReport } from "../../shared/contracts.ts";
import { h, on, setAttribute, setShown, setText } from "../../shared/dom.ts";
import { reportProgress } from "../reading.ts";
import { isCallOver, type Consultation, type State } from "../state.ts";
import { translated, words } from "../words/index.ts";
import { askFirst, button, named, said, setLine, type Dispatch } from "./parts.ts";

const LONGEST = 20_000; // of the service
const OUTCOMES: readonly Outcome[] = [
  "resolved",
  "reassured",
  "physical_visit",
  "emergency",
  "technical_failure",
  "patient_left",
];

export function reportView(dispatch: Dispatch) {
  const text = on(
    h("textarea", {
      id: "report-text",
      maxlength: LONGEST,
      autocomplete: "off", // else browsers keep it with the session, on the disk
      "aria-describedby": "report-problem report-memory",
    }),
    { input: () => setText(problem, "") },
  );
  named(text, (w) => w.report_text);
  translated((w) => setAttribute(text, "placeholder", w.report_hint));
  const outcome = on(h("select", { id: "outcome" }), { change: () => setText(problem, "") });
  const choose = said(h("option", { value: "" }), (w) => w.outcome_choose);
  outcome.append(
    choose,
    ...OUTCOMES.map((code) => said(h("option", { value: code }), (w) => w.outcomes[code])),
  );
  const problem = h("p", { class: "problem", role: "alert", id: "report-problem" });
  const memory = said(h("p", { class: "small", id: "report-memory" }), (w) => w.report_memory);
  const sign = button("primary", (w) => w.sign, () => trySign());
  const progress = h("p", { class: "signed", role: "status" });
  const writing = h(
    "div",
    { class: "writing" },
    text,
    h(
      "div",
      { class: "row" },
      said(h("label", { for: "outcome" }), (w) => w.outcome),
      outcome,
      sign,
    ),
    problem,
    memory,
  );
  const signedOutcome = h("p", { class: "signed-outcome" });
  const kept = h("div", { class: "kept", tabindex: 0 });
  named(kept, (w) => w.report_text);
  kept.setAttribute("role", "group");
  const root = h(
    "section",
    { class: "panel report", "aria-labelledby": "report" },
    h("div", { class: "head" }, said(h("h2", { id: "report" }), (w) => w.report)),
    writing,
    progress,
    signedOutcome,
    kept,
  );
  let current: { state: State; c: Consultation } | null = null;

  // The draft lives nowhere else: closing the page would lose it.
  addEventListener("beforeunload", (event) => {
    if (isUnsaved()) event.preventDefault();
  });

  function isUnsaved(): boolean {
    if (current === null) return false;
    const done = reportProgress(current.c);
    return done === "sending" || (done === "none" && text.value.trim() !== "");
  }

  function trySign(): void {
    if (current === null || current.state.doctor === null) return;
    const w = words();
    const { c } = current;
    const doctor = current.state.doctor;
    if (text.value.trim() === "") {
      setText(problem, w.sign_missing_text);
      text.focus();
      return;
    }
    const chosen = OUTCOMES.find((code) => code === outcome.value);
    if (!chosen) {
      setText(problem, w.sign_missing_outcome);
      outcome.focus();
      return;
    }
    const ends = !isCallOver(c) && c.call.generation > 0;
    const about = `${w.outcomes[chosen]}. ${w.sign_as(doctor.name, doctor.rpps)}`;
    askFirst(
      {
        title: () => w.sign_sure,
        means: () => (ends ? `${about} ${w.sign_ends_call}` : about),
        stay: () => w.sign_back,
        confirm: () => (ends ? w.sign_confirm_end : w.sign_confirm),
      },
      () => {
        if (current?.c.id !== c.id) return; // another patient since
        dispatch({
          type: "sign",
          outcome: chosen,
          text: text.value.trim(),
          endCallId: crypto.randomUUID(),
        });
      },
    );
  }

  /** Nothing of a patient stays for the next one. */
  function clear(): void {
    current = null;
    text.value = "";
    outcome.value = "";
    for (const line of [problem, kept, signedOutcome]) setText(line, "");
  }

  return {
    root,
    isUnsaved,
    clear,
    update(state: State, c: Consultation) {
      if (current !== null && current.c.id !== c.id) clear();
      current = { state, c };
      const w = words();
      const step = reportProgress(c);
      const away = c.closed !== null && step !== "none" && step !== "sending" && step !== "shown";
      setShown(writing, step === "none");
      setLine(progress, away ? w.report_patient_left : w.report_progress[step]);
      setAttribute(progress, "data-report", step);
      const sent = sentBy(c);
      setLine(kept, step === "none" ? "" : (sent?.text ?? w.report_elsewhere));
      setLine(signedOutcome, sent ? w.outcome_line(w.outcomes[sent.outcome]) : "");
    },
  };
}

function sentBy(c: Consultation): SignReport | null {
  const message = c.orders.findLast(({ kind }) => kind === "report")?.message;
  return message?.type === "sign_report" ? message : null;
}
