interface Bucket {
  points: number;
  at: number;
}

/**
 * Points by key that are forgotten as time goes by. In memory: it slows down what would cost much to look at, so it must itself cost nothing.
 * The keys that were counted longest ago are forgotten first beyond `maxKeys`.
 */
export class LeakyBuckets {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limits: { readonly points: number; readonly perSecond: number; readonly maxKeys?: number },
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  add(key: string, points: number): void {
    const bucket = { points: Math.min(this.pointsOf(key) + points, this.limits.points * 2), at: this.nowMs() };
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > (this.limits.maxKeys ?? 10_000) && oldest !== undefined) {
      this.buckets.delete(oldest);
    }
  }

  /** How long until the key has room again; 0: it has. */
  waitSeconds(key: string): number {
    const excess = this.pointsOf(key) - this.limits.points;
    return excess < 0 ? 0 : Math.max(1, Math.ceil(excess / this.limits.perSecond));
  }

  private pointsOf(key: string): number {
    const bucket = this.buckets.get(key);
    if (bucket === undefined) {
      return 0;
    }
    const forgotten = ((this.nowMs() - bucket.at) / 1000) * this.limits.perSecond;
    return Math.max(0, bucket.points - forgotten);
  }
}
