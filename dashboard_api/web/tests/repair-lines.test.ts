// Which lines the repair list has, in which order, and what is chosen of it.
import { expect, test } from "vitest";
import type { Closure, Repair, Shelter } from "../src/api.ts";
import { Picking } from "../src/picking.ts";
import { chosenRepair, nameOf, parsePoint, repairLines } from "../src/repair-lines.ts";
import { closure, NOW, repair, shelter } from "./made.ts";

function tables(repairs: Repair[], closures: Closure[], shelters: Shelter[] = []) {
  return {
    repairs: new Map(repairs.map((r) => [r.key, r])),
    closures: new Map(closures.map((c) => [c.id, c])),
    shelters: new Map(shelters.map((s) => [s.id, s])),
  };
}

test("closures are listed while they last, those for walkers first, then places by name", () => {
  const closures = [
    closure({ id: "car" }),
    closure({ id: "foot", modes: ["foot"], as_of_ms: NOW - 9 }),
    closure({ id: "over", ends_at_ms: NOW - 1 }),
    closure({ id: "placed" }),
  ];
  const repairs = ["car", "foot", "over", "unheard"].map((id) => repair({ id }));
  const sites = ["b", "a", "unheard"].map((id) => repair({ kind: "site", id }));
  const shelters = [shelter({ id: "b", name: "い" }), shelter({ id: "a", name: "ろ" })];
  const found = repairLines(tables([...sites, ...repairs], closures, shelters), NOW);
  expect(found.map((line) => line.repair.key)).toEqual(["closure/foot", "closure/car", "site/b", "site/a"]);
  expect(found.map(nameOf)).toEqual(["一号橋", "一号橋", "い", "ろ"]);
});

test("a closure and a place of one id are two lines", () => {
  const repairs = new Map([repair({ id: "x" }), repair({ kind: "site", id: "x" })].map((r) => [r.key, r]));
  expect(chosenRepair({ kind: "closure", id: "x" }, repairs)?.kind).toBe("closure");
  expect(chosenRepair({ kind: "shelter", id: "x" }, repairs)?.kind).toBe("site");
  expect(chosenRepair({ kind: "cell", id: "x" }, repairs)).toBeNull();
  expect(chosenRepair(null, repairs)).toBeNull();
});

test.each([
  ["34.5, 135.2", { lat: 34.5, lon: 135.2 }],
  ["３４．５、１３５．２", { lat: 34.5, lon: 135.2 }],
  [" 34.5 135.2 ", { lat: 34.5, lon: 135.2 }],
  ["135.2, 34.5", null],
  ["34.5", null],
  ["34.5, east", null],
  ["1, 2, 3", null],
  ["", null],
])("%s as a point", (text, point) => {
  expect(parsePoint(text)).toEqual(point);
});

test("a click on the map is taken once, by who asked for it", () => {
  globalThis.document = { body: { dataset: {} } } as unknown as Document;
  const picking = new Picking();
  const heard: unknown[] = [];
  expect(picking.take({ lat: 1, lon: 2 })).toBe(false);
  picking.ask((point) => heard.push(point));
  expect(picking.isAsked).toBe(true);
  expect(picking.take({ lat: 1, lon: 2 })).toBe(true);
  expect(picking.take({ lat: 3, lon: 4 })).toBe(false);
  picking.ask((point) => heard.push(point));
  picking.cancel();
  expect(picking.take({ lat: 5, lon: 6 })).toBe(false);
  expect(heard).toEqual([{ lat: 1, lon: 2 }]);
});
