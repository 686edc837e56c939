// What surrounds every page: product, link, doctor, language, notices; and which page is shown.

import { h, on, setAttribute, setChildren, setShown, setText } from "../../shared/dom.ts";
import type { Notice, State } from "../state.ts";
import { currentLanguage, switchLanguage, translated, words, worded } from "../words/index.ts";
import { consultationView } from "./consultation.ts";
import { button, named, said, setLine, type Dispatch } from "./parts.ts";
import { signInView } from "./sign_in.ts";
import { waitingView } from "./waiting.ts";
import type { Videos } from "./stage.ts";

export interface View {
  update(state: State): void;
  videos: Videos;
}

export function pageView(dispatch: Dispatch, startSound: () => void): View {
  const signIn = signInView(dispatch);
  const waiting = waitingView(dispatch);
  const consultation = consultationView(dispatch, startSound);
  const doctor = h("span", { class: "doctor" });
  const signOut = button("quiet", (w) => w.sign_out, () => dispatch({ type: "sign_out" }));
  const language = on(said(h("button", { type: "button", class: "button quiet" }), (w) => w.other_language), {
    click: switchLanguage,
  });
  named(language, (w) => w.other_language_name);
  translated(() => {
    document.documentElement.lang = currentLanguage();
    setAttribute(language, "lang", currentLanguage() === "fr" ? "en" : "fr");
  });
  const link = h("p", { class: "link-state", role: "status" });
  const notices = h("div", { class: "notices", role: "alert" });
  const header = h(
    "header",
    { class: "top" },
    h("span", { class: "product" }, said(h("strong"), (w) => w.product), said(h("span"), (w) => w.page)),
    link,
    doctor,
    language,
    signOut,
  );
  document.body.append(header, notices, signIn.root, waiting.root, consultation.root);

  return {
    videos: consultation.videos,
    update(state) {
      const w = words();
      const signedIn = state.session === "in";
      const inConsultation = signedIn && state.consultation !== null;
      setShown(signIn.root, state.session === "out" || isUnreachable(state));
      setShown(waiting.root, signedIn && state.consultation === null);
      setShown(consultation.root, inConsultation);
      setShown(signOut, signedIn && !inConsultation);
      setLine(doctor, signedIn && state.doctor ? w.doctor_line(state.doctor.name, state.doctor.specialty) : "");
      setLine(link, linkLine(state));
      setChildren(notices, JSON.stringify([state.notices, currentLanguage()]), () =>
        state.notices.map((notice) => noticeLine(notice, dispatch)),
      );
      setShown(notices, state.notices.length > 0);
      signIn.update(state);
      waiting.update(state);
      consultation.update(state);
      setText(document.head.getElementsByTagName("title")[0] ?? document.body, title(state));
    },
  };
}

function isUnreachable(state: State): boolean {
  return state.session === "unknown" && state.signIn === "unreachable";
}

/** The window's title names no patient: it is seen in task bars and screen shares. */
function title(state: State): string {
  const w = words();
  const count = state.consultation === null ? (state.waiting?.length ?? 0) : 0;
  return count > 0 && state.session === "in" ? `(${count}) ${w.product}` : w.product;
}

function linkLine(state: State): string {
  if (state.session !== "in" || state.link === "greeted") return "";
  return state.doctor === null ? words().link_first : words().link_lost;
}

function noticeLine(notice: Notice, dispatch: Dispatch): HTMLElement {
  const close = on(
    h("button", { type: "button", class: "button quiet", "aria-label": words().close }, "×"),
    { click: () => dispatch({ type: "notice_read", notice }) },
  );
  return h("div", { class: `notice ${notice.kind}` }, h("p", {}, noticeText(notice)), close);
}

function noticeText(notice: Notice): string {
  const w = words();
  switch (notice.kind) {
    case "lost":
      return worded(w.lost, notice.code, w.lost_other);
    case "refused":
      return Object.hasOwn(w.refused_codes, notice.code)
        ? worded(w.refused_codes, notice.code, w.unknown_code)
        : w.refused(notice.advice, notice.code);
    case "unreadable":
      return w.unreadable(notice.code);
    case "still_signed_in":
      return w.still_signed_in;
  }
}
