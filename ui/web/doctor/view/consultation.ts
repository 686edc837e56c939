// One consultation: the patient, the call, the values, the report, what happened.

import { h, setAttribute, setShown } from "../../shared/dom.ts";
import { isCallOver, newConsultation, type State } from "../state.ts";
import type { Dispatch } from "./parts.ts";
import { curveView } from "./curve.ts";
import { journalView } from "./journal.ts";
import { patientView } from "./patient.ts";
import { reportView } from "./report.ts";
import { stageView, type Videos } from "./stage.ts";
import { valuesView } from "./values.ts";

const NOBODY = newConsultation("");

export function consultationView(dispatch: Dispatch, startSound: () => void) {
  const report = reportView(dispatch);
  const patient = patientView(dispatch, () => report.isUnsaved());
  const stage = stageView(dispatch, startSound);
  const values = valuesView(dispatch);
  const curve = curveView();
  const journal = journalView();
  const below = h("div", { class: "below" }, curve.root, journal.root);
  const left = h("div", { class: "column" }, stage.root, below);
  const right = h("div", { class: "column" }, values.root, report.root);
  const columns = h("div", { class: "columns" }, left, right);
  const root = h("main", { class: "consultation" }, patient.root, patient.lines, columns);
  const videos: Videos = stage.videos;
  return {
    root,
    videos,
    update(state: State) {
      setShown(root, state.consultation !== null && state.session === "in");
      if (state.consultation === null) report.clear();
      // Drawn when there is nobody too: nothing of the last patient stays, even where it is not seen.
      const c = state.consultation ?? NOBODY;
      setAttribute(columns, "data-over", isCallOver(c));
      patient.update(state, c);
      stage.update(state, c);
      values.update(state, c);
      curve.update(state, c);
      if (c !== NOBODY) report.update(state, c);
      journal.update(c);
    },
  };
}
