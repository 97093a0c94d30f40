// Few classes, and parents that never make a number out of "fewer than ten".
import { cellToChildren } from "h3-js";
import { expect, test } from "vitest";
import {
  type Cell,
  CLASS_COLOURS,
  classesOf,
  classOf,
  classOfSum,
  resolutionFor,
  sumByParent,
} from "../src/cells.ts";

const PARENT = "882e611acdfffff";

function cells(shown: (number | null)[]): Cell[] {
  const children = cellToChildren(PARENT, 9);
  return shown.map((count, i) => ({ cell: children[i] ?? "", shown: count, asOfMs: 0, municipality: "" }));
}

test.each([
  [null, 0],
  [10, 1],
  [29, 1],
  [30, 2],
  [300, 4],
  [99_999, 4],
])("%s people are of class %s", (shown, wanted) => {
  expect(classOf(shown)).toBe(wanted);
});

test("a parent sums what is known and says how much is not", () => {
  expect([...sumByParent(cells([10, 25, null]), 8).values()]).toEqual([{ cell: PARENT, known: 35, few: 1 }]);
});

test("a parent of small cells stays small, not zero and not their sum", () => {
  const [sum] = sumByParent(cells([null, null, null, null, null, null, null]), 8).values();
  expect(sum && classOfSum(sum, 8)).toBe(0);
});

test("each resolution has as many classes as there are colours, and the map uses three", () => {
  expect([9, 12.5, 18].map(resolutionFor)).toEqual([7, 9, 9]);
  for (const resolution of [7, 8, 9]) expect(classesOf(resolution)).toHaveLength(CLASS_COLOURS.length);
});
