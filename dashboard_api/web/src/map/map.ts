// The map itself: MapLibre over the area's own streets. It shows the store and reports what was chosen; it decides nothing.
import "maplibre-gl/dist/maplibre-gl.css";
import { cellToLatLng, isValidCell } from "h3-js";
import {
  AttributionControl,
  addProtocol,
  type GeoJSONSource,
  type GeoJSONSourceDiff,
  Map as GlMap,
  type MapGeoJSONFeature,
  type PointLike,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { PMTiles, Protocol } from "pmtiles";
import { words } from "../catalogue.ts";
import { classOfSum, resolutionFor, sumByParent } from "../cells.ts";
import type { WorldClock } from "../clock.ts";
import type { Position } from "../geometry.ts";
import type { Ground } from "../ground.ts";
import type { Picking, Point } from "../picking.ts";
import type { Selected, Selection } from "../selection.ts";
import type { Store, Touched } from "../store.ts";
import { ZONE_COLOURS, ZONE_OTHER } from "../tokens.ts";
import type { Legend } from "../views/legend.ts";
import {
  alertFeatures,
  closureFeatures,
  collection,
  type Feature,
  hazardZones,
  hexagon,
  municipalityLabels,
  placeFeatures,
  pointFeature,
} from "./features.ts";
import { drawHatch, drawMark, MARKS } from "./icons.ts";
import { makeStyle } from "./style.ts";

const LOOK_ZOOM = 15;
const HIT_PX = 12; // half of the least target size of WCAG 2.2

export class CityMap {
  private readonly map: GlMap;
  private readonly drawn = new Map<string, number>(); // cell on the map -> class
  private resolution = 0;

  private constructor(
    container: HTMLElement,
    basemap: string | null,
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
    private readonly ground: Ground,
    private readonly legend: Legend,
    private readonly picking: Picking,
  ) {
    const [south, west, north, east] = this.bbox();
    this.map = new GlMap({
      container,
      style: makeStyle(basemap),
      bounds: [west, south, east, north],
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 18,
      minZoom: 7,
    });
    this.map.addControl(new AttributionControl({ compact: false, customAttribution: this.attribution() }));
    this.map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
    this.map.touchZoomRotate.disableRotation();
    const canvas = this.map.getCanvas();
    canvas.setAttribute("aria-label", words.map.label);
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.click(this.map.getCenter());
    });
    this.map.on("click", (event) => this.click(event.lngLat));
    this.map.on("moveend", () => this.followZoom());
    selection.listen((selected, byHand) => this.show(selected, byHand));
    picking.view((point) => this.look(point));
  }

  /** Loads everything that does not change, then shows the store. */
  static async open(
    container: HTMLElement,
    store: Store,
    clock: WorldClock,
    selection: Selection,
    ground: Ground,
    legend: Legend,
    picking: Picking,
  ): Promise<CityMap> {
    setWorkerUrl(workerUrl);
    const protocol = new Protocol();
    addProtocol("pmtiles", protocol.tile);
    const city = new CityMap(
      container,
      await findBasemap(protocol),
      store,
      clock,
      selection,
      ground,
      legend,
      picking,
    );
    await city.map.once("load");
    city.addImages();
    city.setData("zones", hazardZones(ground.zones.features));
    city.setData("boundaries", ground.municipalities() as Feature[]);
    city.setData("municipalities", municipalityLabels(ground));
    city.update({ all: true, cells: [], gone: [] });
    city.show(selection.current, false);
    return city;
  }

  private bbox(): [number, number, number, number] {
    const [south, west, north, east] = this.store.facts?.bbox ?? [0, 0, 0, 0];
    return [south, west, north, east];
  }

  private attribution(): string[] {
    return (this.store.facts?.attribution ?? []).map((text) => {
      const span = document.createElement("span");
      span.textContent = text;
      return span.innerHTML;
    });
  }

  private addImages(): void {
    for (const mark of MARKS) this.map.addImage(mark, drawMark(mark), { pixelRatio: 2 });
    const colours = { ...ZONE_COLOURS, other: ZONE_OTHER };
    Object.entries(colours).forEach(([hazard, colour], index) => {
      this.map.addImage(`hatch-${hazard}`, drawHatch(colour, index % 2 === 0 ? 1 : -1), { pixelRatio: 2 });
    });
  }

  private setData(source: string, features: Feature[]): void {
    const found = this.map.getSource(source) as GeoJSONSource | undefined;
    found?.setData(collection(features) as Parameters<GeoJSONSource["setData"]>[0]);
  }

  private readonly painted = new Map<string, string>();

  /** Sets a source only where its features differ from what is shown. */
  private setChanged(source: string, features: Feature[]): void {
    const text = JSON.stringify(features);
    if (this.painted.get(source) === text) return;
    this.painted.set(source, text);
    this.setData(source, features);
  }

  update(touched: Touched): void {
    const now = this.clock.now();
    this.setChanged("places", placeFeatures(this.store.shelters.values()));
    const closures = closureFeatures(this.store.closures.values(), now);
    this.setChanged("closures", closures.shapes);
    this.setChanged("closure-marks", closures.marks);
    this.setChanged("alerts", alertFeatures(this.store.alerts.values(), this.ground, now));
    if (touched.all || touched.cells.length > 0 || touched.gone.length > 0) this.paintCells();
  }

  private followZoom(): void {
    if (resolutionFor(this.map.getZoom()) !== this.resolution) this.paintCells();
  }

  /** Adds what is new, takes away what is gone, and paints only cells whose class changed. */
  private paintCells(): void {
    this.resolution = resolutionFor(this.map.getZoom());
    this.legend.setResolution(this.resolution);
    const sums = sumByParent(this.store.cells.values(), this.resolution);
    const added = [...sums.keys()].filter((cell) => !this.drawn.has(cell));
    const removed = [...this.drawn.keys()].filter((cell) => !sums.has(cell));
    const source = this.map.getSource("cells") as GeoJSONSource | undefined;
    if (added.length > 0 || removed.length > 0) {
      const add = added.map(hexagon) as NonNullable<GeoJSONSourceDiff["add"]>;
      void source?.updateData({ remove: removed, add });
      for (const cell of removed) {
        this.drawn.delete(cell);
        this.map.removeFeatureState({ source: "cells", id: cell });
      }
    }
    for (const sum of sums.values()) {
      const wanted = classOfSum(sum, this.resolution);
      if (this.drawn.get(sum.cell) === wanted) continue;
      this.drawn.set(sum.cell, wanted);
      this.map.setFeatureState({ source: "cells", id: sum.cell }, { class: wanted });
    }
    this.map.getContainer().dataset.resolution = String(this.resolution);
  }

  private click({ lat, lng }: { lat: number; lng: number }): void {
    if (this.picking.take({ lat, lon: lng })) return;
    this.choose(this.map.project([lng, lat]));
  }

  /** Shows a point that is looked at; null: what is chosen again. */
  private look(point: Point | null): void {
    if (point === null) {
      this.show(this.selection.current, false);
      return;
    }
    const at: Position = [point.lon, point.lat];
    this.setData("chosen-mark", pointFeature({}, at));
    this.map.easeTo({ center: at, zoom: Math.max(this.map.getZoom(), LOOK_ZOOM) });
  }

  private choose(point: { x: number; y: number }): void {
    const box: [PointLike, PointLike] = [
      [point.x - HIT_PX, point.y - HIT_PX],
      [point.x + HIT_PX, point.y + HIT_PX],
    ];
    const mark = this.map.queryRenderedFeatures(box, { layers: ["closure-mark", "place"] })[0];
    const cell = this.map.queryRenderedFeatures([point.x, point.y], { layers: ["cell-fill"] })[0];
    if (mark) this.selection.choose(chosenMark(mark));
    else if (cell) this.chooseCell(String(cell.properties.cell));
    else this.selection.choose(null);
  }

  /** A cell of the finest kind is chosen; a coarser one is looked into. */
  private chooseCell(id: string): void {
    if (this.store.cells.has(id)) {
      this.selection.choose({ kind: "cell", id });
      return;
    }
    const [lat, lon] = cellToLatLng(id);
    this.map.easeTo({ center: [lon, lat], zoom: 12.6 });
  }

  private show(selected: Selected | null, byHand: boolean): void {
    this.setData(
      "chosen",
      selected?.kind === "cell" && isValidCell(selected.id) ? [hexagon(selected.id)] : [],
    );
    const at = this.find(selected);
    this.setData("chosen-mark", at ? pointFeature({}, at) : []);
    if (!at || this.map.getBounds().contains(at)) return;
    this.map.easeTo({ center: at, duration: byHand ? 500 : 0 });
  }

  private find(selected: Selected | null): Position | null {
    if (selected?.kind === "shelter") {
      const shelter = this.store.shelters.get(selected.id);
      return shelter && shelter.lat !== null && shelter.lon !== null ? [shelter.lon, shelter.lat] : null;
    }
    if (selected?.kind === "closure") {
      const [lat, lon] = this.store.closures.get(selected.id)?.parts[0]?.[0] ?? [];
      return lat !== undefined && lon !== undefined ? [lon, lat] : null;
    }
    return null;
  }

  zoomBy(step: number): void {
    this.map.zoomTo(this.map.getZoom() + step);
  }

  home(): void {
    const [south, west, north, east] = this.bbox();
    this.map.fitBounds([west, south, east, north], { padding: 24 });
  }

  resize(): void {
    this.map.resize();
  }
}

function chosenMark(mark: MapGeoJSONFeature): Selected {
  return { kind: mark.layer.id === "place" ? "shelter" : "closure", id: String(mark.properties.id) };
}

/** The area's own tiles, or null where it has none. */
async function findBasemap(protocol: Protocol): Promise<string | null> {
  const address = new URL("area/basemap.pmtiles", location.href).href;
  const tiles = new PMTiles(address);
  try {
    await tiles.getHeader();
  } catch {
    return null;
  }
  protocol.add(tiles);
  return `pmtiles://${address}`;
}
