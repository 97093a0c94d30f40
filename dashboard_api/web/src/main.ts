// Puts the page together: one store, one feed, one selection; each view reads them.
import "./styles/all.css";
import { language, words } from "./catalogue.ts";
import { WorldClock } from "./clock.ts";
import { el, setAttribute } from "./dom.ts";
import { Feed } from "./feed.ts";
import { Ground } from "./ground.ts";
import type { CityMap } from "./map/map.ts";
import { Picking } from "./picking.ts";
import { parseHash, Selection } from "./selection.ts";
import { Store } from "./store.ts";
import { Details } from "./views/details.ts";
import { Legend } from "./views/legend.ts";
import { RepairPanel } from "./views/repair-panel.ts";
import { RepairList } from "./views/repairs.ts";
import { SourceList } from "./views/sources.ts";
import { ShelterTable } from "./views/table.ts";
import { Top } from "./views/top.ts";
import { Uses } from "./views/uses.ts";
import { WorkList } from "./views/worklist.ts";

type View = "list" | "map" | "table";
const VIEWS: View[] = ["list", "map", "table"];

const store = new Store();
const clock = new WorldClock();
const selection = new Selection();
const top = new Top(store, clock, selection);
const work = new WorkList(store, clock, selection);
const repairs = new RepairList(store, clock, selection);
const sources = new SourceList(store, clock, selection);
const picking = new Picking();
const panel = new RepairPanel(store, clock, selection, picking, () => showView("map"));
const uses = new Uses(selection);
const details = new Details(store, clock, selection, new Ground(), panel.element, uses.element);
const table = new ShelterTable(store, clock, selection);
let map: CityMap | null = null;

const note = el("p", { class: "map-note", role: "status" }, words.map.loading);
const canvas = el("div", { class: "map-canvas" });
const tools = el("div", { class: "map-tools", hidden: true });
const mapPane = el("section", { class: "map", "aria-label": words.views.map }, canvas, tools, note);
const tabs = el("nav", { class: "tabs", "aria-label": words.viewsLabel });
const main = el(
  "main",
  {},
  tabs,
  mapPane,
  table.element,
  el("div", { class: "side" }, work.element, repairs.element, sources.element, details.element),
);

function showView(view: View): void {
  document.body.dataset.view = view;
  table.element.hidden = view !== "table";
  for (const tab of tabs.children) {
    setAttribute(tab, "aria-pressed", String((tab as HTMLElement).dataset.view === view));
  }
  table.update();
  map?.resize();
}

function makeTabs(): void {
  for (const view of VIEWS) {
    const tab = el("button", { type: "button", click: () => showView(view) }, words.views[view]);
    tab.dataset.view = view;
    tabs.append(tab);
  }
}

function makeTools(): void {
  const button = (sign: string, label: string, act: () => void) =>
    el("button", { type: "button", "aria-label": label, title: label, click: act }, sign);
  tools.append(
    button("＋", words.map.zoomIn, () => map?.zoomBy(1)),
    button("－", words.map.zoomOut, () => map?.zoomBy(-1)),
    button("⤢", words.map.home, () => map?.home()),
  );
  tools.hidden = false;
}

function hasWebGl2(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

/** The map comes last: the list and the table never wait for it. */
async function openMap(ground: Ground): Promise<void> {
  if (!hasWebGl2()) {
    note.textContent = words.map.missing;
    document.body.dataset.map = "missing";
    showView("table");
    return;
  }
  try {
    const { CityMap } = await import("./map/map.ts");
    const legend = new Legend(ground);
    map = await CityMap.open(canvas, store, clock, selection, ground, legend, picking);
    makeTools();
    mapPane.append(legend.element);
    note.remove();
    document.body.dataset.map = "ready";
  } catch {
    note.textContent = words.map.failed;
    document.body.dataset.map = "missing";
  }
}

let opening = false;

async function openGround(): Promise<void> {
  if (opening) return;
  opening = true;
  const ground = await Ground.load().catch(() => new Ground());
  details.setGround(ground);
  await openMap(ground);
}

function updateViews(): void {
  top.update();
  work.update();
  repairs.update();
  sources.update();
  panel.update();
  uses.update();
  details.update();
  table.update();
}

store.listen((touched) => {
  if (store.status) clock.sync(store.status.now_ms, store.status.speed);
  updateViews();
  map?.update(touched);
});

const feed = new Feed({
  onSnapshot(snapshot) {
    store.load(snapshot);
    selection.choose(selection.current ?? parseHash(location.hash), { byHand: false });
    void openGround();
  },
  onChange(change) {
    if (store.status) store.status = { ...store.status, now_ms: change.now_ms };
    store.apply(change);
    top.heard();
  },
  onStatus(status) {
    store.setStatus(status);
    top.heard();
  },
  onConnection: (connection) => top.setConnection(connection),
});

selection.listen((selected, byHand) => {
  document.body.dataset.selected = String(selected !== null);
  if (selected !== null && byHand && matchMedia("(max-width: 899px)").matches) details.element.focus();
});

document.documentElement.lang = language;
document.title = `${words.product} ${words.page}`;
document.body.prepend(top.element, main);
makeTabs();
showView(matchMedia("(max-width: 899px)").matches ? "list" : "map");
updateViews();
setInterval(() => top.tick(), 1000);
setInterval(() => {
  work.update();
  repairs.update();
  sources.update();
  panel.update();
  uses.update();
  details.update();
  table.update();
}, 5000);
feed.start();
