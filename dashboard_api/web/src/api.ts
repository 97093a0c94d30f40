// The API's types under short names; they are generated from its OpenAPI document.
import type { components } from "./generated/api.ts";

export type Schemas = components["schemas"];
export type Snapshot = Schemas["Snapshot"];
export type Change = Schemas["Change"];
export type PageStatus = Schemas["PageStatus"];
export type Cells = Schemas["Cells"];
export type Shelter = Schemas["Shelter"];
export type Closure = Schemas["Closure"];
export type Repair = Schemas["Repair"];
export type RepairSheet = Schemas["RepairSheet"];
export type PlaceUse = Schemas["PlaceUse"];
export type Alert = Schemas["Alert"];
export type Zone = Schemas["Zone"];
export type DataSource = Schemas["DataSource"];
export type DeclaredSource = Schemas["DeclaredSource"];
export type Hazard = Schemas["Hazard"];
export type Problem = Schemas["ProblemBody"];
