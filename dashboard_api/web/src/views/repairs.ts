// Closures without a place of their own, each with the reason: staff ask the sender, or place them by hand. Hidden when there are none.
import { words } from "../catalogue.ts";
import type { WorldClock } from "../clock.ts";
import { el, keep, setAttribute, setText } from "../dom.ts";
import { type Misplaced, misplaced } from "../judge.ts";
import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { age, join } from "../text.ts";
import { choosable, markChosen } from "./choosable.ts";

const SHOWN = 200;

export class RepairList {
  readonly element: HTMLElement;
  private readonly list = el("ul", { class: "repair-items" });
  private readonly count = el("span", { class: "count" });

  constructor(
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
  ) {
    this.element = el(
      "section",
      { class: "repairs", "aria-labelledby": "repairs-title", hidden: true },
      el(
        "div",
        { class: "section-head" },
        el("h2", { id: "repairs-title" }, words.repairs.title),
        this.count,
      ),
      el("p", { class: "note" }, words.repairs.lead),
      this.list,
    );
    this.selection.listen(() => markChosen(this.list, this.selection));
  }

  update(): void {
    const now = this.clock.now();
    const all = misplaced(this.store.closures, this.store.repairs, now);
    keep(this.list, all.slice(0, SHOWN), {
      key: (item) => item.closure.id,
      create: (item) => choosable(this.selection, { kind: "closure", id: item.closure.id }),
      update: (element, item) => update(element, item, now),
    });
    setText(this.count, words.work.count(all.length));
    this.element.hidden = all.length === 0;
    markChosen(this.list, this.selection);
  }
}

function update(element: HTMLElement, { closure, why }: Misplaced, now: number): void {
  const [chip, title, detail, meta] = element.querySelectorAll("span");
  if (!chip || !title || !detail || !meta) return;
  setAttribute(chip, "data-tone", "2");
  setText(chip, join(closure.modes.map((mode) => words.modes[mode])));
  setText(title, join(closure.road_names) || closure.description || closure.id);
  setText(detail, words.repairs.why[why]);
  setText(meta, [closure.cause, age(closure.as_of_ms, now), closure.source].filter(Boolean).join(" · "));
}
