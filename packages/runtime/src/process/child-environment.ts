import { join } from "node:path";
import type { WorkloadSpec } from "../workload-spec.js";
import type { AgentFolders } from "./agent-records.js";

export type HostEnvironment = Readonly<Record<string, string | undefined>>;

/** All that an agent gets of the environment of Mosaic, which holds its secrets. */
const inherited = ["PATH", "LANG", "LC_ALL", "TZ", "USER", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];
const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
const loopback = "127.0.0.1,localhost,::1";

/** Of a limit that also covers stacks, buffers and code. */
const heapShare = 0.75;
const minHeapMib = 256;
const mib = 1024 * 1024;

export interface ChildPlaces {
  readonly folders: AgentFolders;
  readonly runDir: string;
  readonly port: number;
}

/** No secret in it: the token comes over standard input. `software` is what the installed software wants. */
export function childEnvironment(
  spec: WorkloadSpec,
  software: Readonly<Record<string, string>>,
  { folders, runDir, port }: ChildPlaces,
  host: HostEnvironment,
): Record<string, string> {
  return {
    ...inheritedEnvironment(host),
    HOME: folders.home,
    TMPDIR: folders.tmp,
    XDG_CACHE_HOME: join(folders.home, ".cache"),
    NODE_ENV: "production",
    // The nearest thing to a memory limit that there is without an engine: it bounds the heap, not the process.
    NODE_OPTIONS: `--max-semi-space-size=8 --max-old-space-size=${heapMib(spec.limits.memoryBytes)}`,
    MALLOC_ARENA_MAX: "2",
    ...software,
    ...spec.environment,
    MOSAIC_AGENT_STATE_DIR: folders.state,
    MOSAIC_AGENT_RUN_DIR: runDir,
    MOSAIC_AGENT_PORT: String(port),
    MOSAIC_EXIT_WITH_PARENT: "1",
  };
}

export function inheritedEnvironment(host: HostEnvironment): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of [...inherited, ...proxies]) {
    const value = host[name];
    if (value) environment[name] = value;
  }
  // A proxy must not come between the agent and Mosaic, which are on the same machine.
  if (proxies.some((name) => environment[name])) {
    const exceptions = [environment["NO_PROXY"] ?? environment["no_proxy"], loopback].filter(Boolean).join(",");
    environment["NO_PROXY"] = exceptions;
    environment["no_proxy"] = exceptions;
  }
  return environment;
}

function heapMib(memoryBytes: number): number {
  return Math.max(minHeapMib, Math.floor((memoryBytes * heapShare) / mib));
}
