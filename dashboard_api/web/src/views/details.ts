// One thing in full: its facts, each with source and age, and why it looks as it does.
import { cellToLatLng } from "h3-js";
import type { Alert, Closure, DeclaredSource, Shelter } from "../api.ts";
import { words } from "../catalogue.ts";
import { type Cell, classesOf, classOf, FINEST } from "../cells.ts";
import type { WorldClock } from "../clock.ts";
import { el } from "../dom.ts";
import { distanceM } from "../geometry.ts";
import type { Ground } from "../ground.ts";
import { filled, inForce, notices } from "../judge.ts";
import type { Selection } from "../selection.ts";
import { declaredId, stateText } from "../silence.ts";
import type { Store } from "../store.ts";
import { age, dateTime, heads, join, number, people } from "../text.ts";

const NEAR = 3;
type Row = [string, string | HTMLElement];
interface Facts {
  kind: string;
  title: string;
  rows: Row[];
}

export class Details {
  readonly element: HTMLElement;
  private readonly body = el("div", {
    class: "facts",
    tabindex: "0",
    role: "region",
    "aria-labelledby": "details-title",
  });
  private readonly text = el("div", { class: "text" });
  private readonly close: HTMLButtonElement;
  private shown = "";

  constructor(
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
    private ground: Ground,
    above: HTMLElement,
    below: HTMLElement,
  ) {
    this.body.append(above, this.text, below);
    this.close = el(
      "button",
      { type: "button", class: "button", click: () => selection.choose(null) },
      words.details.close,
    );
    this.element = el(
      "section",
      { class: "details", "aria-labelledby": "details-title", tabindex: "-1" },
      el(
        "div",
        { class: "section-head" },
        el("h2", { id: "details-title" }, words.details.title),
        this.close,
      ),
      this.body,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") selection.choose(null);
    });
    selection.listen(() => this.update());
  }

  setGround(ground: Ground): void {
    this.ground = ground;
    this.update();
  }

  update(): void {
    const { current } = this.selection;
    this.element.dataset.open = String(current !== null);
    this.close.hidden = current === null;
    const facts = current === null ? null : this.find();
    const signature = JSON.stringify([
      current,
      facts?.title,
      facts?.rows.map(([k, v]) => [k, typeof v === "string" ? v : v.textContent]),
    ]);
    if (signature === this.shown) return;
    this.shown = signature;
    if (facts === null) {
      const text = current === null ? words.details.empty : words.details.gone;
      this.text.replaceChildren(el("p", { class: "empty" }, text));
      return;
    }
    const list = el("dl");
    for (const [name, value] of facts.rows)
      list.append(el("div", {}, el("dt", {}, name), el("dd", {}, value)));
    this.text.replaceChildren(el("p", { class: "kind" }, facts.kind), el("h3", {}, facts.title), list);
  }

  private find(): Facts | null {
    const { current } = this.selection;
    if (current === null) return null;
    const { id } = current;
    switch (current.kind) {
      case "cell":
        return this.cell(id);
      case "shelter":
        return mapped(this.store.shelters.get(id), (shelter) => this.shelter(shelter));
      case "closure":
        return mapped(this.store.closures.get(id), (closure) => this.closure(closure));
      case "alert":
        return mapped(this.store.alerts.get(id), (alert) => this.alert(alert));
      case "source":
        return this.source(id);
    }
  }

  private when(atMs: number | null, source: string): string {
    return [age(atMs, this.clock.now()), source].filter(Boolean).join(" · ");
  }

  private cell(id: string): Facts | null {
    const cell = this.store.cells.get(id);
    if (!cell) return null;
    const w = words.details;
    const [lat, lon] = cellToLatLng(id);
    const names = new Map(this.store.facts?.municipalities.map((m) => [m.code, m.name]));
    const municipality = names.get(cell.municipality) ?? cell.municipality;
    const policy = this.store.facts?.sharing.find((s) => s.municipality === cell.municipality)?.policy ?? "";
    const here = this.noticesAt(lat, lon);
    const zones = this.ground.zonesAt(lat, lon).map((zone) => zone.properties.name ?? "");
    return {
      kind: w.people,
      title: people(cell.shown),
      rows: [
        [w.why, cell.shown === null ? w.whyFew : w.whyCount(className(classOf(cell.shown)))],
        [w.municipality, municipality],
        [w.alerts, join(here) || w.none],
        [w.zones, join(zones) || w.none],
        [w.near, this.near(lat, lon)],
        ...(cell.shown === null ? [] : [[w.exactness, w.exactnessWhy] as Row]),
        [w.age, this.when(this.countedUntil(cell), "")],
        [w.source, w.countSource(municipality, policy)],
      ],
    };
  }

  /** A figure that did not change is as fresh as the positions behind all figures of its town. */
  private countedUntil(cell: Cell): number {
    const source = this.store.sources.find(
      (s) => s.kind === "counts" && s.source === `staff:${cell.municipality}`,
    );
    return Math.max(cell.asOfMs, source?.newest_ms ?? 0);
  }

  private noticesAt(lat: number, lon: number): string[] {
    const now = this.clock.now();
    const here = [...this.store.alerts.values()]
      .filter((alert) => inForce(alert, now))
      .map((alert) => ({
        ...alert,
        zones: alert.zones.filter((zone) => this.ground.isIn(zone.area, lat, lon)),
      }));
    return notices(here, now).map((notice) => notice.name);
  }

  private near(lat: number, lon: number): HTMLElement {
    const open = [...this.store.shelters.values()]
      .filter((s) => s.opening === "open")
      .map((shelter) => ({ shelter, metres: distanceM(lat, lon, shelter.lat ?? 90, shelter.lon ?? 0) }))
      .sort((a, b) => a.metres - b.metres)
      .slice(0, NEAR);
    if (open.length === 0) return el("span", {}, words.details.noNear);
    const list = el("ul", { class: "near" });
    for (const { shelter, metres } of open) {
      const choose = () => this.selection.choose({ kind: "shelter", id: shelter.id });
      const button = el("button", { type: "button", class: "link-button", click: choose }, shelter.name);
      list.append(el("li", {}, button, ` ${words.metres(Math.round(metres / 10) * 10)} · ${room(shelter)}`));
    }
    return list;
  }

  private shelter(shelter: Shelter): Facts {
    const w = words.details;
    return {
      kind: words.layer[shelter.layer],
      title: shelter.name || shelter.id,
      rows: [
        [w.state, stateChip(shelter)],
        [w.occupancy, occupancy(shelter)],
        [
          w.reported,
          shelter.reported_source
            ? this.when(shelter.reported_as_of_ms, shelter.reported_source)
            : w.notReported,
        ],
        [w.suits, join(shelter.suits.map((h) => words.hazards[h])) || words.unknown],
        [w.unsuited, join(shelter.unsuited.map((h) => words.hazards[h])) || w.none],
        [w.address, shelter.address || words.unknown],
        ...this.placing(`site/${shelter.id}`),
        [w.listed, this.when(shelter.listed_as_of_ms, shelter.listed_source || words.unknown)],
      ],
    };
  }

  private closure(closure: Closure): Facts {
    const w = words.details;
    const modes = join(closure.modes.map((mode) => words.modes[mode]));
    return {
      kind: words.work.closure,
      title: join(closure.road_names) || closure.description || closure.id,
      rows: [
        [w.modes, modes + (closure.modes_assumed ? w.modesAssumed : "")],
        [
          w.cause,
          [closure.cause, words.structure[closure.structure]].filter(Boolean).join(" · ") || words.unknown,
        ],
        [w.description, closure.description || w.none],
        ...this.placing(`closure/${closure.id}`),
        [w.starts, dateTime(closure.starts_at_ms)],
        [w.ends, dateTime(closure.ends_at_ms)],
        [w.source, this.when(closure.as_of_ms, closure.source)],
      ],
    };
  }

  private placing(key: string): Row[] {
    const repair = this.store.repairs.get(key);
    if (!repair) return [];
    const { why, whyOther, place } = words.repairs;
    return [[place, why[repair.why] ?? whyOther]];
  }

  private alert(alert: Alert): Facts {
    const w = words.details;
    const said = notices([alert], this.clock.now());
    const list = el("ul", { class: "near" });
    for (const notice of said) {
      const chip = el("span", { class: "chip", "data-tone": notice.tone }, notice.label);
      list.append(el("li", {}, chip, ` ${notice.name} — ${join(notice.areas)}`));
    }
    const rows: Row[] = [[w.areas, list]];
    const arrival = alert.zones.find((zone) => zone.arrival_at_ms !== null)?.arrival_at_ms;
    const height = alert.zones.find((zone) => zone.height_m !== null)?.height_m;
    if (arrival) rows.push([w.arrival, dateTime(arrival)]);
    if (height) rows.push([w.height, words.metres(height)]);
    if (alert.headline) rows.unshift([w.description, alert.headline]);
    rows.push([w.issuer, alert.issuer || words.unknown]);
    rows.push([w.validUntil, dateTime(alert.valid_until_ms)]);
    rows.push([w.source, this.when(alert.issued_at_ms, `${alert.source} ${alert.kind}`)]);
    return { kind: words.work.kinds.alert, title: alert.title, rows };
  }

  private declared(source: DeclaredSource): Facts {
    const w = words.feeds;
    const now = this.clock.now();
    const rows: Row[] = [
      [w.says, join(source.says.map((says) => words.sources[says]))],
      [w.stateLabel, stateText(source, now)],
      [w.heard, source.heard_ms === null ? w.never : this.when(source.heard_ms, dateTime(source.heard_ms))],
      [w.news, source.news_ms === null ? w.never : this.when(source.news_ms, dateTime(source.news_ms))],
      [w.expected, source.expected_s === null ? w.noRhythm : w.every(source.expected_s)],
      [w.contact, source.contact],
    ];
    if (source.detail) rows.splice(2, 0, [w.trouble, source.detail]);
    return { kind: words.work.kinds.source, title: source.name, rows };
  }

  private source(kind: string): Facts | null {
    const declared = this.store.declared.get(declaredId(kind));
    if (declared) return this.declared(declared);
    const sources = this.store.sources.filter((source) => source.kind === kind);
    const [first] = sources;
    if (!first) return null;
    return {
      kind: words.work.kinds.source,
      title: words.sources[first.kind],
      rows: sources.map((source) => [
        source.source,
        source.newest_ms === null
          ? words.sources.noTime
          : this.when(source.newest_ms, dateTime(source.newest_ms)),
      ]),
    };
  }
}

function mapped<T>(value: T | undefined, make: (value: T) => Facts): Facts | null {
  return value === undefined ? null : make(value);
}

export function className(index: number, resolution: number = FINEST): string {
  const classes = classesOf(resolution);
  const from = classes[index] ?? 0;
  const next = classes[index + 1];
  if (index === 0) return words.legend.few;
  return next === undefined ? words.legend.over(from) : words.legend.from(from, next - 1);
}

function room(shelter: Shelter): string {
  const { capacity, headcount } = shelter;
  if (capacity === null || headcount === null) return words.details.roomUnknown;
  return words.details.room(number(Math.max(0, capacity - headcount)));
}

function stateChip(shelter: Shelter): HTMLElement {
  return el("span", { class: "state", "data-state": shelter.opening }, words.opening[shelter.opening]);
}

function occupancy(shelter: Shelter): HTMLElement {
  const rate = filled(shelter);
  const text = `${words.work.people(heads(shelter.headcount), heads(shelter.capacity))} · ${room(shelter)}`;
  const box = el("div", {}, text);
  if (rate !== null) {
    const bar = el("div", { class: "fill", "aria-hidden": "true" });
    bar.style.setProperty("--rate", String(Math.min(1, rate)));
    bar.dataset.tone = rate >= 1 ? "3" : rate >= 0.9 ? "2" : "info";
    box.append(bar);
  }
  return box;
}
