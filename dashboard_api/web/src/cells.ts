// People per H3 cell: few colour classes, and coarser parents for lower zooms. Unknown is a class of its own.
import { cellToParent } from "h3-js";

export interface Cell {
  cell: string;
  shown: number | null; // null: fewer than ten, perhaps nobody
  asOfMs: number;
  municipality: string;
}

export const FINEST = 9;

/** Lowest head count of each class by H3 resolution; class 0 is "fewer than ten". A wider cell holds seven times as many. */
const CLASS_FROM: Record<number, readonly number[]> = {
  9: [0, 10, 30, 100, 300],
  8: [0, 10, 150, 500, 1500],
  7: [0, 10, 750, 2500, 7500],
};

export function classesOf(resolution: number): readonly number[] {
  return CLASS_FROM[resolution] ?? [0, 10];
}

/** Light to dark in one hue, so that the order survives colour blindness and grey print. */
export const CLASS_COLOURS = ["#e3e8ea", "#b9d7de", "#6fb0c6", "#2b7ca3", "#0d3f6b"] as const;

export function classOf(shown: number | null, resolution: number = FINEST): number {
  if (shown === null) return 0;
  return classesOf(resolution).filter((from) => shown >= from).length - 1;
}

export interface Sum {
  cell: string;
  known: number; // sum of the counts that are shown
  few: number; // how many cells of fewer than ten are in it
}

/** The H3 resolution for a zoom: about the same size on the screen. */
export function resolutionFor(zoom: number): number {
  if (zoom >= 12.4) return FINEST;
  return zoom >= 11 ? 8 : 7;
}

/** Sums by parent. A parent of nothing but small cells stays "fewer than ten each". */
export function sumByParent(cells: Iterable<Cell>, resolution: number): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const cell of cells) {
    const parent = resolution === FINEST ? cell.cell : cellToParent(cell.cell, resolution);
    const sum = sums.get(parent) ?? { cell: parent, known: 0, few: 0 };
    if (cell.shown === null) sum.few += 1;
    else sum.known += cell.shown;
    sums.set(parent, sum);
  }
  return sums;
}

export function classOfSum(sum: Sum, resolution: number): number {
  return sum.known === 0 ? 0 : classOf(sum.known, resolution);
}
