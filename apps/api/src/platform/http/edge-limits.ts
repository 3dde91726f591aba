/** What one caller may take of the web server, before and beside what features bound. `docs/limits.md` tells people. */
export interface EdgeLimits {
  /** A body must be there this long after its head. */
  readonly bodyTimeoutMs: number;
  /** Points of refused requests that an address, or a signed-in caller, may collect; each kind of refusal has its own. */
  readonly refusalPoints: number;
  /** How fast points are forgotten. */
  readonly forgottenPointsPerSecond: number;
  /** Requests and streams under way at once, of one session or token and of one user. */
  readonly requestsPerCaller: number;
  /** Connections of one address on which nobody has shown who they are. */
  readonly strangersPerAddress: number;
  /** Connections on the public port. The oldest that nobody waits on gives way to a new one. */
  readonly connectionsInAll: number;
}

export const edgeLimits: EdgeLimits = {
  bodyTimeoutMs: 20_000,
  refusalPoints: 300,
  forgottenPointsPerSecond: 5,
  requestsPerCaller: 100,
  strangersPerAddress: 256,
  connectionsInAll: 4_096,
};

/** Injection token of the limits. */
export const EDGE_LIMITS = Symbol("EDGE_LIMITS");
