// The world's clock as the server tells it; between two tellings it runs on at the world's speed.

export class WorldClock {
  private worldMs = 0;
  private wallMs = 0;
  private speed = 1;

  constructor(private readonly wall: () => number = () => performance.now()) {}

  sync(nowMs: number, speed: number): void {
    this.worldMs = nowMs;
    this.wallMs = this.wall();
    this.speed = speed;
  }

  now(): number {
    return this.worldMs + (this.wall() - this.wallMs) * this.speed;
  }
}
