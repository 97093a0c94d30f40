// What is worst, where, what next.
import { describe, expect, test } from "vitest";
import { headline, notices, rankOf, toneOf, type World, workItems } from "../src/judge.ts";
import { alert, closure, NOW, shelter, source, zone } from "./made.ts";

function world(over: Partial<World> = {}): World {
  return { alerts: [], shelters: [], closures: [], sources: [], declared: [], ...over };
}

describe("rank", () => {
  test.each([
    [zone({ level: 5 }), 5, "5"],
    [zone({ level: null, severity: "emergency" }), 5, "5"],
    [zone({ level: null, severity: "critical" }), 4, "4"],
    [zone({ level: 2, severity: "emergency" }), 2, "2"],
    [zone({ level: null, severity: "warning", hazard: "tsunami" }), 4.5, "4"],
    [zone({ level: null, severity: "emergency", hazard: "tsunami" }), 5.5, "5"],
    [zone({ level: null, severity: "advisory", hazard: "tsunami" }), 2, "2"],
  ])("the level counts, and a tsunami leaves no time (%#)", (given, rank, tone) => {
    expect(rankOf(given)).toBe(rank);
    expect(toneOf(rank)).toBe(tone);
  });
});

test("one condition in two areas is one notice with both", () => {
  const found = notices([alert([zone(), zone({ area: "city/2", area_name: "澪南市" })])], NOW);
  expect(found.map((notice) => notice.areas)).toEqual([["澪北市", "澪南市"]]);
});

test("an area whose code is not known here says that it counts for the whole municipality", () => {
  const [found] = notices([alert([zone({ widened: true })])], NOW);
  expect(found?.areas[0]).toContain("市町村全域");
});

test("what has run out or was lifted is not shown", () => {
  const old = alert([zone()], { valid_until_ms: NOW - 1 });
  const lifted = alert([zone({ severity: "none", level: null })]);
  expect(notices([old, lifted], NOW)).toEqual([]);
});

test("the sentence names the worst, its place, and the next step", () => {
  const alerts = [alert([zone()]), alert([zone({ level: 5, name: "大雨特別警報" })], { series: "b" })];
  const said = headline(world({ alerts, shelters: [shelter({ opening: "full" })] }), NOW);
  expect([said.tone, said.worst]).toEqual(["5", "澪北市に大雨特別警報。"]);
  expect(said.next).toContain("小学校");
});

test("with nothing in force the sentence is calm", () => {
  const said = headline(world({ shelters: [shelter(), shelter({ id: "2", opening: "not_open" })] }), NOW);
  expect([said.label, said.next]).toEqual(["", "避難先は2か所中1か所が開設。"]);
});

test("a warning with no place known to be open asks for the openings", () => {
  const said = headline(
    world({ alerts: [alert([zone()])], shelters: [shelter({ opening: "unknown" })] }),
    NOW,
  );
  expect(said.next).toContain("開設を確認できた避難先がありません");
});

test("work is ranked, and only what needs somebody is work", () => {
  const items = workItems(
    world({
      alerts: [alert([zone({ level: 4 })]), alert([zone({ level: 2, name: "注意報" })], { series: "b" })],
      shelters: [
        shelter({ id: "full", opening: "full" }),
        shelter({ id: "over", headcount: 120 }),
        shelter({ id: "near", headcount: 95 }),
        shelter({ id: "calm" }),
        shelter({ id: "silent", headcount: null, capacity: null }),
        shelter({ id: "shut", opening: "closed", headcount: 100 }),
      ],
      closures: [
        closure(),
        closure({ id: "later", starts_at_ms: NOW + 1 }),
        closure({ id: "over", ends_at_ms: NOW - 1 }),
      ],
      sources: [source({ newest_ms: NOW - 301_000 }), source({ source: "b", newest_ms: NOW - 400_000 })],
    }),
    NOW,
  );
  expect(items.map((item) => `${item.kind}:${item.id}`)).toEqual([
    "alert:jma/a",
    "shelter:full",
    "shelter:over",
    "closure:C1",
    "source:counts",
    "shelter:near",
    "alert:b",
    "closure:later",
  ]);
});

test("a source without a rhythm, or without a time, is never late", () => {
  const sources = [source({ stale_after_s: null, newest_ms: 0 }), source({ newest_ms: null })];
  expect(workItems(world({ sources }), NOW)).toEqual([]);
});
