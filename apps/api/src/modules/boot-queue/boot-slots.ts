/**
 * How many agents boot at the same time. A boot of OpenClaw keeps more than one core busy until it is ready, and two on two cores make each
 * other miss fixed limits of its own (5 s for a worker): they take as long as one after the other, and the first person waits twice as long.
 */
export function bootSlots(cores: number, chosen: number | undefined): number {
  return chosen ?? Math.max(1, Math.floor(cores / 2));
}
