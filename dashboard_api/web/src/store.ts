// What the page knows: exactly what the server said, nothing invented.
import type {
  Alert,
  Cells,
  Change,
  Closure,
  DataSource,
  DeclaredSource,
  PageStatus,
  Repair,
  Shelter,
  Snapshot,
} from "./api.ts";
import type { Cell } from "./cells.ts";

export type Facts = Pick<
  Snapshot,
  "area" | "attribution" | "synthetic" | "bbox" | "municipalities" | "sharing" | "fewer_than"
>;

/** What a change touched; `all` after a snapshot. */
export interface Touched {
  all: boolean;
  cells: readonly string[];
  gone: readonly string[];
}

export class Store {
  readonly cells = new Map<string, Cell>();
  readonly shelters = new Map<string, Shelter>();
  readonly closures = new Map<string, Closure>();
  readonly repairs = new Map<string, Repair>();
  readonly alerts = new Map<string, Alert>();
  readonly declared = new Map<string, DeclaredSource>();
  sources: readonly DataSource[] = [];
  status: PageStatus | null = null;
  facts: Facts | null = null;
  private readonly listeners: ((touched: Touched) => void)[] = [];

  listen(listener: (touched: Touched) => void): void {
    this.listeners.push(listener);
  }

  load(snapshot: Snapshot): void {
    const tables = [this.cells, this.shelters, this.closures, this.repairs, this.alerts, this.declared];
    for (const table of tables) table.clear();
    this.facts = snapshot;
    this.status = snapshot.status;
    this.put(snapshot);
    this.tell({ all: true, cells: [], gone: [] });
  }

  apply(change: Change): void {
    for (const id of change.cells_gone) this.cells.delete(id);
    for (const id of change.shelters_gone) this.shelters.delete(id);
    for (const id of change.closures_gone) this.closures.delete(id);
    for (const id of change.repairs_gone) this.repairs.delete(id);
    for (const id of change.alerts_gone) this.alerts.delete(id);
    for (const id of change.declared_gone) this.declared.delete(id);
    this.put(change);
    this.tell({ all: false, cells: change.cells.cell, gone: change.cells_gone });
  }

  setStatus(status: PageStatus): void {
    this.status = status;
    this.tell({ all: false, cells: [], gone: [] });
  }

  private put(rows: Snapshot | Change): void {
    this.putCells(rows.cells);
    for (const shelter of rows.shelters) this.shelters.set(shelter.id, shelter);
    for (const closure of rows.closures) this.closures.set(closure.id, closure);
    for (const repair of rows.repairs) this.repairs.set(repair.key, repair);
    for (const alert of rows.alerts) this.alerts.set(alert.series, alert);
    for (const source of rows.declared) this.declared.set(source.id, source);
    this.sources = rows.sources;
  }

  private putCells(columns: Cells): void {
    columns.cell.forEach((cell, i) => {
      this.cells.set(cell, {
        cell,
        shown: columns.shown[i] ?? null,
        asOfMs: columns.as_of_ms[i] ?? 0,
        municipality: columns.municipality[i] ?? "",
      });
    });
  }

  private tell(touched: Touched): void {
    for (const listener of this.listeners) listener(touched);
  }
}
