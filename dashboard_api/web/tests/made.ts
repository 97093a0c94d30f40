// Rows for tests: each call names only what matters to it.
import type {
  Alert,
  Closure,
  DataSource,
  DeclaredSource,
  Repair,
  Shelter,
  Snapshot,
  Zone,
} from "../src/api.ts";

export const NOW = 1_756_700_000_000;

export function zone(over: Partial<Zone> = {}): Zone {
  return {
    area: "city/9910100",
    area_name: "澪北市",
    hazard: "flood",
    severity: "warning",
    name: "洪水警報",
    level: 3,
    level_is_lower_bound: false,
    arrival_at_ms: null,
    height_m: null,
    cells: [],
    widened: false,
    ...over,
  };
}

export function alert(zones: Zone[], over: Partial<Alert> = {}): Alert {
  return {
    series: "jma/a",
    kind: "VPWW55",
    source: "jma",
    status: "exercise",
    title: "気象警報",
    headline: "",
    issuer: "気象台",
    issued_at_ms: NOW,
    valid_until_ms: null,
    zones,
    ...over,
  };
}

export function shelter(over: Partial<Shelter> = {}): Shelter {
  return {
    id: "E1",
    layer: "site",
    name: "小学校",
    lat: 34.5,
    lon: 135.2,
    suits: [],
    unsuited: [],
    capacity: 100,
    headcount: 10,
    opening: "open",
    municipality: "99101",
    address: "",
    listed_source: "list",
    listed_as_of_ms: null,
    reported_source: "city",
    reported_as_of_ms: NOW,
    repaired: null,
    ...over,
  };
}

export function closure(over: Partial<Closure> = {}): Closure {
  return {
    id: "C1",
    source: "roads",
    as_of_ms: NOW,
    modes: ["car"],
    modes_assumed: false,
    cause: "",
    description: "",
    road_names: ["一号橋"],
    structure: "bridge",
    geometry: "line",
    parts: [
      [
        [34.5, 135.2],
        [34.5, 135.3],
      ],
    ],
    starts_at_ms: null,
    ends_at_ms: null,
    ...over,
  };
}

export function repair(over: Partial<Repair> = {}): Repair {
  const { kind = "closure", id = "C1" } = over;
  return {
    key: `${kind}/${id}`,
    kind,
    id,
    why: "by-name",
    is_open: true,
    written: "",
    place: "",
    repaired: null,
    ...over,
  };
}

export function source(over: Partial<DataSource> = {}): DataSource {
  return { kind: "counts", source: "staff:99101", newest_ms: NOW, stale_after_s: 300, ...over };
}

export function declared(over: Partial<DeclaredSource> = {}): DeclaredSource {
  return {
    id: "roads",
    name: "道路課",
    kind: "pull",
    says: ["closures"],
    contact: "tel:0",
    declared_ms: NOW - 3_600_000,
    expected_s: 600,
    news_s: null,
    heard_ms: NOW,
    news_ms: NOW,
    trouble: null,
    trouble_since_ms: null,
    detail: "",
    ...over,
  };
}

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    id: "1-0",
    status: { world: "drill", now_ms: NOW, speed: 1, view: "live", view_as_of_ms: NOW },
    area: "澪",
    attribution: [],
    synthetic: true,
    bbox: [34, 135, 35, 136],
    municipalities: [],
    sharing: [],
    fewer_than: 10,
    cells: { cell: [], shown: [], as_of_ms: [], municipality: [] },
    shelters: [],
    closures: [],
    repairs: [],
    alerts: [],
    sources: [],
    declared: [],
    ...over,
  };
}
