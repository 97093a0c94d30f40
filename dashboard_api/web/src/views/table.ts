// All places as a table: what the map shows, without a map. Its order changes only when somebody asks for it.
import type { Shelter } from "../api.ts";
import { words } from "../catalogue.ts";
import type { WorldClock } from "../clock.ts";
import { el, keep, setAttribute, setText } from "../dom.ts";
import { filled } from "../judge.ts";
import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { age, join, number } from "../text.ts";

const SHOWN = 300;
const BY_STATE = { full: 0, open: 1, unknown: 2, not_open: 3, closed: 4 } as const;
type SortKey = "state" | "name" | "head" | "rate";

const ORDER: Record<SortKey, (a: Shelter, b: Shelter) => number> = {
  state: (a, b) => BY_STATE[a.opening] - BY_STATE[b.opening] || (filled(b) ?? -1) - (filled(a) ?? -1),
  name: (a, b) => a.name.localeCompare(b.name, "ja"),
  head: (a, b) => (b.headcount ?? -1) - (a.headcount ?? -1),
  rate: (a, b) => (filled(b) ?? -1) - (filled(a) ?? -1),
};

export class ShelterTable {
  readonly element: HTMLElement;
  private readonly body = el("tbody");
  private readonly count = el("span", { class: "count", role: "status" });
  private readonly filter = el("input", {
    type: "search",
    placeholder: words.table.filter,
    "aria-label": words.table.filter,
  });
  private readonly heads = new Map<SortKey, HTMLElement>();
  private order: string[] = [];
  private sortKey: SortKey = "state";

  constructor(
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
  ) {
    this.filter.addEventListener("input", () => this.update());
    const t = words.table;
    const head = el(
      "tr",
      {},
      this.sortable("state", t.state),
      this.sortable("name", t.name),
      el("th", { scope: "col", class: "wide" }, t.layer),
      this.sortable("head", t.head),
      el("th", { scope: "col", class: "figure wide" }, t.capacity),
      this.sortable("rate", t.rate),
      el("th", { scope: "col", class: "wide" }, t.suits),
      el("th", { scope: "col" }, t.age),
    );
    this.element = el(
      "section",
      { class: "places", "aria-labelledby": "places-title" },
      el(
        "div",
        { class: "section-head" },
        el("h2", { id: "places-title" }, t.title),
        this.count,
        this.filter,
      ),
      el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "places-title" },
        el("table", {}, el("thead", {}, head), this.body),
      ),
    );
    this.sortBy("state");
  }

  private sortable(key: SortKey, text: string): HTMLElement {
    const button = el("button", { type: "button", click: () => this.sortBy(key) }, text);
    const isFigure = key === "head" || key === "rate";
    const head = el("th", { scope: "col", class: isFigure ? "figure" : "" }, button);
    this.heads.set(key, head);
    return head;
  }

  private sortBy(key: SortKey): void {
    this.sortKey = key;
    this.order = [];
    for (const [name, head] of this.heads) {
      setAttribute(
        head,
        "aria-sort",
        name === key ? (key === "name" || key === "state" ? "ascending" : "descending") : null,
      );
    }
    this.update();
  }

  /** The order that was asked for; places that came later stand at the end. */
  private ordered(): Shelter[] {
    if (this.order.length === 0) {
      const sorted = [...this.store.shelters.values()].sort(
        (a, b) => ORDER[this.sortKey](a, b) || a.id.localeCompare(b.id),
      );
      this.order = sorted.map((shelter) => shelter.id);
    }
    const known = new Set(this.order);
    for (const id of this.store.shelters.keys()) if (!known.has(id)) this.order.push(id);
    return this.order.map((id) => this.store.shelters.get(id)).filter((shelter) => shelter !== undefined);
  }

  update(): void {
    if (this.element.closest("[hidden]") || this.store.facts === null) return;
    const now = this.clock.now();
    const needle = this.filter.value.trim().toLowerCase();
    const all = this.ordered();
    const found = needle ? all.filter((s) => `${s.name} ${s.address}`.toLowerCase().includes(needle)) : all;
    keep(this.body, found.slice(0, SHOWN), {
      key: (shelter) => shelter.id,
      create: (shelter) => this.create(shelter),
      update: (row, shelter) => update(row, shelter, now),
    });
    setText(
      this.count,
      found.length === 0 ? words.table.empty : words.table.shown(Math.min(found.length, SHOWN), all.length),
    );
  }

  private create(shelter: Shelter): HTMLElement {
    const choose = () => this.selection.choose({ kind: "shelter", id: shelter.id });
    return el(
      "tr",
      {},
      el("td", {}, el("span", { class: "state" })),
      el("th", { scope: "row" }, el("button", { type: "button", class: "link-button", click: choose })),
      el("td", { class: "wide" }),
      el("td", { class: "figure" }),
      el("td", { class: "figure wide" }),
      el("td", { class: "figure" }),
      el("td", { class: "wide" }),
      el("td", { class: "age" }),
    );
  }
}

function update(row: HTMLElement, shelter: Shelter, now: number): void {
  const [state, name, layer, head, capacity, rate, suits, when] = row.children;
  if (!state || !name || !layer || !head || !capacity || !rate || !suits || !when) return;
  const fill = filled(shelter);
  const chip = state.firstElementChild ?? state;
  setAttribute(chip, "data-state", shelter.opening);
  setText(chip, words.opening[shelter.opening]);
  setText(name.firstElementChild ?? name, shelter.name || shelter.id);
  setText(layer, words.layer[shelter.layer]);
  setText(head, number(shelter.headcount));
  setText(capacity, number(shelter.capacity));
  setText(rate, fill === null ? words.unknown : `${Math.round(fill * 100)}%`);
  setText(suits, join(shelter.suits.map((hazard) => words.hazards[hazard])) || words.unknown);
  setText(
    when,
    shelter.reported_as_of_ms === null ? words.details.notReported : age(shelter.reported_as_of_ms, now),
  );
}
