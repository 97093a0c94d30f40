// A point that somebody is to pick on the map: whoever asks hears of it; the map shows what is looked at. Decides nothing.

export interface Point {
  lat: number;
  lon: number;
}

export class Picking {
  private waiting: ((point: Point) => void) | null = null;
  private readonly viewers: ((point: Point | null) => void)[] = [];

  /** The map, or whoever else can show a point. */
  view(viewer: (point: Point | null) => void): void {
    this.viewers.push(viewer);
  }

  show(point: Point | null): void {
    for (const viewer of this.viewers) viewer(point);
  }

  get isAsked(): boolean {
    return this.waiting !== null;
  }

  ask(heard: (point: Point) => void): void {
    this.waiting = heard;
    document.body.dataset.picking = "true";
  }

  cancel(): void {
    this.waiting = null;
    delete document.body.dataset.picking;
  }

  /** The map was clicked; false: nobody asked. */
  take(point: Point): boolean {
    const heard = this.waiting;
    if (heard === null) return false;
    this.cancel();
    heard(point);
    return true;
  }
}
