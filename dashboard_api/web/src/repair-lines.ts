// The repair list's lines as the page shows them: what is open, what staff have placed, in which order. No element here.
import type { Closure, Repair, Shelter } from "./api.ts";
import { isClosed } from "./judge.ts";
import type { Selected } from "./selection.ts";

export interface RepairLine {
  repair: Repair;
  closure: Closure | null;
  shelter: Shelter | null;
}

interface Tables {
  repairs: ReadonlyMap<string, Repair>;
  closures: ReadonlyMap<string, Closure>;
  shelters: ReadonlyMap<string, Shelter>;
}

/** Closures that are not over, those for walkers first, then places by name. */
export function repairLines(tables: Tables, nowMs: number): RepairLine[] {
  const found: RepairLine[] = [];
  for (const repair of tables.repairs.values()) {
    const line = lineOf(repair, tables);
    if (line.shelter || (line.closure && isClosed(line.closure, nowMs))) found.push(line);
  }
  return found.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (b.closure?.as_of_ms ?? 0) - (a.closure?.as_of_ms ?? 0) ||
      nameOf(a).localeCompare(nameOf(b), "ja") ||
      a.repair.key.localeCompare(b.repair.key),
  );
}

function lineOf(repair: Repair, { closures, shelters }: Tables): RepairLine {
  const isClosure = repair.kind === "closure";
  return {
    repair,
    closure: isClosure ? (closures.get(repair.id) ?? null) : null,
    shelter: isClosure ? null : (shelters.get(repair.id) ?? null),
  };
}

function rank({ closure }: RepairLine): number {
  if (!closure) return 2;
  return closure.modes.includes("foot") ? 0 : 1;
}

export function nameOf({ closure, shelter, repair }: RepairLine): string {
  return closure?.road_names.join("・") || closure?.description || shelter?.name || repair.id;
}

/** What is chosen, if it is on the repair list. */
export function chosenRepair(selected: Selected | null, repairs: ReadonlyMap<string, Repair>): Repair | null {
  if (selected?.kind === "closure") return repairs.get(`closure/${selected.id}`) ?? null;
  if (selected?.kind === "shelter") return repairs.get(`site/${selected.id}`) ?? null;
  return null;
}

/** Latitude and longitude as somebody types them; null where they are none. */
export function parsePoint(text: string): { lat: number; lon: number } | null {
  const parts = text
    .normalize("NFKC")
    .split(/[,、\s]+/)
    .filter(Boolean);
  const [lat, lon] = parts.map(Number);
  if (parts.length !== 2 || lat === undefined || lon === undefined) return null;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
