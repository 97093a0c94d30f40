// The store says what the server said; text says it in words.
import { describe, expect, test } from "vitest";
import type { Change } from "../src/api.ts";
import { catalogue, chooseLanguage } from "../src/catalogue.ts";
import { WorldClock } from "../src/clock.ts";
import { inside } from "../src/geometry.ts";
import { parseHash } from "../src/selection.ts";
import { Store, type Touched } from "../src/store.ts";
import { age, heads, number, people } from "../src/text.ts";
import { declared, NOW, repair, shelter, snapshot } from "./made.ts";

const COLUMNS = { cell: ["a", "b"], shown: [null, 40], as_of_ms: [1, 2], municipality: ["x", "x"] };

function change(over: Partial<Change>): Change {
  const nothing = { shelters: [], closures: [], repairs: [], alerts: [], sources: [], declared: [] };
  const gone = {
    cells_gone: [],
    shelters_gone: [],
    closures_gone: [],
    repairs_gone: [],
    alerts_gone: [],
    declared_gone: [],
  };
  const cells = { cell: [], shown: [], as_of_ms: [], municipality: [] };
  return { id: "2-0", now_ms: NOW, cells, ...nothing, ...gone, ...over };
}

test("a change replaces rows whole and takes away what is gone", () => {
  const store = new Store();
  const told: Touched[] = [];
  store.listen((touched) => told.push(touched));
  store.load(snapshot({ cells: COLUMNS, shelters: [shelter(), shelter({ id: "E2" })] }));
  store.apply(change({ shelters: [shelter({ headcount: 99 })], shelters_gone: ["E2"], cells_gone: ["a"] }));
  expect([...store.shelters.values()].map((s) => [s.id, s.headcount])).toEqual([["E1", 99]]);
  expect([...store.cells.keys()]).toEqual(["b"]);
  expect(told.map((t) => [t.all, t.gone.length])).toEqual([
    [true, 0],
    [false, 1],
  ]);
});

test("a new snapshot leaves nothing of the old one", () => {
  const store = new Store();
  store.load(snapshot({ cells: COLUMNS, shelters: [shelter()] }));
  store.load(snapshot());
  expect([store.cells.size, store.shelters.size]).toEqual([0, 0]);
});

test("a closure that got its place leaves the repair list", () => {
  const store = new Store();
  store.load(snapshot({ repairs: [repair({ id: "C1" })] }));
  store.apply(change({ repairs: [repair({ id: "C2" })], repairs_gone: ["closure/C1"] }));
  expect([...store.repairs.keys()]).toEqual(["closure/C2"]);
});

test("a source that is declared no more leaves the list", () => {
  const store = new Store();
  store.load(snapshot({ declared: [declared(), declared({ id: "jma" })] }));
  store.apply(change({ declared: [declared({ detail: "HTTP 503" })], declared_gone: ["jma"] }));
  expect([...store.declared.values()].map((s) => [s.id, s.detail])).toEqual([["roads", "HTTP 503"]]);
});

test("the world's clock runs at the world's speed", () => {
  let wall = 100;
  const clock = new WorldClock(() => wall);
  clock.sync(NOW, 60);
  wall += 1000;
  expect(clock.now()).toBe(NOW + 60_000);
});

describe("text", () => {
  test.each([
    [NOW - 12_000, "12秒前"],
    [NOW - 61_000, "1分前"],
    [NOW - 3 * 3_600_000, "3時間前"],
    [NOW + 5_000, "0秒前"],
    [null, "時刻不明"],
  ])("the age of %s", (at, wanted) => {
    expect(age(at, NOW)).toBe(wanted);
  });

  test("unknown is never zero", () => {
    expect([number(null), number(0), people(null), people(1234), heads(null)]).toEqual([
      "不明",
      "0",
      "10人未満",
      "1,234人",
      "不明",
    ]);
  });
});

test("both languages hold every sentence, and none is empty", () => {
  const paths = (value: object, at = ""): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === "object" ? paths(inner as object, `${at}.${key}`) : [`${at}.${key}:${typeof inner}`],
    );
  expect(paths(catalogue.en)).toEqual(paths(catalogue.ja));
  expect([chooseLanguage("?lang=en"), chooseLanguage("?lang=xx"), chooseLanguage("")]).toEqual([
    "en",
    "ja",
    "ja",
  ]);
});

test("a link names what is chosen; a broken one names nothing", () => {
  expect(parseHash("#shelter=E%2F1")).toEqual({ kind: "shelter", id: "E/1" });
  for (const broken of ["", "#", "#person=1", "#shelter", "#shelter=%"]) expect(parseHash(broken)).toBeNull();
});

test("a point in a hole is outside", () => {
  const ring = (r: number) => [
    [-r, -r],
    [r, -r],
    [r, r],
    [-r, r],
    [-r, -r],
  ];
  const geometry = { type: "Polygon", coordinates: [ring(2), ring(1)] };
  expect([inside(geometry, 1.5, 0), inside(geometry, 0.5, 0), inside(geometry, 3, 0)]).toEqual([
    true,
    false,
    false,
  ]);
});
