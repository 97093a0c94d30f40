// Colours that the map needs in script; the page's own are in style.css under the same names.
import type { Tone } from "./judge.ts";

/** The alert levels' own colours (内閣府・気象庁), darkened where white text would not be legible. */
export const TONES: Record<Tone, string> = {
  "5": "#0c000c",
  "4": "#93098f",
  "3": "#c4240a",
  "2": "#f2e700",
  info: "#51626f",
};

export const MAP = {
  land: "#eceae4",
  street: "#fffefa",
  major: "#8f9aa3",
  path: "#fffefa",
  casing: "#f6f5f1",
  boundary: "#5b6b78",
  cellEdge: "#ffffff",
  selected: "#10263a",
  closure: "#c4240a",
  text: "#22313d",
} as const;

export const ZONE_COLOURS: Record<string, string> = {
  tsunami: "#1f5f8b",
  storm_surge: "#3b4f9a",
  flood: "#0f7a6c",
  inland_flood: "#0f7a6c",
  landslide: "#8a5a1f",
};
export const ZONE_OTHER = "#6b6b6b";
