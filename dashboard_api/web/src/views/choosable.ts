// Rows of a list that can be chosen: what they are made of, and which one is marked. What a row says is its list's own.
import { el, setAttribute } from "../dom.ts";
import type { Selected, Selection } from "../selection.ts";

export function choosable(selection: Selection, chosen: Selected): HTMLElement {
  const button = el(
    "button",
    { type: "button", click: () => selection.choose(chosen) },
    el("span", { class: "chip" }),
    el("span", { class: "title" }),
    el("span", { class: "detail" }),
    el("span", { class: "meta" }),
  );
  const element = el("li", {}, button);
  element.dataset.kind = chosen.kind;
  element.dataset.id = chosen.id;
  return element;
}

export function markChosen(list: HTMLElement, { current }: Selection): void {
  for (const child of list.children) {
    const { kind, id } = (child as HTMLElement).dataset;
    const isCurrent = current !== null && kind === current.kind && id === current.id;
    setAttribute(child.firstElementChild ?? child, "aria-pressed", String(isCurrent));
  }
}
