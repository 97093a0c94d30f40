// What the marks and colours mean, in words beside each.

import { words } from "../catalogue.ts";
import { CLASS_COLOURS, FINEST } from "../cells.ts";
import { el, setText } from "../dom.ts";
import type { Ground } from "../ground.ts";
import { type MarkName, markUrl } from "../map/icons.ts";
import { ZONE_COLOURS, ZONE_OTHER } from "../tokens.ts";
import { className } from "./details.ts";

const PLACES = ["open", "full", "not_open", "closed", "unknown"] as const;

function mark(name: MarkName, text: string): HTMLElement {
  return el("li", {}, el("img", { src: markUrl(name), alt: "", width: "18", height: "18" }), text);
}

function swatch(kind: string, colour: string, text: string): HTMLElement {
  const box = el("i", { class: kind, "aria-hidden": "true" });
  box.style.setProperty("--colour", colour);
  return el("li", {}, box, text);
}

export class Legend {
  readonly element: HTMLElement;
  private readonly title = el("h3");
  private readonly people = el("ul");

  constructor(ground: Ground) {
    const zones = new Map<string, HTMLElement>();
    for (const { properties } of ground.zones.features) {
      const name = properties.name ?? "";
      zones.set(name, swatch("hatch", ZONE_COLOURS[properties.hazard ?? ""] ?? ZONE_OTHER, name));
    }
    this.element = el(
      "details",
      { class: "legend", open: matchMedia("(min-width: 900px)").matches },
      el("summary", {}, words.legend.title),
      this.title,
      this.people,
      el("h3", {}, words.legend.places),
      el(
        "ul",
        {},
        ...PLACES.map((name) => mark(name, words.opening[name])),
        mark("closure", words.legend.closures),
      ),
      el("h3", {}, words.legend.zones),
      el("ul", {}, ...zones.values(), swatch("line", "var(--lv4)", words.legend.alerts)),
    );
  }

  /** The classes of people change with the size of the cells. */
  setResolution(resolution: number): void {
    setText(this.title, resolution === FINEST ? words.legend.people : words.legend.peopleCoarse);
    const classes = CLASS_COLOURS.map((colour, index) => swatch("hex", colour, className(index, resolution)));
    this.people.replaceChildren(...classes, el("li", { class: "blank" }, words.legend.blank));
  }
}
