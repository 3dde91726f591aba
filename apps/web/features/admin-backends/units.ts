import type { BackendSettings, UpdateBackend } from "@mosaic/contracts/admin-containers";
import { updateBackend } from "@mosaic/contracts/admin-containers";
import type { AgentTools } from "@mosaic/contracts/agent";
import { m } from "@messages/admin-backends";

const mebibyte = 1024 * 1024;
const nanosPerCpu = 1_000_000_000;

/** What the form holds: people think in MB, CPUs, seconds and minutes. */
export interface BackendValues {
  readonly image: string;
  readonly memoryMb: string;
  readonly cpus: string;
  readonly processes: string;
  readonly diskMb: string;
  readonly readySeconds: string;
  readonly idleMinutes: string;
  readonly tools: AgentTools;
}

export const toBackendValues = (stored: BackendSettings): BackendValues => ({
  image: stored.image,
  memoryMb: String(Math.round((stored.memoryLimitBytes / mebibyte) * 100) / 100),
  cpus: String(stored.nanoCpus / nanosPerCpu),
  processes: String(stored.pidsLimit),
  diskMb: String(Math.round((stored.stateLimitBytes / mebibyte) * 100) / 100),
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
  stateLimitBytes: Math.round(number(values.diskMb) * mebibyte),
  readyTimeoutMs: Math.round(number(values.readySeconds) * 1000),
  defaultIdleTimeoutSeconds: Math.round(number(values.idleMinutes) * 60),
  defaultTools: values.tools,
});

export type BackendFaults = Partial<Record<keyof BackendValues, string>>;

/** Where the API found fault, as fields of the form. */
export const backendFields = {
  image: "image",
  memoryLimitBytes: "memoryMb",
  nanoCpus: "cpus",
  pidsLimit: "processes",
  stateLimitBytes: "diskMb",
  readyTimeoutMs: "readySeconds",
  defaultIdleTimeoutSeconds: "idleMinutes",
} as const satisfies Record<string, keyof BackendValues>;

const words: Readonly<Record<(typeof backendFields)[keyof typeof backendFields], string>> = {
  image: m.anImageNameSuchAs,
  memoryMb: m.from256MbTo1,
  cpus: m.from01To256,
  processes: m.aWholeNumberFrom32,
  diskMb: m.from256MbTo16,
  readySeconds: m.from10To900Seconds,
  idleMinutes: m.from0To10080,
};

export const checkBackend = (values: BackendValues, stored: BackendSettings): BackendFaults => {
  const update = toUpdateBackend(values);
  const faults = (updateBackend.safeParse(update).error?.issues ?? []).flatMap(({ path }) => {
    const field = (backendFields as Partial<Record<string, keyof typeof words>>)[String(path[0])];
    return field === undefined ? [] : [[field, words[field]]];
  });
  return { ...memoryFault(update.memoryLimitBytes, stored), ...(Object.fromEntries(faults) as BackendFaults) };
};

/** A limit that is too low and was stored before such were refused stays, with the warning, until it is changed. */
const memoryFault = (bytes: number | undefined, { label, memoryLimitBytes, memoryNeeds }: BackendSettings): BackendFaults =>
  bytes === undefined || bytes === memoryLimitBytes || bytes >= memoryNeeds.minimumBytes
    ? {}
    : { memoryMb: m.needsAtLeastWithLess(label, inMb(memoryNeeds.minimumBytes)) };

/** What is allowed and not enough to be comfortable, in words; `null` if it is enough. */
export const memoryWarning = (values: BackendValues, { label, memoryNeeds }: BackendSettings): string | null => {
  const bytes = toUpdateBackend(values).memoryLimitBytes ?? 0;
  if (Number.isNaN(bytes) || bytes >= memoryNeeds.comfortableBytes) return null;
  return bytes < memoryNeeds.minimumBytes
    ? m.withLessThanAnAgent(inMb(memoryNeeds.minimumBytes), label)
    : m.anAgentOfMayBe(label, inMb(memoryNeeds.comfortableBytes));
};

export const inMb = (bytes: number): string => `${Math.round(bytes / mebibyte)} MB`;
