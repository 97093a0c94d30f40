// Unpacks and checks published files, and knows the network of one. Layout: docs/reference/published-fields.md.

type Numbers = ArrayLike<number>;
type NetworkHeader = {
  network: string;
  nodes: number;
  links: number;
  points: number;
  bbox: [number, number, number, number];
};

const UNIT = 1e-7;
const FINE = 10;
const MAX_BODY = 2 ** 28;
const METRES_PER_DEGREE = (Math.PI * 6_371_008.8) / 180;

export const at = (numbers: Numbers, index: number): number => numbers[index] as number;

export function refuse(what: string, why: string): never {
  throw new Error(`${what}: ${why}: fetch it again`);
}

async function inflate(data: Uint8Array<ArrayBuffer>, what: string): Promise<Uint8Array> {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      size += next.value.length;
      if (size > MAX_BODY) break;
    }
  } catch {
    refuse(what, "damaged or cut short");
  }
  if (size > MAX_BODY) refuse(what, `unpacks to more than ${MAX_BODY} bytes`);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

export async function unpack<T>(
  data: Uint8Array<ArrayBuffer>,
  magic: string,
  what: string,
): Promise<[T, Uint8Array]> {
  const begin = String.fromCharCode(...data.subarray(0, 8));
  if (begin !== `${magic}\0\x01`) refuse(what, "another kind of file, or another version");
  const body = await inflate(data.subarray(8), what);
  const size = body.length < 4 ? body.length : new DataView(body.buffer).getUint32(0, true);
  if (size > body.length - 4) refuse(what, "no header");
  try {
    return [JSON.parse(new TextDecoder().decode(body.subarray(4, 4 + size))), body.subarray(4 + size)];
  } catch {
    refuse(what, "the header cannot be read");
  }
}

/** `count` numbers from `body` at `place`: zigzag, seven bits a byte, lowest first. */
function varints(body: Uint8Array, place: number, count: number): [Int32Array, number] {
  if (!(count >= 0 && count <= body.length - place)) refuse("network", "cut short");
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let unit = 1, byte = 128; byte > 127; unit *= 128) {
      if (place >= body.length || unit > 2 ** 28) refuse("network", "a number is cut short or too large");
      byte = at(body, place++);
      value += (byte & 127) * unit;
    }
    numbers[i] = value % 2 ? -(value + 1) / 2 : value / 2;
  }
  return [numbers, place];
}

function sums(steps: Int32Array): Int32Array {
  for (let i = 1; i < steps.length; i++) steps[i] = at(steps, i) + at(steps, i - 1);
  return steps;
}

/** Links and their shapes; link i has the edges 2 i (first to last point) and 2 i + 1 (back). */
export class Network {
  readonly tail: Int32Array;
  readonly outStart: Int32Array;
  readonly outEdge: Int32Array;
  private readonly pointStart: Int32Array;
  /** Degrees of all points, both ends of each link included. */
  private readonly pointLat: Float64Array;
  private readonly pointLon: Float64Array;
  private readonly perLon: number;

  constructor(
    readonly header: NetworkHeader,
    readonly lat: Int32Array,
    readonly lon: Int32Array,
    readonly way: Int32Array,
    readonly lengthCm: Int32Array,
    ends: [Int32Array, Int32Array],
    counts: Int32Array,
    steps: [Int32Array, Int32Array],
  ) {
    const { nodes, links, points, bbox } = header;
    this.perLon = METRES_PER_DEGREE * Math.cos((((bbox[0] + bbox[2]) / 2) * Math.PI) / 180);
    this.tail = new Int32Array(2 * links).map((_, edge) => at(ends[(edge & 1) as 0 | 1], edge >> 1));
    if (this.tail.some((node) => node < 0 || node >= nodes)) refuse("network", "a link ends nowhere");
    this.outStart = new Int32Array(nodes + 1);
    for (const node of this.tail) this.outStart[node + 1] = at(this.outStart, node + 1) + 1;
    sums(this.outStart);
    this.outEdge = new Int32Array(2 * links);
    const free = this.outStart.slice();
    this.tail.forEach((node, edge) => {
      this.outEdge[at(free, node)] = edge;
      free[node] = at(free, node) + 1;
    });
    this.pointStart = new Int32Array(links + 1);
    for (let link = 0; link < links; link++) {
      if (at(counts, link) < 0) refuse("network", "a link of less than no points");
      this.pointStart[link + 1] = at(this.pointStart, link) + at(counts, link) + 2;
    }
    if (this.pointStart[links] !== points + 2 * links) refuse("network", "other points than announced");
    this.pointLat = this.unfold(lat, steps[0]);
    this.pointLon = this.unfold(lon, steps[1]);
  }

  head(edge: number): number {
    return at(this.tail, edge ^ 1);
  }

  /** Nearest usable link, how far along it (0..1), and how far away in metres. */
  snap(
    lat: number,
    lon: number,
    usable: (edge: number) => boolean,
  ): { link: number; share: number; away: number } {
    let [link, segment, share, away] = [-1, 0, 0, Number.POSITIVE_INFINITY];
    for (let one = 0; one < this.header.links; one++) {
      if (!usable(2 * one) && !usable(2 * one + 1)) continue;
      for (let i = at(this.pointStart, one) + 1; i < at(this.pointStart, one + 1); i++) {
        const [shareHere, awayHere] = this.nearestOn(i, lat, lon);
        if (awayHere < away) [link, segment, share, away] = [one, i, shareHere, awayHere];
      }
    }
    let [before, total] = [0, 0];
    for (let i = at(this.pointStart, link) + 1; i < at(this.pointStart, link + 1); i++) {
      if (i === segment) before = total + share * this.span(i);
      total += this.span(i);
    }
    return { link, share: Math.min(1, before / Math.max(total, 1e-9)), away };
  }

  /** [lat, lon] along a link from one share of it to another, also backwards. */
  cut(link: number, from: number, to: number): [number, number][] {
    const [first, last] = [at(this.pointStart, link), at(this.pointStart, link + 1) - 1];
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    let total = 0;
    for (let i = first + 1; i <= last; i++) total += this.span(i);
    const points = [this.pointAt(first, last, low * total)];
    let along = 0;
    for (let i = first + 1; i < last; i++) {
      along += this.span(i);
      if (along > low * total && along < high * total)
        points.push([at(this.pointLat, i), at(this.pointLon, i)]);
    }
    points.push(this.pointAt(first, last, high * total));
    return from > to ? points.reverse() : points;
  }

  private pointAt(first: number, last: number, metres: number): [number, number] {
    let i = first + 1;
    for (; i < last && metres > this.span(i); i++) metres -= this.span(i);
    const share = Math.min(1, metres / Math.max(this.span(i), 1e-9));
    const between = (c: Numbers): number => at(c, i - 1) + share * (at(c, i) - at(c, i - 1));
    return [between(this.pointLat), between(this.pointLon)];
  }

  /** Metres from the point before to this one. */
  private span(i: number): number {
    const { pointLat: lat, pointLon: lon, perLon } = this;
    return Math.hypot(
      (at(lon, i) - at(lon, i - 1)) * perLon,
      (at(lat, i) - at(lat, i - 1)) * METRES_PER_DEGREE,
    );
  }

  /** Share of the segment that ends at point i, and metres, to the place on it nearest to (lat, lon). */
  private nearestOn(i: number, lat: number, lon: number): [number, number] {
    const x = (lonHere: number): number => (lonHere - lon) * this.perLon;
    const y = (latHere: number): number => (latHere - lat) * METRES_PER_DEGREE;
    const [ax, ay] = [x(at(this.pointLon, i - 1)), y(at(this.pointLat, i - 1))];
    const [dx, dy] = [x(at(this.pointLon, i)) - ax, y(at(this.pointLat, i)) - ay];
    const share = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / Math.max(dx * dx + dy * dy, 1e-18)));
    return [share, Math.hypot(ax + share * dx, ay + share * dy)];
  }

  /** Degrees of all points: the first node, steps of FINE units from it, the last node. */
  private unfold(place: Int32Array, steps: Int32Array): Float64Array {
    const points = new Float64Array(at(this.pointStart, this.header.links));
    let next = 0;
    for (let link = 0; link < this.header.links; link++) {
      const last = at(this.pointStart, link + 1) - 1;
      let value = at(place, at(this.tail, 2 * link));
      for (let i = at(this.pointStart, link); i < last; i++) {
        points[i] = value * UNIT;
        if (i + 1 < last) value += at(steps, next++) * FINE;
      }
      points[last] = at(place, at(this.tail, 2 * link + 1)) * UNIT;
    }
    return points;
  }
}

export async function readNetwork(data: Uint8Array<ArrayBuffer>): Promise<Network> {
  const [header, body] = await unpack<NetworkHeader>(data, "MIOWAY", "network");
  const { nodes, links, points } = header;
  let place = 0;
  const [lat, lon, u, by, way, length, counts, innerLat, innerLon] = [
    nodes,
    nodes,
    links,
    links,
    links,
    links,
    links,
    points,
    points,
  ].map((count) => {
    const [numbers, next] = varints(body, place, count);
    place = next;
    return numbers;
  }) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  if (place !== body.length) refuse("network", "too long");
  const first = sums(u);
  const last = by.map((step, link) => step + at(first, link));
  return new Network(header, sums(lat), sums(lon), way, length, [first, last], counts, [innerLat, innerLon]);
}
