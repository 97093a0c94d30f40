// Marks for places and closures. The shape says the state, the colour only repeats it.

export type MarkName = "open" | "full" | "not_open" | "unknown" | "closed" | "closure" | "closure-later";

const SIZE = 22; // CSS pixels
export const MARK_COLOURS: Record<MarkName, string> = {
  open: "#0b6b3a",
  full: "#c4240a",
  not_open: "#51626f",
  unknown: "#51626f",
  closed: "#22313d",
  closure: "#c4240a",
  "closure-later": "#51626f",
};

type Pen = CanvasRenderingContext2D;

function polygon(pen: Pen, points: readonly (readonly [number, number])[]): void {
  pen.beginPath();
  points.forEach(([x, y], i) => {
    if (i === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.closePath();
}

function stroke(pen: Pen, lines: readonly (readonly [number, number, number, number])[]): void {
  for (const [x1, y1, x2, y2] of lines) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }
}

const DRAW: Record<MarkName, (pen: Pen, colour: string) => void> = {
  // a filled disc with a tick
  open(pen, colour) {
    pen.beginPath();
    pen.arc(11, 11, 8, 0, Math.PI * 2);
    fillWith(pen, colour);
    stroke(pen, [
      [7, 11.4, 10, 14.4],
      [10, 14.4, 15.2, 8],
    ]);
  },
  // a filled square with a bar across
  full(pen, colour) {
    polygon(pen, [
      [3.5, 3.5],
      [18.5, 3.5],
      [18.5, 18.5],
      [3.5, 18.5],
    ]);
    fillWith(pen, colour);
    stroke(pen, [
      [7, 8.4, 15, 8.4],
      [7, 11.4, 15, 11.4],
      [7, 14.4, 15, 14.4],
    ]);
  },
  // an empty ring
  not_open(pen, colour) {
    pen.beginPath();
    pen.arc(11, 11, 7, 0, Math.PI * 2);
    fillWith(pen, "#ffffff", colour);
  },
  // an empty diamond with a dot
  unknown(pen, colour) {
    polygon(pen, [
      [11, 2.5],
      [19.5, 11],
      [11, 19.5],
      [2.5, 11],
    ]);
    fillWith(pen, "#ffffff", colour);
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(11, 11, 2, 0, Math.PI * 2);
    pen.fill();
  },
  // a filled triangle, point down, with a cross
  closed(pen, colour) {
    polygon(pen, [
      [2, 3.5],
      [20, 3.5],
      [11, 19.5],
    ]);
    fillWith(pen, colour);
    stroke(pen, [
      [8.4, 6.2, 13.6, 11.4],
      [13.6, 6.2, 8.4, 11.4],
    ]);
  },
  // no entry
  closure(pen, colour) {
    polygon(pen, [
      [7, 2],
      [15, 2],
      [20, 7],
      [20, 15],
      [15, 20],
      [7, 20],
      [2, 15],
      [2, 7],
    ]);
    fillWith(pen, colour);
    pen.lineWidth = 3;
    stroke(pen, [[6, 11, 16, 11]]);
  },
  "closure-later"(pen, colour) {
    polygon(pen, [
      [7, 2],
      [15, 2],
      [20, 7],
      [20, 15],
      [15, 20],
      [7, 20],
      [2, 15],
      [2, 7],
    ]);
    fillWith(pen, "#ffffff", colour);
    pen.lineWidth = 3;
    pen.strokeStyle = colour;
    stroke(pen, [[6, 11, 16, 11]]);
  },
};

function fillWith(pen: Pen, fill: string, edge?: string): void {
  // a white rim keeps the mark apart from whatever is beneath
  pen.lineWidth = 4;
  pen.strokeStyle = "#ffffff";
  pen.stroke();
  pen.fillStyle = fill;
  pen.fill();
  if (edge) {
    pen.lineWidth = 2;
    pen.strokeStyle = edge;
    pen.stroke();
  }
  pen.lineWidth = 2;
  pen.strokeStyle = "#ffffff";
  pen.lineCap = "round";
}

export const MARKS = Object.keys(DRAW) as MarkName[];

function canvas(size: number, ratio: number): [HTMLCanvasElement, Pen] {
  const element = document.createElement("canvas");
  element.width = element.height = size * ratio;
  const pen = element.getContext("2d");
  if (!pen) throw new Error("no 2D canvas");
  pen.scale(ratio, ratio);
  return [element, pen];
}

export function drawMark(name: MarkName, ratio = 2): ImageData {
  const [element, pen] = canvas(SIZE, ratio);
  DRAW[name](pen, MARK_COLOURS[name]);
  return pen.getImageData(0, 0, element.width, element.height);
}

export function markUrl(name: MarkName): string {
  const [element, pen] = canvas(SIZE, 2);
  DRAW[name](pen, MARK_COLOURS[name]);
  return element.toDataURL();
}

/** Slanted lines, so that a zone is not only a colour. */
export function drawHatch(colour: string, slant: 1 | -1, ratio = 2): ImageData {
  const size = 12;
  const [element, pen] = canvas(size, ratio);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.1;
  const [from, to] = slant === 1 ? [size, 0] : [0, size];
  stroke(
    pen,
    [-size, 0, size].map((shift) => [shift, from, shift + size, to] as const),
  );
  return pen.getImageData(0, 0, element.width, element.height);
}
