export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ms`;

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
