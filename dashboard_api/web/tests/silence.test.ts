import { describe, expect, test } from "vitest";
import { workItems } from "../src/judge.ts";
import { choiceOf, declaredId, findSilence, silentSources, stateOf, stateText } from "../src/silence.ts";
import { declared, NOW } from "./made.ts";

const MINUTE = 60_000;

describe("a declared source", () => {
  test("is silent only when it was heard longer ago than expected", () => {
    expect(findSilence(declared(), NOW + 10 * MINUTE)).toBeNull();
    expect(findSilence(declared(), NOW + 10 * MINUTE + 1)?.sinceMs).toBe(NOW);
  });

  test("that was never heard is silent since nobody knows when", () => {
    const never = declared({ heard_ms: null, news_ms: null });
    expect(stateOf(never, never.declared_ms + 10 * MINUTE)).toBe("waiting");
    expect(findSilence(never, NOW)).toEqual({ source: never, sinceMs: null });
    expect(stateText(never, NOW)).toBe("通行止めのデータがまだ一度も届いていません");
  });

  test("that answers and has no news for too long is silent since its last news", () => {
    const stuck = declared({ news_s: 60, news_ms: NOW - 12 * MINUTE });
    expect(stateOf(stuck, NOW)).toBe("silent");
    expect(stateText(stuck, NOW)).toBe("通行止めのデータが12分間届いていません");
  });

  test("without a rhythm is never silent", () => {
    expect(stateOf(declared({ expected_s: null, heard_ms: null }), NOW * 2)).toBe("waiting");
  });

  test("in trouble says so until it is silent", () => {
    const bad = declared({ trouble: "failed", trouble_since_ms: NOW, detail: "HTTP 503" });
    expect(stateOf(bad, NOW)).toBe("trouble");
    expect(stateOf(bad, NOW + 11 * MINUTE)).toBe("silent");
  });

  test("is chosen under an id that is no kind of data", () => {
    expect(declaredId(choiceOf(declared({ id: "closures" })))).toBe("closures");
    expect(declaredId("closures")).toBe("");
  });
});

test("each silent source is an item of the work list with whom to call", () => {
  const world = {
    alerts: [],
    shelters: [],
    closures: [],
    sources: [],
    declared: [
      declared(),
      declared({ id: "jma", says: ["alerts"], name: "気象庁", heard_ms: NOW - 3_600_000 }),
    ],
  };
  expect(silentSources(world.declared, NOW).map(({ source }) => source.id)).toEqual(["jma"]);
  const [item, ...rest] = workItems(world, NOW);
  expect(rest).toEqual([]);
  expect(item).toMatchObject({
    id: "declared/jma",
    title: "警報のデータが60分間届いていません",
    detail: "連絡先 tel:0",
    source: "気象庁",
  });
});
