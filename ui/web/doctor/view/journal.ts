// What happened in the consultation besides values: incidents, messages, what was not understood.

import { h, setChildren, setText } from "../../shared/dom.ts";
import { journalOf } from "../facts.ts";
import { clock } from "../format.ts";
import type { ReadFact } from "../incoming.ts";
import type { Consultation } from "../state.ts";
import { currentLanguage, words, worded } from "../words/index.ts";
import { said } from "./parts.ts";

export function journalView() {
  const count = h("span", { class: "small" });
  const list = h("ul", { class: "journal", tabindex: 0, "aria-labelledby": "journal" });
  const root = h(
    "section",
    { class: "panel events", "aria-labelledby": "journal" },
    h("div", { class: "head" }, said(h("h2", { id: "journal" }), (w) => w.journal), count),
    list,
  );
  return {
    root,
    update(c: Consultation) {
      const facts = journalOf(c.facts);
      setText(count, facts.length === 0 ? words().journal_empty : String(facts.length));
      const key = JSON.stringify([c.id, facts.map(({ number }) => number), currentLanguage()]);
      setChildren(list, key, () => facts.map(line));
      list.hidden = facts.length === 0;
    },
  };
}

function line(fact: ReadFact): HTMLElement {
  const w = words();
  return h(
    "li",
    { "data-fact": fact.number, "data-kind": fact.body.type },
    h("span", { class: "small" }, clock(fact.at, w, true)),
    h("span", {}, text(fact)),
  );
}

function text({ body }: ReadFact): string {
  const w = words();
  switch (body.type) {
    case "incident":
      return worded(w.incidents, body.code, w.incident_other);
    case "message":
      if (body.code === "muted" || body.code === "unmuted") return w[body.code];
      return worded(w.says, body.code, w.says_other);
    case "measuring":
      return w.attempt_failed(body.attempt, body.failure ? w.failure[body.failure] : w.given_up);
    case "unreadable":
      return w.fact_unreadable(body.kind);
    default:
      return w.fact_unreadable(body.type);
  }
}
