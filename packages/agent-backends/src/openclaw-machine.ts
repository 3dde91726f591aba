const gibibyte = 1024 ** 3;

/**
 * What OpenClaw needs of a machine, measured with 2026.9.6: 0.6 GB when it is ready, 0.85 to 1.1 GB after some turns. With 768 MB the kernel
 * kills it in its first turn.
 */
export const openclawMemory = { minimumBytes: gibibyte, comfortableBytes: 1.5 * gibibyte } as const;

const tooBusy = /state lease heartbeat did not become ready|startup migrations did not complete cleanly/;

/**
 * OpenClaw gives a worker of its own 5 s to start, whatever the machine is doing, and then ends with the code of a bad configuration (78, or 1
 * after a restart). Nothing is wrong then: the same state boots at the next attempt.
 */
export function isTooBusy(said: string): boolean {
  return tooBusy.test(said);
}
