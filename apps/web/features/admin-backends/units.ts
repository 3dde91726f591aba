import type { BackendSettings, UpdateBackend } from "@mosaic/contracts/admin-containers";
import { updateBackend } from "@mosaic/contracts/admin-containers";
import type { AgentTools } from "@mosaic/contracts/agent";

const mebibyte = 1024 * 1024;
const nanosPerCpu = 1_000_000_000;

/** What the form holds: people think in MB, CPUs, seconds and minutes. */
export interface BackendValues {
  readonly image: string;
  readonly memoryMb: string;
  readonly cpus: string;
  readonly processes: string;
  readonly readySeconds: string;
  readonly idleMinutes: string;
  readonly tools: AgentTools;
}

export const toBackendValues = (stored: BackendSettings): BackendValues => ({
  image: stored.image,
  memoryMb: String(Math.round((stored.memoryLimitBytes / mebibyte) * 100) / 100),
  cpus: String(stored.nanoCpus / nanosPerCpu),
  processes: String(stored.pidsLimit),
  readySeconds: String(stored.readyTimeoutMs / 1000),
  idleMinutes: String(stored.defaultIdleTimeoutSeconds / 60),
  tools: stored.defaultTools,
});

/** An empty field is no number, rather than 0. */
const number = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text.trim().replace(",", ".")));

export const toUpdateBackend = (values: BackendValues): UpdateBackend => ({
  image: values.image.trim(),
  memoryLimitBytes: Math.round(number(values.memoryMb) * mebibyte),
  nanoCpus: Math.round(number(values.cpus) * nanosPerCpu),
  pidsLimit: number(values.processes),
  readyTimeoutMs: Math.round(number(values.readySeconds) * 1000),
  defaultIdleTimeoutSeconds: Math.round(number(values.idleMinutes) * 60),
  defaultTools: values.tools,
});

export type BackendFaults = Partial<Record<keyof BackendValues, string>>;

const fields: Record<string, { readonly field: keyof BackendValues; readonly text: string }> = {
  image: { field: "image", text: "An image name such as mosaic/openclaw:2026.9.6" },
  memoryLimitBytes: { field: "memoryMb", text: "From 256 MB to 1,048,576 MB (1 TB)" },
  nanoCpus: { field: "cpus", text: "From 0.1 to 256 CPUs" },
  pidsLimit: { field: "processes", text: "A whole number from 32 to 65,536" },
  readyTimeoutMs: { field: "readySeconds", text: "From 10 to 900 seconds" },
  defaultIdleTimeoutSeconds: { field: "idleMinutes", text: "From 0 to 10,080 minutes (a week)" },
};

export const checkBackend = (values: BackendValues): BackendFaults =>
  Object.fromEntries(
    (updateBackend.safeParse(toUpdateBackend(values)).error?.issues ?? []).flatMap(({ path }) => {
      const known = fields[String(path[0])];
      return known === undefined ? [] : [[known.field, known.text]];
    }),
  );
