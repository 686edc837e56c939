// Small parts that several views share.

import { h, on, setAttribute, setShown, setText } from "../../shared/dom.ts";
import { translated, words, type Words } from "../words/index.ts";
import type { PageEvent } from "../state.ts";

export type Dispatch = (event: PageEvent) => void;
type Say = (w: Words) => string;

/** `element`, whose text follows the language. */
export function said<E extends Element>(element: E, say: Say): E {
  translated((w) => setText(element, say(w)));
  return element;
}

/** `element`, whose accessible name follows the language. */
export function named<E extends Element>(element: E, say: Say): E {
  translated((w) => setAttribute(element, "aria-label", say(w)));
  return element;
}

export function button(kind: string, say: Say, press: () => void): HTMLButtonElement {
  return on(said(h("button", { type: "button", class: `button ${kind}` }), say), { click: press });
}

/** A line of text that is absent when empty. */
export function setLine(element: Element, text: string): void {
  setText(element, text);
  setShown(element, text !== "");
}

let dialogs = 0;

interface Question {
  title: Say;
  means: Say;
  confirm: Say;
  stay: Say;
  danger?: boolean;
}

/** Asks before something that cannot be undone. The safe answer has the focus. */
export function askFirst(question: Question, confirmed: () => void): void {
  const w = words();
  const id = `question-${++dialogs}`;
  const dialog = h(
    "dialog",
    { class: "question", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-means` },
    h("h2", { id: `${id}-title` }, question.title(w)),
    h("p", { id: `${id}-means` }, question.means(w)),
  );
  const answer = (kind: string, say: Say, press?: () => void) =>
    on(h("button", { type: "button", class: `button ${kind}` }, say(w)), {
      click: () => {
        dialog.close();
        press?.();
      },
    });
  const stay = answer("plain", question.stay);
  stay.autofocus = true;
  const yes = answer(question.danger ? "danger" : "primary", question.confirm, confirmed);
  dialog.append(h("div", { class: "answers" }, stay, yes));
  on(dialog, { close: () => dialog.remove() });
  document.body.append(dialog);
  dialog.showModal();
}
