// The strip that says who the patient is, and on what footing.

import type { PatientFact } from "../../shared/contracts.ts";
import { h, setAttribute, setShown, setText } from "../../shared/dom.ts";
import { patientOf } from "../facts.ts";
import { day } from "../format.ts";
import { ageYears, canGiveBack, isSimulated, reportProgress, wasCalled } from "../reading.ts";
import type { Consultation, State } from "../state.ts";
import { words, worded } from "../words/index.ts";
import { askFirst, button, said, setLine, type Dispatch } from "./parts.ts";

export function patientView(dispatch: Dispatch, isUnsaved: () => boolean) {
  const name = h("h1", { class: "name" });
  const birth = h("span");
  const sex = h("span");
  const provisional = h("span", { class: "badge provisional" });
  const simulated = said(h("span", { class: "badge simulated" }), (w) => w.simulated);
  const reason = h("strong", {});
  const language = h("span", { class: "small" });
  const site = h("strong", {});
  const consent = h("span", {});
  const help = h("span", { class: "small" });
  const booth = said(h("p", { class: "notice lost", role: "status" }), (w) => w.booth_lost);
  const gone = said(h("p", { class: "notice lost", role: "status" }), (w) => w.gone);
  let leave = (): void => undefined;
  const back = button("plain", (w) => w.back_to_list, () => leave());
  const give = button("plain", (w) => w.give_back, () => dispatch({ type: "let_go" }));
  const root = h(
    "section",
    { class: "strip" },
    h(
      "div",
      { class: "identity" },
      h("div", { class: "line" }, name, provisional, simulated),
      h("div", { class: "line" }, birth, sex),
    ),
    h("div", { class: "fact" }, said(h("span", { class: "small" }), (w) => w.reason), reason, language),
    h("div", { class: "fact" }, said(h("span", { class: "small" }), (w) => w.place), site),
    h("div", { class: "fact" }, consent, help),
    h("div", { class: "actions" }, give, back),
  );
  const lines = h("div", { class: "notices inner" }, booth, gone);
  return {
    root,
    lines,
    update(state: State, c: Consultation) {
      const w = words();
      const patient = patientOf(c.facts);
      setText(name, patient ? `${patient.birth_name} ${patient.given_names}` : w.no_identity);
      setLine(birth, patient ? w.born(day(patient.birth_date, w), patient.birth_place, patient.sex) : "");
      const years = patient ? ageYears(patient.birth_date, state.now + state.offset) : null;
      setLine(
        sex,
        patient
          ? years === null
            ? w.sexes[patient.sex]
            : w.who(w.sexes[patient.sex], w.years(years))
          : "",
      );
      setLine(site, c.site);
      setShown(site.parentElement ?? site, c.site !== "");
      setLine(provisional, patient ? w.provisional : "");
      setLine(reason, patient ? w.reasons[patient.reason] : "");
      setLine(language, patient ? w.speaks(w.languages[patient.language]) : "");
      setLine(
        consent,
        patient
          ? w.consent_given(worded(w.givers, patient.consent_giver, w.unknown_code))
          : "",
      );
      setLine(help, patient ? helpLine(patient) : "");
      setShown(simulated, isSimulated(c));
      setAttribute(simulated, "title", w.simulated_long);
      setShown(booth, c.boothOnline === false && c.closed === null);
      setShown(gone, c.gone);
      setShown(give, canGiveBack(c) && !c.gone);
      const progress = reportProgress(c);
      const signed = progress !== "none" && progress !== "sending";
      // Once a call was made, the service keeps the consultation here until its report is signed.
      setShown(back, signed || c.gone || (c.closed !== null && !wasCalled(c)));
      leave = () => {
        if (!isUnsaved()) {
          dispatch({ type: "let_go" });
          return;
        }
        askFirst(
          {
            title: (say) => say.leave_unsigned,
            means: (say) => say.leave_draft,
            stay: (say) => say.leave_unsigned_stay,
            confirm: (say) => say.back_to_list,
            danger: true,
          },
          () => dispatch({ type: "let_go" }),
        );
      };
    },
  };
}

function helpLine(patient: PatientFact): string {
  const w = words();
  const { yes, no } = w.assistant;
  return `${w.consent_text(patient.consent_version)} · ${patient.assistant_allowed ? yes : no}`;
}
