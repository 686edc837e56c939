// Who waits, since when; take one.

import { h, on, setChildren, setShown, setText } from "../../shared/dom.ts";
import type { WaitingPatient } from "../../shared/contracts.ts";
import { clock, since } from "../format.ts";
import { ageMs } from "../reading.ts";
import type { State } from "../state.ts";
import { currentLanguage, words } from "../words/index.ts";
import { button, said, type Dispatch } from "./parts.ts";

export function waitingView(dispatch: Dispatch) {
  const count = h("p", { class: "count", role: "status" });
  const list = h("ul", { class: "queue" });
  const empty = h(
    "div",
    { class: "panel empty" },
    said(h("p"), (w) => w.waiting_empty),
  );
  const asking = h(
    "div",
    { class: "panel asking", role: "status" },
    h("span", { class: "spinner", "aria-hidden": "true" }),
    said(h("p"), (w) => w.claiming),
    button("plain", (w) => w.cancel, () => dispatch({ type: "let_go" })),
  );
  const root = h(
    "main",
    { class: "waiting" },
    h("div", { class: "title" }, said(h("h1"), (w) => w.waiting_title), count),
    asking,
    list,
    empty,
  );
  let ticking: readonly [HTMLElement, string][] = [];
  return {
    root,
    update(state: State) {
      const patients = state.waiting ?? [];
      const key = JSON.stringify([patients, state.claiming, state.link, currentLanguage()]);
      setChildren(list, key, () => {
        const rows = patients.map((patient) => row(patient, state, dispatch));
        ticking = rows.map(({ since: cell }, index) => [cell, patients[index]?.since ?? ""]);
        return rows.map((made) => made.item);
      });
      for (const [cell, start] of ticking) setText(cell, since(ageMs(state, start), words()));
      setShown(list, patients.length > 0);
      setShown(empty, state.waiting !== null && patients.length === 0);
      setShown(asking, state.claiming !== null);
      setText(count, state.waiting === null ? "" : words().waiting_count(patients.length));
    },
  };
}

function row(patient: WaitingPatient, state: State, dispatch: Dispatch) {
  const w = words();
  const who = w.who(w.sexes[patient.sex], w.years(patient.age_years));
  const reason = w.reasons[patient.reason];
  const lasting = h("strong", { class: "lasting" });
  const take = on(
    h(
      "button",
      {
        type: "button",
        class: "button primary take",
        "aria-label": w.take_name(who, reason, patient.site),
      },
      w.take,
    ),
    { click: () => dispatch({ type: "take", consultation: patient.consultation }) },
  );
  take.disabled = !patient.booth_online || state.claiming !== null || state.link !== "greeted";
  const marks = h("span", { class: "marks" });
  if (patient.simulated) {
    marks.append(h("span", { class: "badge simulated", title: w.simulated_long }, w.simulated));
  }
  if (patient.mine) marks.append(h("span", { class: "badge" }, w.yours));
  const booth = patient.booth_online
    ? h("span", { class: "online" }, w.booth_online)
    : h("span", { class: "offline" }, w.booth_offline);
  const item = h(
    "li",
    { class: "panel patient", "data-consultation": patient.consultation },
    h(
      "div",
      { class: "since" },
      h("span", { class: "small" }, w.waiting_since),
      lasting,
      h("span", { class: "small" }, clock(patient.since, w)),
    ),
    h(
      "div",
      { class: "person" },
      h("strong", {}, reason, marks),
      h("span", {}, `${who} · ${w.speaks(w.languages[patient.language])}`),
    ),
    h("div", { class: "place" }, h("span", {}, patient.site), booth),
    take,
  );
  return { item, since: lasting };
}
