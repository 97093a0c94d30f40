// What is worst, where, what next: ranks what the server said. Pure; knows no DOM and no map.
import type { Alert, Closure, DataSource, DeclaredSource, Shelter, Zone } from "./api.ts";
import { words } from "./catalogue.ts";
import { silentItem, silentSources } from "./silence.ts";
import { heads, join } from "./text.ts";

export interface World {
  alerts: Iterable<Alert>;
  shelters: Iterable<Shelter>;
  closures: Iterable<Closure>;
  sources: readonly DataSource[];
  declared: Iterable<DeclaredSource>;
}

export type ItemKind = "alert" | "shelter" | "closure" | "source";

export interface WorkItem {
  key: string; // kind:id, the same for the same thing for ever
  kind: ItemKind;
  id: string;
  rank: number;
  tone: Tone;
  label: string;
  title: string;
  detail: string;
  source: string;
  atMs: number | null;
}

/** How loud something is shown: 2-5 are the alert levels' own colours, `info` has none. */
export type Tone = "5" | "4" | "3" | "2" | "info";

export interface Notice {
  key: string;
  series: string;
  rank: number;
  tone: Tone;
  label: string;
  name: string;
  areas: string[];
  source: string;
  atMs: number;
}

const SEVERITY_RANK = { none: 0, advisory: 2, warning: 3, critical: 4, emergency: 5 } as const;
const CROWDED = 0.9;

/** The alert level where one is given, else what the severity amounts to; a tsunami warning leaves no time. */
export function rankOf(zone: Zone): number {
  const rank = zone.level ?? SEVERITY_RANK[zone.severity];
  return zone.hazard === "tsunami" && rank >= 3 ? Math.max(rank, 4) + 0.5 : rank;
}

export function toneOf(rank: number): Tone {
  if (rank >= 5) return "5";
  if (rank >= 4) return "4";
  if (rank >= 3) return "3";
  return rank >= 2 ? "2" : "info";
}

function labelOf(zone: Zone): string {
  return zone.level === null
    ? words.severity[zone.severity]
    : words.level(zone.level, zone.level_is_lower_bound);
}

export function inForce(alert: Alert, nowMs: number): boolean {
  return alert.valid_until_ms === null || alert.valid_until_ms > nowMs;
}

export function isClosed(closure: Closure, nowMs: number): boolean {
  return closure.ends_at_ms === null || closure.ends_at_ms > nowMs;
}

function noticeOf(alert: Alert, zone: Zone, rank: number): Notice {
  return {
    key: `${alert.series}|${zone.name}`,
    series: alert.series,
    rank,
    tone: toneOf(rank),
    label: labelOf(zone),
    name: zone.name,
    areas: [],
    source: alert.issuer || alert.source,
    atMs: alert.issued_at_ms,
  };
}

/** One notice per series and condition, with all its areas; worst first. */
export function notices(alerts: Iterable<Alert>, nowMs: number): Notice[] {
  const found = new Map<string, Notice>();
  for (const alert of alerts) {
    if (!inForce(alert, nowMs)) continue;
    for (const zone of alert.zones) {
      const rank = rankOf(zone);
      if (rank < 1) continue;
      const made = noticeOf(alert, zone, rank);
      const notice = found.get(made.key) ?? made;
      found.set(made.key, notice);
      const area = zone.area_name + (zone.widened ? words.areaWidened : "");
      if (!notice.areas.includes(area)) notice.areas.push(area);
    }
  }
  return [...found.values()].sort((a, b) => b.rank - a.rank || b.atMs - a.atMs || a.key.localeCompare(b.key));
}

export function filled(shelter: Shelter): number | null {
  const { headcount, capacity } = shelter;
  return headcount === null || capacity === null || capacity === 0 ? null : headcount / capacity;
}

function alertItem(notice: Notice): WorkItem {
  return {
    key: `alert:${notice.key}`,
    kind: "alert",
    id: notice.series,
    rank: notice.rank * 100,
    tone: notice.tone,
    label: notice.label,
    title: notice.name,
    detail: words.work.where(join(notice.areas)),
    source: notice.source,
    atMs: notice.atMs,
  };
}

function shelterItem(shelter: Shelter): WorkItem | null {
  const rate = filled(shelter);
  const isFull = shelter.opening === "full" || (shelter.opening === "open" && (rate ?? 0) >= 1);
  const isCrowded = shelter.opening === "open" && (rate ?? 0) >= CROWDED;
  if (!isFull && !isCrowded) return null;
  return {
    key: `shelter:${shelter.id}`,
    kind: "shelter",
    id: shelter.id,
    rank: isFull ? 390 : 250,
    tone: isFull ? "3" : "2",
    label: isFull ? words.work.full : words.work.nearlyFull(Math.round((rate ?? 0) * 100)),
    title: shelter.name || shelter.id,
    detail: words.work.people(heads(shelter.headcount), heads(shelter.capacity)),
    source: shelter.reported_source,
    atMs: shelter.reported_as_of_ms,
  };
}

function closureItem(closure: Closure, nowMs: number): WorkItem {
  const later = closure.starts_at_ms !== null && closure.starts_at_ms > nowMs;
  const modes = closure.modes.map((mode) => words.modes[mode]);
  return {
    key: `closure:${closure.id}`,
    kind: "closure",
    id: closure.id,
    rank: (later ? 150 : 280) + (closure.modes.includes("foot") ? 20 : 0),
    tone: later ? "info" : "2",
    label: later ? words.work.closureFuture : words.work.closure,
    title: join(closure.road_names) || closure.description || closure.id,
    detail: [join(modes), closure.cause].filter(Boolean).join(" · "),
    source: closure.source,
    atMs: closure.as_of_ms,
  };
}

function isStale(source: DataSource, nowMs: number): boolean {
  const { newest_ms: newest, stale_after_s: after } = source;
  return newest !== null && after !== null && nowMs - newest > after * 1000;
}

export function staleSources(sources: readonly DataSource[], nowMs: number): DataSource[] {
  return sources.filter((source) => isStale(source, nowMs));
}

/** One item per kind of data, however many senders are late. */
function sourceItems(late: readonly DataSource[]): WorkItem[] {
  return [...new Set(late.map((source) => source.kind))].map((kind) => {
    const sources = late.filter((source) => source.kind === kind);
    const after = Math.max(...sources.map((source) => source.stale_after_s ?? 0));
    return {
      key: `source:${kind}`,
      kind: "source",
      id: kind,
      rank: 260,
      tone: "info",
      label: words.work.kinds.source,
      title: words.work.stale(words.sources[kind]),
      detail: words.work.staleText(Math.round(after / 60)),
      source: join(sources.map((source) => source.source)),
      atMs: Math.min(...sources.map((source) => source.newest_ms ?? 0)),
    };
  });
}

/** Everything that asks for somebody, worst first; the order of equals never changes. */
export function workItems(world: World, nowMs: number): WorkItem[] {
  const items = notices(world.alerts, nowMs).map(alertItem);
  for (const shelter of world.shelters) {
    const item = shelterItem(shelter);
    if (item) items.push(item);
  }
  for (const closure of world.closures) if (isClosed(closure, nowMs)) items.push(closureItem(closure, nowMs));
  items.push(...sourceItems(staleSources(world.sources, nowMs)));
  for (const silent of silentSources(world.declared, nowMs)) items.push(silentItem(silent, nowMs));
  return items.sort((a, b) => b.rank - a.rank || (b.atMs ?? 0) - (a.atMs ?? 0) || a.key.localeCompare(b.key));
}

export interface Headline {
  tone: Tone;
  label: string; // alert level or severity; empty when calm
  worst: string;
  next: string;
}

/** The one sentence on top. */
export function headline(world: World, nowMs: number): Headline {
  const [worst] = notices(world.alerts, nowMs);
  const next = nextStep(world, nowMs, worst !== undefined);
  if (worst === undefined) return { tone: "info", label: "", worst: words.headline.calm, next };
  return {
    tone: worst.tone,
    label: worst.label,
    worst: words.headline.worst(worst.name, join(worst.areas)),
    next,
  };
}

function nextStep(world: World, nowMs: number, isAlert: boolean): string {
  const shelters = [...world.shelters];
  const full = shelters.filter((s) => shelterItem(s)?.rank === 390);
  const [first] = full;
  if (first) return words.headline.full(full.length, first.name || first.id);
  const open = shelters.filter((s) => s.opening === "open").length;
  if (isAlert && open === 0) return words.headline.noneOpen;
  const closed = [...world.closures].filter((c) => isClosed(c, nowMs)).length;
  if (closed > 0) return words.headline.closures(closed);
  const unknown = shelters.filter((s) => s.opening === "unknown").length;
  if (isAlert && unknown > 0) return words.headline.unknown(unknown);
  return words.headline.watch(open, shelters.length);
}
