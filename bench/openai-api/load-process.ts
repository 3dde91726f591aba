import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadJob, LoadReport, LoadResult } from "./load.js";

const entry = fileURLToPath(new URL("./load.ts", import.meta.url));

export interface LoadProcess {
  /** One at a time. */
  run(job: LoadJob, onAllOpen?: () => void): Promise<LoadResult>;
  close(): Promise<void>;
}

export function startLoad(): LoadProcess {
  const child = fork(entry, { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    run: async (job, onAllOpen) =>
      new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error("The process that sends streams has ended."));
        const onReport = (report: LoadReport): void => {
          if (report.kind === "allOpen") {
            onAllOpen?.();
            return;
          }
          child.off("message", onReport);
          child.off("exit", onExit);
          resolve(report.result);
        };
        child.on("message", onReport);
        child.once("exit", onExit);
        child.send(job);
      }),
    close: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}

/** The same fault is told once. */
export function faultsIn(results: readonly LoadResult[]): string[] {
  const faults = results.flatMap((result) => result.faults);
  return [...Map.groupBy(faults, (fault) => fault)].map(([fault, all]) => `${all.length} × ${fault}`);
}
