// The document, built without markup in strings: nothing here can be injected into.

type Attributes = Record<string, string | number | boolean | null>;
type Handlers = { readonly [name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[name]) => void };

/** An element; `true` attributes are empty, `false` and null ones absent. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/** `element`, listening. */
export function on<E extends HTMLElement>(element: E, handlers: Handlers): E {
  for (const [name, handler] of Object.entries(handlers)) {
    element.addEventListener(name, handler as EventListener);
  }
  return element;
}

/** Sets only what changes, so that a screen reader says only what is new. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | null,
): void {
  if (value === null || value === false) {
    element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

export function setShown(element: Element, shown: boolean): void {
  setAttribute(element, "hidden", !shown);
}

/** Rebuilds the children only when `key` changes: what has the focus keeps it. */
export function setChildren(parent: Element, key: string, make: () => readonly Node[]): void {
  if (keys.get(parent) === key) return;
  keys.set(parent, key);
  parent.replaceChildren(...make());
}

const keys = new WeakMap<Element, string>();

const SVG = "http://www.w3.org/2000/svg";

/** A 24-unit line icon. It says nothing by itself: its control has a name. */
export function icon(...paths: readonly string[]): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
