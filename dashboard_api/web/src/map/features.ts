// Rows of the store as GeoJSON for the map. Pure.
import { cellToBoundary } from "h3-js";
import type { Alert, Closure, Shelter, Zone } from "../api.ts";
import type { BBox, Position } from "../geometry.ts";
import type { Feature as AreaFeature, Ground } from "../ground.ts";
import { inForce, isClosed, rankOf, toneOf } from "../judge.ts";
import { ZONE_COLOURS, ZONE_OTHER } from "../tokens.ts";

export interface Feature {
  type: "Feature";
  properties: Record<string, string | number>;
  geometry: { type: string; coordinates: unknown };
}
export interface Collection {
  type: "FeatureCollection";
  features: Feature[];
}

export function collection(features: Feature[]): Collection {
  return { type: "FeatureCollection", features };
}

export function hexagon(cell: string): Feature {
  const ring = cellToBoundary(cell, true);
  return { type: "Feature", properties: { cell }, geometry: { type: "Polygon", coordinates: [ring] } };
}

const ORDER = { closed: 0, not_open: 1, unknown: 2, open: 3, full: 4 } as const;

export function placeFeatures(shelters: Iterable<Shelter>): Feature[] {
  const found: Feature[] = [];
  for (const { id, name, lat, lon, opening } of shelters) {
    if (lat === null || lon === null) continue;
    found.push({
      type: "Feature",
      properties: { id, name, mark: opening, order: ORDER[opening] },
      geometry: { type: "Point", coordinates: [lon, lat] },
    });
  }
  return found;
}

function turned(part: readonly (readonly number[])[]): Position[] {
  return part.map(([lat, lon]) => [lon ?? 0, lat ?? 0]);
}

export function pointFeature(properties: Feature["properties"], at: Position | null): Feature[] {
  return at === null ? [] : [{ type: "Feature", properties, geometry: { type: "Point", coordinates: at } }];
}

function shapeOf(properties: Feature["properties"], kind: Closure["geometry"], part: Position[]): Feature[] {
  if (kind === "line")
    return [{ type: "Feature", properties, geometry: { type: "LineString", coordinates: part } }];
  if (kind !== "polygon") return [];
  return [{ type: "Feature", properties, geometry: { type: "Polygon", coordinates: [part] } }];
}

/** A mark for each part of a closure, and its line or area. */
export function closureFeatures(
  closures: Iterable<Closure>,
  nowMs: number,
): { shapes: Feature[]; marks: Feature[] } {
  const found = { shapes: [] as Feature[], marks: [] as Feature[] };
  for (const closure of closures) {
    if (!isClosed(closure, nowMs)) continue;
    const later = closure.starts_at_ms !== null && closure.starts_at_ms > nowMs;
    const properties = { id: closure.id, mark: later ? "closure-later" : "closure" };
    for (const part of closure.parts.map(turned)) {
      found.marks.push(...pointFeature(properties, middleOf(part)));
      found.shapes.push(...shapeOf(properties, closure.geometry, part));
    }
  }
  return found;
}

/** The middle of a line of two points, else its middle point. */
function middleOf(part: Position[]): Position | null {
  const [first, second] = part;
  if (first && second && part.length === 2) return [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2];
  return part[Math.floor(part.length / 2)] ?? null;
}

function zoneGeometry(zone: Zone, ground: Ground): Feature["geometry"][] {
  if (zone.cells.length > 0) return zone.cells.map((cell) => hexagon(cell).geometry);
  return ground.of(zone.area).map((feature) => feature.geometry);
}

/** Each area once, with the worst that is in force there. */
export function alertFeatures(alerts: Iterable<Alert>, ground: Ground, nowMs: number): Feature[] {
  const worst = new Map<string, Zone>();
  for (const alert of alerts) {
    if (!inForce(alert, nowMs)) continue;
    for (const zone of alert.zones) {
      const key = zone.cells.length > 0 ? `${alert.series}|${zone.area}` : zone.area;
      const known = worst.get(key);
      if (known === undefined || rankOf(zone) > rankOf(known)) worst.set(key, zone);
    }
  }
  return [...worst.values()].flatMap((zone) =>
    zoneGeometry(zone, ground).map((geometry) => ({
      type: "Feature" as const,
      properties: { tone: toneOf(rankOf(zone)), rank: rankOf(zone) },
      geometry,
    })),
  );
}

export function hazardZones(features: readonly AreaFeature[]): Feature[] {
  return features.map((feature) => {
    const hazard = feature.properties.hazard ?? "other";
    const colour = ZONE_COLOURS[hazard] ?? ZONE_OTHER;
    return {
      type: "Feature",
      properties: { hazard: hazard in ZONE_COLOURS ? hazard : "other", colour },
      geometry: feature.geometry,
    };
  });
}

/** Each municipality's name in the middle of its box. */
export function municipalityLabels(ground: Ground): Feature[] {
  return ground.municipalities().flatMap((feature) => {
    const positions = (feature.geometry.coordinates as number[][][]).flat(
      feature.geometry.type === "MultiPolygon" ? 2 : 1,
    ) as unknown as Position[];
    const box = positions.reduce<BBox>(
      ([w, south, e, n], [lon, lat]) => [
        Math.min(w, lon),
        Math.min(south, lat),
        Math.max(e, lon),
        Math.max(n, lat),
      ],
      [180, 90, -180, -90],
    );
    const middle: Position = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    return pointFeature({ name: feature.properties.name ?? "" }, middle);
  });
}
