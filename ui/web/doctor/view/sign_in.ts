// Login and password.

import { h, on, setAttribute, setShown } from "../../shared/dom.ts";
import type { State } from "../state.ts";
import { words } from "../words/index.ts";
import { said, setLine, type Dispatch } from "./parts.ts";

export function signInView(dispatch: Dispatch) {
  const login = h("input", {
    id: "login",
    name: "login",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
  });
  const password = h("input", {
    id: "password",
    name: "password",
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const submit = said(h("button", { type: "submit", class: "button primary" }), (w) => w.sign_in);
  const problem = h("p", { class: "problem", role: "alert", id: "sign-in-problem" });
  const over = said(h("p", { class: "notice lost" }), (w) => w.session_over);
  const form = on(
    h(
      "form",
      { class: "panel", "aria-describedby": "sign-in-problem" },
      said(h("h1"), (w) => w.sign_in_title),
      said(h("p", { class: "lead" }), (w) => w.sign_in_lead),
      over,
      said(h("label", { for: "login" }), (w) => w.login),
      login,
      said(h("label", { for: "password" }), (w) => w.password),
      password,
      problem,
      submit,
    ),
    {
      submit: (event) => {
        event.preventDefault();
        dispatch({ type: "sign_in", login: login.value, password: password.value });
        password.value = "";
      },
    },
  );
  const root = h("main", { class: "sign-in" }, form);
  let wasShown = false;
  return {
    root,
    update(state: State) {
      setLine(problem, words().sign_in_state[state.signIn]);
      setShown(over, state.consultation !== null);
      setAttribute(problem, "data-state", state.signIn);
      submit.disabled = state.signIn === "checking";
      if (!wasShown && !root.hidden) login.focus();
      wasShown = !root.hidden;
    },
  };
}
