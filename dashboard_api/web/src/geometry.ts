// Points, polygons and distances in degrees of WGS 84; positions are [lon, lat].

export type Position = [number, number];
export type BBox = [number, number, number, number];

type Ring = Position[];

function inRing(ring: Ring, lon: number, lat: number): boolean {
  let odd = false;
  let previous = ring[ring.length - 1];
  for (const point of ring) {
    if (previous !== undefined) {
      const [x1, y1] = previous;
      const [x2, y2] = point;
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) odd = !odd;
    }
    previous = point;
  }
  return odd;
}

/** Even-odd over all rings of a part: a hole is outside. */
export function inside(geometry: { type: string; coordinates: unknown }, lon: number, lat: number): boolean {
  const parts = (
    geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates]
  ) as Ring[][];
  return parts.some((rings) => rings.filter((ring) => inRing(ring, lon, lat)).length % 2 === 1);
}

export function distanceM(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const radians = Math.PI / 180;
  const x = (lon2 - lon1) * radians * Math.cos(((lat1 + lat2) / 2) * radians);
  const y = (lat2 - lat1) * radians;
  return Math.hypot(x, y) * 6_371_008.8;
}
