// Snapshot, then server-sent events for ever. Comes back by itself, and goes on where it was.
import type { Change, PageStatus, Snapshot } from "./api.ts";

export type Connection = "connecting" | "live" | "reconnecting" | "stale";

const STALE_AFTER_MS = 15_000; // the server speaks every five seconds
const RETRY_MS = [500, 1000, 2000, 4000];

export interface FeedListener {
  onSnapshot(snapshot: Snapshot): void;
  onChange(change: Change): void;
  onStatus(status: PageStatus): void;
  onConnection(connection: Connection): void;
}

export class Feed {
  private lastId: string | null = null;
  private events: EventSource | null = null;
  private failures = 0;
  private heardAt = 0; // when the server last spoke; 0: never
  private triedAt = 0;
  private connection: Connection = "connecting";

  constructor(private readonly listener: FeedListener) {}

  start(): void {
    void this.connect();
    setInterval(() => this.watch(), 1000);
    // a phone that was in a pocket asks at once when it is looked at again
    document.addEventListener("visibilitychange", () => this.watch());
  }

  private async connect(): Promise<void> {
    try {
      if (this.lastId === null) await this.takeSnapshot();
      this.listen();
    } catch {
      this.failures += 1;
      this.say("reconnecting");
      setTimeout(() => void this.connect(), RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]);
    }
  }

  private async takeSnapshot(): Promise<void> {
    const response = await fetch("v1/snapshot", { cache: "no-store" });
    if (!response.ok) throw new Error(`snapshot: ${response.status}`);
    const snapshot = (await response.json()) as Snapshot;
    this.lastId = snapshot.id;
    this.listener.onSnapshot(snapshot);
  }

  private listen(): void {
    const events = new EventSource(`v1/changes?after=${this.lastId}`);
    this.events = events;
    this.triedAt = performance.now();
    const on = (kind: string, act: (data: string, id: string) => void) =>
      events.addEventListener(kind, (event) => {
        this.heardAt = performance.now();
        this.failures = 0;
        act(event.data, event.lastEventId);
      });
    on("status", (data) => {
      this.say("live");
      this.listener.onStatus(JSON.parse(data) as PageStatus);
    });
    on("change", (data, id) => {
      this.lastId = id;
      this.listener.onChange(JSON.parse(data) as Change);
    });
    on("resync", () => this.restart({ whole: true }));
    events.onerror = () => this.restart({ whole: false });
  }

  private restart({ whole }: { whole: boolean }): void {
    this.events?.close();
    this.events = null;
    if (whole) this.lastId = null;
    this.failures += 1;
    if (this.connection !== "stale") this.say("reconnecting");
    setTimeout(() => void this.connect(), RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]);
  }

  private watch(): void {
    const now = performance.now();
    if (this.heardAt === 0 || now - this.heardAt < STALE_AFTER_MS) return;
    this.say("stale");
    // a connection that is open and says nothing is no connection
    if (this.events !== null && now - this.triedAt > STALE_AFTER_MS) this.restart({ whole: false });
  }

  private say(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    this.listener.onConnection(connection);
  }
}
