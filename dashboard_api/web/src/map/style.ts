// The map's style: paper, streets of the area itself, zones, people, closures, places. No glyph, tile or sprite server.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { CLASS_COLOURS } from "../cells.ts";
import { MAP, TONES } from "../tokens.ts";

const EMPTY = { type: "FeatureCollection" as const, features: [] };
const FONT = ["Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "sans-serif"];

function byClass(): ExpressionSpecification {
  const pairs = CLASS_COLOURS.flatMap((colour, index) => [index, colour]);
  return [
    "match",
    ["coalesce", ["feature-state", "class"], -1],
    ...pairs,
    "rgba(0,0,0,0)",
  ] as unknown as ExpressionSpecification;
}

function byTone(property: string): ExpressionSpecification {
  const pairs = Object.entries(TONES).flat();
  return ["match", ["get", property], ...pairs, TONES.info] as unknown as ExpressionSpecification;
}

function width(at11: number, at15: number): ExpressionSpecification {
  return ["interpolate", ["exponential", 1.5], ["zoom"], 10, at11, 16, at15];
}

/** Fades in with the zoom: far out, side streets would only be noise over the people. */
function fade(from: number, to: number): ExpressionSpecification {
  return ["interpolate", ["linear"], ["zoom"], from, 0, to, 1];
}

const BASE: LayerSpecification[] = [
  road("path", ["path", "steps"], MAP.path, {
    width: width(0.3, 1.6),
    opacity: fade(14, 15),
    dash: [3, 1.5],
  }),
  road("street", ["street"], MAP.street, { width: width(0.5, 4), opacity: fade(12.8, 15) }),
  road("major", ["major"], MAP.major, { width: width(0.7, 7), opacity: 0.75 }),
];

interface Stroke {
  width: ExpressionSpecification;
  opacity: ExpressionSpecification | number;
  dash?: number[];
}

function road(id: string, kinds: string[], colour: string, stroke: Stroke): LayerSpecification {
  return {
    id,
    type: "line",
    source: "base",
    "source-layer": "road",
    filter: ["in", ["get", "class"], ["literal", kinds]],
    layout: { "line-cap": "butt", "line-join": "round" },
    paint: {
      "line-color": colour,
      "line-width": stroke.width,
      "line-opacity": stroke.opacity,
      ...(stroke.dash ? { "line-dasharray": stroke.dash } : {}),
    },
  };
}

const UNDER: LayerSpecification[] = [
  {
    id: "cell-fill",
    type: "fill",
    source: "cells",
    paint: { "fill-color": byClass(), "fill-opacity": 0.9 },
  },
  {
    id: "cell-edge",
    type: "line",
    source: "cells",
    paint: { "line-color": MAP.cellEdge, "line-width": 0.8, "line-opacity": 0.7 },
  },
  {
    id: "zone-fill",
    type: "fill",
    source: "zones",
    paint: {
      "fill-pattern": ["concat", "hatch-", ["get", "hazard"]] as ExpressionSpecification,
      "fill-opacity": 0.55,
    },
  },
];

const OVER: LayerSpecification[] = [
  {
    id: "zone-edge",
    type: "line",
    source: "zones",
    paint: { "line-color": ["get", "colour"], "line-width": 1.2, "line-dasharray": [4, 2] },
  },
  {
    id: "boundary",
    type: "line",
    source: "boundaries",
    paint: { "line-color": MAP.boundary, "line-width": 1.1, "line-dasharray": [6, 2, 1.5, 2] },
  },
  {
    id: "alert-casing",
    type: "line",
    source: "alerts",
    layout: { "line-join": "round" },
    paint: { "line-color": "#ffffff", "line-width": 5.5 },
  },
  {
    id: "alert-edge",
    type: "line",
    source: "alerts",
    layout: { "line-join": "round", "line-sort-key": ["get", "rank"] },
    paint: { "line-color": byTone("tone"), "line-width": 3 },
  },
  {
    id: "cell-chosen",
    type: "line",
    source: "chosen",
    paint: { "line-color": MAP.selected, "line-width": 3 },
  },
  {
    id: "closure-area",
    type: "fill",
    source: "closures",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": MAP.closure, "fill-opacity": 0.18 },
  },
  {
    id: "closure-line",
    type: "line",
    source: "closures",
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": MAP.closure, "line-width": 5, "line-dasharray": [1.4, 0.8] },
  },
];

const LABELS: LayerSpecification[] = [
  {
    id: "municipality",
    type: "symbol",
    source: "municipalities",
    maxzoom: 14,
    layout: {
      "text-field": ["get", "name"],
      "text-font": FONT,
      "text-size": 16,
      "text-letter-spacing": 0.15,
      // marks are placed first: the name moves beside them rather than vanish
      "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
      "text-radial-offset": 1.5,
    },
    paint: { "text-color": MAP.text, "text-halo-color": "#ffffff", "text-halo-width": 2 },
  },
];

const MARKS: LayerSpecification[] = [
  {
    id: "chosen-mark",
    type: "circle",
    source: "chosen-mark",
    paint: {
      "circle-radius": 16,
      "circle-color": "#ffffff",
      "circle-stroke-color": MAP.selected,
      "circle-stroke-width": 3,
    },
  },
  {
    id: "place",
    type: "symbol",
    source: "places",
    layout: {
      "icon-image": ["get", "mark"],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.6, 14, 1],
      "icon-allow-overlap": true,
      "symbol-sort-key": ["get", "order"],
      "text-field": ["step", ["zoom"], "", 14, ["get", "name"]],
      "text-font": FONT,
      "text-size": 12,
      "text-anchor": "top",
      "text-offset": [0, 0.9],
      "text-optional": true,
    },
    paint: { "text-color": MAP.text, "text-halo-color": "#ffffff", "text-halo-width": 1.6 },
  },
  {
    id: "closure-mark",
    type: "symbol",
    source: "closure-marks",
    layout: { "icon-image": ["get", "mark"], "icon-allow-overlap": true },
  },
];

export function makeStyle(basemap: string | null): StyleSpecification {
  const empty = { type: "geojson" as const, data: EMPTY };
  const sources: StyleSpecification["sources"] = {
    zones: empty,
    cells: { ...empty, promoteId: "cell" },
    boundaries: empty,
    alerts: empty,
    chosen: empty,
    "chosen-mark": empty,
    municipalities: empty,
    closures: empty,
    "closure-marks": empty,
    places: { ...empty, promoteId: "id" },
  };
  if (basemap !== null) sources.base = { type: "vector", url: basemap };
  return {
    version: 8,
    sources,
    layers: [
      { id: "paper", type: "background", paint: { "background-color": MAP.land } },
      ...UNDER,
      ...(basemap === null ? [] : BASE),
      ...OVER,
      ...LABELS,
      ...MARKS,
    ],
  };
}
