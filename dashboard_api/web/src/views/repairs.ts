// What has no place of its own, each with the reason: staff place it by hand. Hidden when there is nothing.
import { words } from "../catalogue.ts";
import type { WorldClock } from "../clock.ts";
import { el, keep, setAttribute, setText } from "../dom.ts";
import { nameOf, type RepairLine, repairLines } from "../repair-lines.ts";
import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { age, join } from "../text.ts";
import { choosable, markChosen } from "./choosable.ts";

const SHOWN = 400;

export class RepairList {
  readonly element: HTMLElement;
  private readonly open = el("ul", { class: "repair-items" });
  private readonly done = el("ul", { class: "repair-items" });
  private readonly doneTitle = el("summary", {});
  private readonly doneBox = el("details", { class: "repaired", hidden: true }, this.doneTitle, this.done);
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
      el("div", { class: "repair-scroll" }, this.open, this.doneBox),
    );
    this.selection.listen(() => this.mark());
  }

  update(): void {
    const now = this.clock.now();
    const all = repairLines(this.store, now);
    const open = all.filter((line) => line.repair.is_open);
    const done = all.filter((line) => !line.repair.is_open);
    this.fill(this.open, open, now);
    this.fill(this.done, done, now);
    setText(this.count, words.work.count(open.length));
    setText(this.doneTitle, words.repairs.done(done.length));
    this.doneBox.hidden = done.length === 0;
    this.element.hidden = all.length === 0;
    this.mark();
  }

  private fill(list: HTMLElement, lines: readonly RepairLine[], now: number): void {
    keep(list, lines.slice(0, SHOWN), {
      key: (line) => line.repair.key,
      create: ({ repair }) =>
        choosable(this.selection, { kind: repair.kind === "closure" ? "closure" : "shelter", id: repair.id }),
      update: (element, line) => update(element, line, now),
    });
  }

  private mark(): void {
    markChosen(this.open, this.selection);
    markChosen(this.done, this.selection);
  }
}

function update(element: HTMLElement, line: RepairLine, now: number): void {
  const [chip, title, detail, meta] = element.querySelectorAll("span");
  if (!chip || !title || !detail || !meta) return;
  const { repair, closure, shelter } = line;
  setAttribute(chip, "data-tone", repair.is_open ? "2" : "info");
  const label = closure ? join(closure.modes.map((mode) => words.modes[mode])) : words.work.kinds.shelter;
  setText(chip, label);
  setText(title, nameOf(line));
  setText(detail, words.repairs.why[repair.why] ?? words.repairs.whyOther);
  const source = closure?.source ?? shelter?.listed_source ?? "";
  const when = closure ? age(closure.as_of_ms, now) : "";
  setText(meta, [closure?.cause ?? shelter?.address, when, source].filter(Boolean).join(" · "));
}
