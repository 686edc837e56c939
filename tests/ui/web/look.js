// Looks at the page as a person with a ruler: names, contrast, sizes, what is cut off.
() => {
  const problems = [];
  const texts = new Set();
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const called = (element) =>
    `${element.tagName.toLowerCase()}.${element.className} "${(element.textContent ?? "").slice(0, 40)}"`;

  const parse = (colour) => {
    const parts = colour.match(/[\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, alpha } = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };

  const name = (element) => {
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
    const own = element.getAttribute("aria-label");
    if (own) return own.trim();
    const labels = [...(element.labels ?? [])].map((label) => label.textContent.trim()).join(" ").trim();
    return labels || (element.matches("input, select, textarea") ? "" : element.textContent.trim());
  };
  const controls = [...document.querySelectorAll("button, input, select, textarea, a, [tabindex], video")].filter(shown);
  for (const control of controls) {
    if (name(control) === "") problems.push(`no name: ${called(control)}`);
    if (control.matches("[tabindex], video")) continue;
    const box = control.getBoundingClientRect();
    const small = control.type === "range" ? 16 : 24; // WCAG 2.2, 2.5.8
    if (box.width < 24 || box.height < small) problems.push(`small: ${called(control)}`);
    if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight)
      problems.push(`outside the window: ${called(control)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) problems.push(`id twice: ${id}`);

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (text === "" || element.tagName === "OPTION" || !shown(element)) continue;
    texts.add(text);
    const style = getComputedStyle(element);
    const ratio = contrast(parse(style.color).rgb, ground(element));
    const inactive = element.closest(":disabled") !== null; // WCAG 1.4.3 leaves these out
    if (ratio < (inactive ? 3 : 4.5)) problems.push(`contrast ${ratio.toFixed(1)}: ${called(element)}`);
    if (parseFloat(style.fontSize) < 11) problems.push(`tiny text: ${called(element)}`);
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (/auto|scroll/.test(overflowX + overflowY)) break; // it can be scrolled to
      const [inner, outer] = [range.getBoundingClientRect(), at.getBoundingClientRect()];
      if (inner.right > outer.right + 1 || inner.bottom > outer.bottom + 5 || inner.left < outer.left - 1) {
        problems.push(`text leaves ${called(at)}: ${text.slice(0, 40)}`);
        break;
      }
    }
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    if (!shown(element)) continue;
    for (const attribute of ["aria-label", "placeholder", "title"]) {
      const text = element.getAttribute(attribute);
      if (text) texts.add(text);
    }
  }
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight)
    problems.push(`the page scrolls: ${root.scrollWidth}x${root.scrollHeight}`);
  return { problems, texts: [...texts] };
}
