// Whether a place can be used now, for each hazard, and why: the server judges, this asks and shows. Unknown is never yes.
import type { PlaceUse } from "../api.ts";
import { words } from "../catalogue.ts";
import { el, setText } from "../dom.ts";
import type { Selected, Selection } from "../selection.ts";
import { join } from "../text.ts";

const AGAIN_MS = 5_000;

export class Uses {
  readonly element = el("section", { class: "uses", "aria-labelledby": "uses-title", hidden: true });
  private readonly list = el("ul");
  private readonly note = el("p", { class: "note", role: "status" });
  private asked: Selected | null = null;
  private askedAt = 0;

  constructor(private readonly selection: Selection) {
    this.element.append(el("h4", { id: "uses-title" }, words.uses.title), this.note, this.list);
    selection.listen(() => this.update());
  }

  /** Asks again when something else was chosen, and every few seconds: what is in force and how old a word is changes. */
  update(): void {
    const { current } = this.selection;
    const chosen = current?.kind === "shelter" ? current : null;
    const isSame = chosen !== null && chosen.id === this.asked?.id;
    if (!isSame) this.list.replaceChildren();
    this.element.hidden = chosen === null;
    this.asked = chosen;
    if (chosen === null || (isSame && performance.now() - this.askedAt < AGAIN_MS)) return;
    this.askedAt = performance.now();
    void this.load(chosen.id);
  }

  private async load(id: string): Promise<void> {
    const response = await fetch(`v1/shelters/${encodeURIComponent(id)}/use`, { cache: "no-store" }).catch(
      () => null,
    );
    if (this.asked?.id !== id) return;
    const answer = response?.ok ? ((await response.json()) as PlaceUse) : null;
    setText(this.note, answer === null ? words.uses.failed : "");
    this.note.hidden = answer !== null;
    this.list.replaceChildren(...(answer?.hazards ?? []).map(item));
  }
}

function item(use: PlaceUse["hazards"][number]): HTMLElement {
  const w = words.uses;
  const name = words.hazards[use.hazard] + (use.in_force ? `（${w.inForce}）` : "");
  return el(
    "li",
    {},
    el("span", { class: "verdict", "data-verdict": use.verdict }, w.verdict[use.verdict]),
    el("span", { class: "title" }, name),
    el("span", { class: "detail" }, join(use.reasons.map((reason) => w.reasons[reason]))),
  );
}
