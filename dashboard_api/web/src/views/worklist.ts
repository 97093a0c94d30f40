// The ranked work list: usable without a map. While somebody is in it, its order waits.
import { words } from "../catalogue.ts";
import type { WorldClock } from "../clock.ts";
import { el, keep, setAttribute, setText } from "../dom.ts";
import { type WorkItem, workItems } from "../judge.ts";
import type { Selected, Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { age } from "../text.ts";
import { choosable, markChosen } from "./choosable.ts";

const SHOWN = 200;

export class WorkList {
  readonly element: HTMLElement;
  private readonly list = el("ol", { class: "work-items" });
  private readonly count = el("span", { class: "count" });
  private readonly empty = el("p", { class: "empty" }, words.work.empty);
  private readonly held = el("p", { class: "held", hidden: true }, words.work.held);

  constructor(
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
  ) {
    this.element = el(
      "section",
      { class: "work", id: "work", "aria-labelledby": "work-title", tabindex: "-1" },
      el(
        "div",
        { class: "section-head" },
        el("h2", { id: "work-title" }, words.work.title),
        this.count,
        this.held,
      ),
      this.empty,
      this.list,
    );
    this.list.addEventListener("keydown", (event) => this.move(event));
    this.list.addEventListener("pointerleave", () => this.update());
    this.list.addEventListener("focusout", () => setTimeout(() => this.update()));
    this.selection.listen(() => markChosen(this.list, this.selection));
  }

  update(): void {
    const now = this.clock.now();
    const all = workItems(
      {
        alerts: this.store.alerts.values(),
        shelters: this.store.shelters.values(),
        closures: this.store.closures.values(),
        sources: this.store.sources,
        declared: this.store.declared.values(),
      },
      now,
    );
    const items = all.slice(0, SHOWN);
    const inUse = this.list.matches(":hover, :focus-within");
    const kept = {
      key: (item: WorkItem) => item.key,
      create: (item: WorkItem) => choosable(this.selection, { kind: item.kind, id: item.id } as Selected),
      update: (element: HTMLElement, item: WorkItem) => update(element, item, now),
    };
    keep(this.list, items, kept, !inUse);
    this.held.hidden = !inUse || this.isInOrder(items);
    setText(this.count, words.work.count(all.length));
    this.empty.hidden = all.length > 0 || this.store.facts === null;
    markChosen(this.list, this.selection);
  }

  private isInOrder(items: readonly WorkItem[]): boolean {
    return items.every((item, index) => (this.list.children[index] as HTMLElement)?.dataset.key === item.key);
  }

  private move(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step === undefined) return;
    const buttons = [...this.list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[at + step]?.focus();
    event.preventDefault();
  }
}

function update(element: HTMLElement, item: WorkItem, now: number): void {
  const [chip, title, detail, meta] = element.querySelectorAll("span");
  if (!chip || !title || !detail || !meta) return;
  setAttribute(element, "data-tone", item.tone);
  setAttribute(chip, "data-tone", item.tone);
  setText(chip, item.label);
  setText(title, item.title);
  setText(detail, item.detail);
  setText(meta, [age(item.atMs, now), item.source].filter(Boolean).join(" · "));
}
