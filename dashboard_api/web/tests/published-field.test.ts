// The phone's answers are those of the reader in Python, which is held to the server's field.
import { expect, test } from "vitest";
import { type PublishedField, readField, readNetwork, type Way } from "../src/published-field.ts";
import kept from "./published-field.answers.jsonl?raw";

const answers = JSON.parse(kept);

type Row = [string, number[], number, number, number, number];

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

async function open(): Promise<PublishedField> {
  return readField(bytes(answers.field), await readNetwork(bytes(answers.network)));
}

function expectWay(way: Way | null, row: Row | null): void {
  if (row === null || way === null) {
    expect(way).toBe(row);
    return;
  }
  const [target, edges, costDs, seconds, metres, snapM] = row;
  expect([way.target.id, way.edges]).toEqual([target, edges]);
  expect(Math.abs(way.costDs - costDs)).toBeLessThanOrEqual(edges.length);
  expect(Math.abs(way.seconds - seconds)).toBeLessThanOrEqual(edges.length / 10);
  expect(way.metres).toBeCloseTo(metres, 1);
  expect(way.snapM).toBeCloseTo(snapM, 1);
}

test("every node gets the same target and the same way as by the reader in Python", async () => {
  const field = await open();
  const rows = answers.nodes as (Row | null)[];
  expect(rows.filter((row) => row !== null).length).toBeGreaterThan(40);
  rows.forEach((row, node) => {
    expectWay(field.routeFrom(node), row);
  });
});

test("every place gets the same target and the same way", async () => {
  const field = await open();
  for (const [lat, lon, row] of answers.places as [number, number, Row | null][]) {
    expectWay(field.route(lat, lon), row);
  }
});

test("the line to draw begins where the place meets the network, has the way's length and no jump", async () => {
  const field = await open();
  for (const [lat, lon] of answers.places as [number, number, Row | null][]) {
    const way = field.route(lat, lon);
    if (way === null) continue;
    let metres = 0;
    way.points.slice(1).forEach(([toLat, toLon], i) => {
      const [fromLat, fromLon] = way.points[i] ?? [Number.NaN, Number.NaN];
      metres += Math.hypot((toLat - fromLat) * 111_195, (toLon - fromLon) * 111_195 * Math.cos(0.6));
    });
    expect(Math.abs(metres - way.metres)).toBeLessThan(2 + way.metres / 100);
    const [startLat, startLon] = way.points[0] ?? [Number.NaN, Number.NaN];
    const off = Math.hypot((startLat - lat) * 111_195, (startLon - lon) * 111_195 * Math.cos(0.6));
    expect(Math.abs(off - way.snapM)).toBeLessThan(0.5);
  }
});

test("the header says how old it is, until when it holds, and the names of the targets", async () => {
  const { header, isExpired } = await open().then((f) => ({
    header: f.header,
    isExpired: f.isExpired.bind(f),
  }));
  expect([header.area, header.hazards, header.made_at_ms]).toEqual(["澪北市", ["tsunami"], 1000]);
  expect(header.targets[0]?.name).toBe("北小学校");
  expect([isExpired(60_999), isExpired(61_000)]).toEqual([false, true]);
});

test("a place far from any way is refused", async () => {
  const field = await open();
  expect(() => field.route(35, 135)).toThrow("more than 5 km from any way of 澪北市");
});

test("files that are cut short anywhere, damaged, or of another kind are refused by name", async () => {
  const [field, network] = [bytes(answers.field), bytes(answers.network)];
  const good = await readNetwork(network);
  for (let size = 0; size < field.length; size += 7) {
    await expect(readField(field.subarray(0, size), good)).rejects.toThrow(/^field: .*fetch it again/);
  }
  for (let size = 0; size < network.length; size += 13) {
    await expect(readNetwork(network.subarray(0, size))).rejects.toThrow(/^network: .*fetch it again/);
  }
  await expect(readNetwork(field)).rejects.toThrow("network: another kind of file, or another version");
  const other = { ...good, header: { ...good.header, network: "77" }, tail: good.tail };
  await expect(readField(field, other as typeof good)).rejects.toThrow("network: not the one of the field");
});

test("changed contents under a true checksum are refused or answered, and never loop", async () => {
  const network = await readNetwork(bytes(answers.network));
  const body = new Uint8Array(
    await new Response(
      new Blob([bytes(answers.field).subarray(8)]).stream().pipeThrough(new DecompressionStream("deflate")),
    ).arrayBuffer(),
  );
  let refused = 0;
  for (let i = 4; i < body.length; i += 5) {
    const changed = body.slice();
    changed[i] = ((changed[i] ?? 0) + 1 + (i % 7)) % 256;
    const packed = new Uint8Array(
      await new Response(
        new Blob([changed]).stream().pipeThrough(new CompressionStream("deflate")),
      ).arrayBuffer(),
    );
    const file = new Uint8Array([...bytes(answers.field).subarray(0, 8), ...packed]);
    const field = await readField(file, network).catch((error: unknown) => {
      expect(error).toBeInstanceOf(Error);
      refused += 1;
      return null;
    });
    for (let node = 0; field !== null && node < network.header.nodes; node++) field.routeFrom(node);
  }
  expect(refused).toBeGreaterThan(0);
});
