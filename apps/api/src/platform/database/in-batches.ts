export const rowsPerBatch = 5_000;

/** Runs a statement that takes at most `rowsPerBatch` rows until it takes fewer, so that no one transaction holds many. Tells their number. */
export async function inBatches(take: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await take(rowsPerBatch);
    total += count;
    if (count < rowsPerBatch) {
      return total;
    }
  }
}
