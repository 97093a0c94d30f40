// Where the data comes from: each declared source with its state and age, those that need somebody first. Hidden where none is declared.
import type { DeclaredSource } from "../api.ts";
import { words } from "../catalogue.ts";
import type { WorldClock } from "../clock.ts";
import { el, keep, setAttribute, setText } from "../dom.ts";
import type { Selection } from "../selection.ts";
import { choiceOf, type SourceState, STATE_TONES, stateOf, stateText } from "../silence.ts";
import type { Store } from "../store.ts";
import { age, join } from "../text.ts";
import { choosable, markChosen } from "./choosable.ts";

const URGENCY: readonly SourceState[] = ["silent", "trouble", "waiting", "well"];

export class SourceList {
  readonly element: HTMLDetailsElement;
  private readonly list = el("ul", { class: "source-items" });
  private readonly count = el("span", { class: "count" });
  private bad = 0;

  constructor(
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
  ) {
    this.element = el(
      "details",
      { class: "sources", hidden: true },
      el("summary", { class: "section-head" }, el("h2", {}, words.feeds.title), this.count),
      this.list,
    );
    this.selection.listen(() => markChosen(this.list, this.selection));
  }

  update(): void {
    const now = this.clock.now();
    const all = [...this.store.declared.values()].sort(
      (a, b) =>
        URGENCY.indexOf(stateOf(a, now)) - URGENCY.indexOf(stateOf(b, now)) || a.id.localeCompare(b.id),
    );
    keep(this.list, all, {
      key: (source) => source.id,
      create: (source) => choosable(this.selection, { kind: "source", id: choiceOf(source) }),
      update: (element, source) => update(element, source, now),
    });
    const bad = all.filter((source) => ["silent", "trouble"].includes(stateOf(source, now))).length;
    setText(this.count, words.feeds.summary(all.length, bad));
    setAttribute(this.count, "data-bad", bad > 0 ? "yes" : null);
    // opens by itself when something goes wrong; whoever closed it is left alone until there is more
    if (bad > this.bad) this.element.open = true;
    this.bad = bad;
    this.element.hidden = all.length === 0;
    markChosen(this.list, this.selection);
  }
}

function update(element: HTMLElement, source: DeclaredSource, now: number): void {
  const [chip, title, detail, meta] = element.querySelectorAll("span");
  if (!chip || !title || !detail || !meta) return;
  const state = stateOf(source, now);
  setAttribute(chip, "data-tone", STATE_TONES[state]);
  setText(chip, words.feeds.state[state]);
  setText(title, source.name);
  const trouble = state === "silent" ? stateText(source, now) : "";
  setText(detail, [trouble, source.detail].filter(Boolean).join(" · "));
  const says = join(source.says.map((each) => words.sources[each]));
  const heard = source.heard_ms === null ? words.feeds.never : age(source.heard_ms, now);
  setText(meta, [says, words.feeds.heardAgo(heard), source.id].join(" · "));
}
