// The area's own polygons: whose area a code is, and which zones lie over a place.
import { inside } from "./geometry.ts";

export interface Feature {
  type: "Feature";
  properties: { refs?: string[]; name?: string; hazard?: string; source?: string };
  geometry: { type: "Polygon" | "MultiPolygon"; coordinates: unknown };
}
export interface Collection {
  type: "FeatureCollection";
  features: Feature[];
}

const EMPTY: Collection = { type: "FeatureCollection", features: [] };

export class Ground {
  constructor(
    readonly areas: Collection = EMPTY,
    readonly zones: Collection = EMPTY,
  ) {}

  static async load(): Promise<Ground> {
    const [areas, zones] = await Promise.all([read("area/areas.geojson"), read("area/zones.geojson")]);
    return new Ground(areas, zones);
  }

  /** The polygons of an area code. */
  of(ref: string): Feature[] {
    return this.areas.features.filter((feature) => feature.properties.refs?.includes(ref));
  }

  municipalities(): Feature[] {
    return this.areas.features.filter((f) => f.properties.refs?.some((ref) => ref.startsWith("muni/")));
  }

  zonesAt(lat: number, lon: number): Feature[] {
    return this.zones.features.filter((feature) => inside(feature.geometry, lon, lat));
  }

  isIn(ref: string, lat: number, lon: number): boolean {
    return this.of(ref).some((feature) => inside(feature.geometry, lon, lat));
  }
}

async function read(path: string): Promise<Collection> {
  const response = await fetch(path);
  return response.ok ? ((await response.json()) as Collection) : EMPTY;
}
