// Finds the way to a shelter from two published files, with no server. Layout: docs/reference/published-fields.md.
import { at, type Network, refuse, unpack } from "./published-network.ts";

export { readNetwork } from "./published-network.ts";

export type Target = { id: string; name: string; lat: number; lon: number; link: number; share: number };
export type Way = {
  target: Target;
  /** In the file's numbers; the first and the last may be walked in part. */
  edges: number[];
  /** [lat, lon] from the place on the nearest way to the target's. */
  points: [number, number][];
  costDs: number;
  seconds: number;
  metres: number;
  snapM: number;
};
export type Header = {
  network: string;
  area: string;
  profile: {
    name: string;
    speed_m_s: number;
    steps_m_s: number | null;
    excluded: number;
    bits: [number, number];
  };
  hazards: string[];
  made_at_ms: number;
  expires_at_ms: number;
  targets: Target[];
  ends: [number, number][];
  /** To be shown with each answer, such as 訓練. */
  notice?: string;
};
/** A part of an edge; `from`: the share of the link at which it begins, where that is neither end. */
type Leg = { edge: number; share: number; from?: number };
type Choice = { legs: Leg[]; target: number };

const STEPS = 16;
const [LEAVE_ONLY, BARRED, ISLAND, DEARER] = [1, 2, 3, 4];
const END = 254;
const HERE_M = 0.05;
const REACH_M = 5000;
const CLOSED = 2 ** 30;

const firstEdge = (choice: Choice): number => choice.legs[0]?.edge ?? -1;
/** Both edges of a link: `share` of the one, the rest of the other. */
const both = (link: number, share: number): [Leg, Leg] => [
  { edge: 2 * link, share },
  { edge: 2 * link + 1, share: 1 - share },
];

/** A field as it was when it was made: show its age, and ask for another after it expires. */
export class PublishedField {
  private readonly time: Float64Array;
  private readonly cost: Float64Array;
  private readonly next: Int32Array;
  private readonly target: Int32Array;

  constructor(
    readonly header: Header,
    readonly network: Network,
    private readonly code: Uint8Array,
    ranks: Uint8Array,
  ) {
    const edges = code.length;
    this.time = new Float64Array(edges);
    this.cost = new Float64Array(edges);
    for (let edge = 0; edge < edges; edge++) this.weigh(edge);
    this.next = new Int32Array(ranks.length).fill(-1);
    this.target = new Int32Array(ranks.length).fill(-1);
    this.follow(ranks);
    this.spread(ranks);
  }

  isExpired(nowMs: number): boolean {
    return nowMs >= this.header.expires_at_ms;
  }

  private weigh(edge: number): void {
    const { profile } = this.header;
    const way = at(this.network.way, edge >> 1);
    const steps = (way & STEPS) > 0;
    const allowed =
      way & profile.bits[edge & 1 ? 1 : 0] &&
      !(way & profile.excluded) &&
      !(steps && profile.steps_m_s === null);
    const speed = (steps && profile.steps_m_s) || profile.speed_m_s;
    const code = at(this.code, edge);
    const time = Math.max(1, Math.round(at(this.network.lengthCm, edge >> 1) / 10 / speed));
    this.time[edge] = allowed ? time : CLOSED;
    const shut = !allowed || code === LEAVE_ONLY || code === BARRED;
    this.cost[edge] = shut ? CLOSED : time * (code >= DEARER ? code - DEARER + 2 : 1);
  }

  /** Next edges from ranks among those that are possible, the one most nearly ahead first. */
  private follow(ranks: Uint8Array): void {
    let ahead: [number, number] = [0, 0];
    ranks.forEach((rank, node) => {
      if (rank >= END) return;
      const edge = this.possible(node, ranks, ahead)[rank];
      if (edge === undefined) refuse("field", `node ${node} goes on by an edge that there is not`);
      this.next[node] = edge;
      ahead = this.step(edge);
    });
  }

  private step(edge: number): [number, number] {
    const [from, to] = [at(this.network.tail, edge), this.network.head(edge)];
    const { lat, lon } = this.network;
    return [at(lon, to) - at(lon, from), at(lat, to) - at(lat, from)];
  }

  private possible(node: number, ranks: Uint8Array, ahead: [number, number]): number[] {
    const { outStart, outEdge } = this.network;
    const found: number[] = [];
    let [best, bestAt] = [Number.NEGATIVE_INFINITY, 0];
    for (let i = at(outStart, node); i < at(outStart, node + 1); i++) {
      const edge = at(outEdge, i);
      const to = this.network.head(edge);
      if (at(this.cost, edge) >= CLOSED || to === node) continue;
      const onward = at(this.next, to);
      if (to < node && ranks[to] !== END && (onward < 0 || this.network.head(onward) === node)) continue;
      const [dx, dy] = this.step(edge);
      const along = (dx * ahead[0] + dy * ahead[1]) / Math.max(Math.abs(dx), Math.abs(dy), 1);
      if (along > best) [best, bestAt] = [along, found.length];
      found.push(edge);
    }
    return [...found.splice(bestAt, 1), ...found];
  }

  /** Each node's target: that of the node where its way ends. */
  private spread(ranks: Uint8Array): void {
    for (const [node, index] of this.header.ends) {
      if (ranks[node] !== END || !this.header.targets[index]) refuse("field", "an end without a target");
      this.target[node] = index;
      if (this.lastLegs(node).length === 0) refuse("field", `target ${index} cannot be reached`);
    }
    const seen = new Uint8Array(ranks.length);
    ranks.forEach((rank, start) => {
      if (rank === END && at(this.target, start) < 0) refuse("field", "an end without a target");
      const walked: number[] = [];
      let node = start;
      for (; !seen[node] && at(this.next, node) >= 0; node = this.network.head(at(this.next, node))) {
        seen[node] = 1;
        walked.push(node);
      }
      if (seen[node] === 1) refuse("field", `the way from node ${start} goes round`);
      for (const one of walked) {
        seen[one] = 2;
        this.target[one] = at(this.target, node);
      }
      seen[node] = 2;
    });
  }

  /** From the end of a way to its target, on the target's own link. */
  private lastLegs(node: number): Leg[] {
    const { link, share } = this.header.targets[at(this.target, node)] as Target;
    return both(link, share)
      .filter((leg) => this.network.tail[leg.edge] === node && at(this.cost, leg.edge) < CLOSED)
      .sort((a, b) => this.weighed(a) - this.weighed(b) || a.edge - b.edge);
  }

  private weighed(leg: Leg): number {
    const cost = at(this.cost, leg.edge);
    const left = cost >= CLOSED && this.code[leg.edge] === LEAVE_ONLY ? at(this.time, leg.edge) : cost;
    return left >= CLOSED ? CLOSED : Math.round(left * leg.share);
  }

  private metres(leg: Leg): number {
    return (at(this.network.lengthCm, leg.edge >> 1) / 100) * leg.share;
  }

  private legsFrom(node: number): Leg[] {
    const legs: Leg[] = [];
    for (let edge = at(this.next, node); edge >= 0; edge = at(this.next, node)) {
      legs.push({ edge, share: 1 });
      node = this.network.head(edge);
    }
    return [...legs, this.lastLegs(node)[0] as Leg];
  }

  /** The way from a node; null: no target can be reached. */
  routeFrom(node: number): Way | null {
    const target = this.header.targets[at(this.target, node)];
    return target ? this.finish({ legs: this.legsFrom(node), target: at(this.target, node) }, 0) : null;
  }

  /** The way from a place; null: no target can be reached from there. Throws when no way is within 5 km. */
  route(lat: number, lon: number): Way | null {
    const { link, share, away } = this.network.snap(lat, lon, (edge) => this.isUsable(edge));
    if (!(away <= REACH_M))
      throw new Error(`(${lat}, ${lon}) is more than 5 km from any way of ${this.header.area}`);
    const starts = both(link, 1 - share).filter((leg) => at(this.target, this.network.head(leg.edge)) >= 0);
    const here = starts.filter((leg) => this.metres(leg) < HERE_M).sort((a, b) => a.share - b.share)[0];
    const onward = (leg: Leg): Choice => {
      const node = this.network.head(leg.edge);
      return {
        legs: [...(leg === here ? [] : [leg]), ...this.legsFrom(node)],
        target: at(this.target, node),
      };
    };
    const directs = this.directs(link, share);
    const crossing = here ? onward(here) : null;
    const reached = directs
      .filter(({ legs }) => legs.every((leg) => this.metres(leg) < HERE_M))
      .filter((direct) => crossing === null || this.costOf(direct) < this.costOf(crossing));
    const onwards = crossing ? [crossing] : [...starts.map(onward), ...directs];
    const choices = reached.length > 0 ? reached : onwards;
    const [best] = choices
      .filter((choice) => this.costOf(choice) < CLOSED)
      .sort((a, b) => this.costOf(a) - this.costOf(b) || a.target - b.target || firstEdge(a) - firstEdge(b));
    return best ? this.finish(best, away) : null;
  }

  /** Targets on the origin's own link, reached without passing a node. */
  private directs(link: number, share: number): Choice[] {
    return this.header.targets.flatMap((target, index) =>
      (target.link === link ? both(link, 0) : [])
        .map(({ edge }) => ({ edge, share: Math.abs(target.share - share), from: share }))
        .filter((leg) => (leg.edge & 1) === Number(target.share < share) || this.metres(leg) < HERE_M)
        .filter((leg) => at(this.cost, leg.edge) < CLOSED)
        .map((leg) => ({ legs: [leg], target: index })),
    );
  }

  private isUsable(edge: number): boolean {
    return at(this.time, edge) < CLOSED && this.code[edge] !== ISLAND;
  }

  private costOf(choice: Choice): number {
    return choice.legs.reduce((sum, leg) => sum + this.weighed(leg), 0);
  }

  private finish({ legs, target }: Choice, snapM: number): Way {
    const points = legs.flatMap((leg, i) => {
      const isLast = i === legs.length - 1;
      const from = leg.from ?? (isLast ? at([0, 1], leg.edge & 1) : undefined);
      const walked = leg.edge & 1 ? -leg.share : leg.share;
      const to = from === undefined ? 1 - (leg.edge & 1) : from + walked;
      return this.network.cut(leg.edge >> 1, from ?? to - walked, to).slice(i ? 1 : 0);
    });
    return {
      target: this.header.targets[target] as Target,
      edges: legs.map((leg) => leg.edge),
      points,
      costDs: this.costOf({ legs, target }),
      seconds: legs.reduce((sum, leg) => sum + Math.round(at(this.time, leg.edge) * leg.share), 0) / 10,
      metres: legs.reduce((sum, leg) => sum + this.metres(leg), 0),
      snapM,
    };
  }
}

/** Checks every byte; throws an error that says what is wrong and what to do. */
export async function readField(data: Uint8Array<ArrayBuffer>, network: Network): Promise<PublishedField> {
  const [header, body] = await unpack<Header>(data, "MIOFLD", "field");
  const edges = network.tail.length;
  if (!(Array.isArray(header.targets) && Array.isArray(header.ends) && header.profile?.bits))
    refuse("field", "no header");
  if (header.network !== network.header.network) refuse("network", "not the one of the field");
  if (body.length !== edges + network.header.nodes) refuse("field", "cut short or too long");
  return new PublishedField(header, network, body.subarray(0, edges), body.subarray(edges));
}
