// Where a line of the repair list may lie, and the one click that places it. Who decides and the key stay in this page's memory only.
import type { Problem, RepairSheet } from "../api.ts";
import { words } from "../catalogue.ts";
import type { WorldClock } from "../clock.ts";
import { el, setText } from "../dom.ts";
import type { Picking } from "../picking.ts";
import { chosenRepair, nameOf, parsePoint } from "../repair-lines.ts";
import type { Selection } from "../selection.ts";
import type { Store } from "../store.ts";
import { age, join } from "../text.ts";

type Candidate = RepairSheet["candidates"][number];
type Order = { candidate: string } | { lat: number; lon: number } | { undo: true };

export class RepairPanel {
  readonly element = el("section", {
    class: "repair-panel",
    "aria-labelledby": "repair-title",
    hidden: true,
  });
  private readonly by = el("input", {
    type: "text",
    maxlength: "60",
    autocomplete: "off",
    placeholder: words.repairs.byHint,
  });
  private readonly key = el("input", { type: "password", autocomplete: "off" });
  private readonly point = el("input", {
    type: "text",
    inputmode: "text",
    autocomplete: "off",
    "aria-label": words.repairs.point,
    placeholder: words.repairs.point,
  });
  private readonly status = el("p", { class: "status", role: "status" });
  private shown = "";

  constructor(
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
    private readonly picking: Picking,
    private readonly showMap: () => void,
  ) {
    selection.listen(() => this.update());
  }

  update(): void {
    const repair = chosenRepair(this.selection.current, this.store.repairs);
    const signature =
      repair === null ? "" : JSON.stringify([repair.key, repair.why, repair.is_open, repair.repaired?.at_ms]);
    if (signature === this.shown) return;
    this.shown = signature;
    this.picking.cancel();
    this.picking.show(null);
    this.element.hidden = repair === null;
    this.point.value = "";
    setText(this.status, "");
    if (repair === null) return;
    this.element.replaceChildren(el("p", { class: "note" }, words.repairs.loading));
    void this.load(repair.key, signature);
  }

  private async load(key: string, signature: string): Promise<void> {
    const response = await fetch(address(key), { cache: "no-store" }).catch(() => null);
    if (this.shown !== signature) return;
    if (!response?.ok) {
      this.element.replaceChildren(
        el("p", { class: "note" }, words.repairs.failed(await reasonOf(response))),
      );
      return;
    }
    this.render((await response.json()) as RepairSheet);
  }

  private render({ repair, candidates }: RepairSheet): void {
    const w = words.repairs;
    const done = repair.repaired;
    const parts: (HTMLElement | null)[] = [
      el("h4", { id: "repair-title" }, `${w.panel}: ${this.nameOf(repair)}`),
      repair.written ? el("p", { class: "note" }, `${w.written}: ${repair.written}`) : null,
      repair.place ? el("p", { class: "note" }, `${w.line}: ${repair.place}`) : null,
      done ? this.doneBy(repair.key, done) : null,
      el("div", { class: "fields" }, el("label", {}, w.by, this.by), el("label", {}, w.key, this.key)),
      el("h5", {}, w.candidates),
      candidates.length > 0 ? this.list(repair.key, candidates) : el("p", { class: "note" }, w.noCandidates),
      repair.why === "municipality-unknown" ? null : this.pointRow(repair.key),
      this.status,
    ];
    this.element.replaceChildren(...parts.filter((part) => part !== null));
  }

  private nameOf(repair: RepairSheet["repair"]): string {
    const closure = repair.kind === "closure" ? (this.store.closures.get(repair.id) ?? null) : null;
    const shelter = repair.kind === "site" ? (this.store.shelters.get(repair.id) ?? null) : null;
    return nameOf({ repair, closure, shelter });
  }

  private doneBy(key: string, done: { at_ms: number; by: string; candidate: string }): HTMLElement {
    const w = words.repairs;
    const from = done.candidate ? w.from(done.candidate) : w.fromPoint;
    const text = `${w.repaired(done.by, age(done.at_ms, this.clock.now()))} · ${from}`;
    const undo = el(
      "button",
      { type: "button", class: "button", click: () => void this.send(key, { undo: true }) },
      w.undo,
    );
    return el("div", { class: "done" }, el("p", {}, text), undo);
  }

  private list(key: string, candidates: readonly Candidate[]): HTMLElement {
    const list = el("ol", { class: "candidates" });
    for (const candidate of candidates) list.append(this.item(key, candidate));
    return list;
  }

  private item(key: string, candidate: Candidate): HTMLElement {
    const w = words.repairs;
    const reasons = join(candidate.reasons.map((reason) => w.reasons[reason] ?? reason));
    const look = () => {
      this.showMap();
      this.picking.show(candidate);
    };
    const choose = () => void this.send(key, { candidate: candidate.key });
    return el(
      "li",
      {},
      el("div", { class: "title" }, candidate.name),
      el("div", { class: "detail" }, [candidate.address, reasons].filter(Boolean).join(" · ")),
      el("div", { class: "meta" }, `${w.likeness(Math.round(candidate.score * 100))} · ${candidate.source}`),
      el(
        "div",
        { class: "acts" },
        el(
          "button",
          {
            type: "button",
            class: "button primary",
            "aria-label": `${w.choose}: ${candidate.name}`,
            click: choose,
          },
          w.choose,
        ),
        el(
          "button",
          { type: "button", class: "button", "aria-label": `${w.look}: ${candidate.name}`, click: look },
          w.look,
        ),
      ),
    );
  }

  private pointRow(key: string): HTMLElement {
    const w = words.repairs;
    const pick = el("button", { type: "button", class: "button", click: () => this.pick() }, w.pick);
    const use = el("button", { type: "button", class: "button", click: () => this.usePoint(key) }, w.use);
    return el("div", { class: "point" }, pick, this.point, use);
  }

  private pick(): void {
    if (this.picking.isAsked) {
      this.picking.cancel();
      setText(this.status, "");
      return;
    }
    this.showMap();
    setText(this.status, words.repairs.picking);
    this.picking.ask((point) => {
      this.point.value = `${point.lat.toFixed(6)}, ${point.lon.toFixed(6)}`;
      this.picking.show(point);
      setText(this.status, "");
      this.point.focus();
    });
  }

  private usePoint(key: string): void {
    const point = parsePoint(this.point.value);
    if (point === null) setText(this.status, words.repairs.pointBad);
    else void this.send(key, point);
  }

  private async send(key: string, order: Order): Promise<void> {
    const by = this.by.value.trim();
    if (by === "" || this.key.value === "") {
      setText(this.status, words.repairs.needsBy);
      (by === "" ? this.by : this.key).focus();
      return;
    }
    setText(this.status, words.repairs.sending);
    const response = await fetch(address(key), {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.key.value}` },
      body: JSON.stringify({ by, ...order }),
    }).catch(() => null);
    if (response?.ok) setText(this.status, words.repairs.sent);
    else if (response?.status === 401) setText(this.status, words.repairs.refused);
    else setText(this.status, words.repairs.failed(await reasonOf(response)));
  }
}

function address(key: string): string {
  return `v1/repairs/${key.split("/").map(encodeURIComponent).join("/")}`;
}

async function reasonOf(response: Response | null): Promise<string> {
  if (response === null) return words.connection.stale;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  return problem?.detail ?? String(response.status);
}
