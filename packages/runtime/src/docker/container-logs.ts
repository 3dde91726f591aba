import { readLogFrames } from "../log-tail.js";
import { toRuntimeError } from "./engine-errors.js";
import type { Engine } from "./engine.js";

const readLimitBytes = 8 * 1024 * 1024;
const readLimitMs = 30_000;

/** dockerode's own way to read logs to their end keeps them all in memory. Its transport gives them as they come. */
interface Transport {
  dial(options: object, done: (error: unknown, stream: NodeJS.ReadableStream) => void): void;
}

/** The end of what a container wrote: read as it comes, and no further than a bound, since the container may write as fast as it can. */
export async function readContainerLogs(engine: Engine, id: string, lines: number): Promise<string> {
  const limit = AbortSignal.timeout(readLimitMs);
  const stream = await engine.open(
    (docker, abortSignal) =>
      new Promise<NodeJS.ReadableStream>((resolve, reject) => {
        (docker.modem as Transport).dial(
          {
            path: `/containers/${id}/logs?`,
            method: "GET",
            isStream: true,
            abortSignal,
            options: { stdout: true, stderr: true, tail: lines, follow: false },
            statusCodes: { 200: true, 404: "no such container", 500: "server error" },
          },
          (error, answer) => (error ? reject(error) : resolve(answer)),
        );
      }),
    limit,
  );
  const end = (): void => void stream.destroy();
  limit.addEventListener("abort", end, { once: true });
  try {
    return await readLogFrames(stream, readLimitBytes);
  } catch (error) {
    throw toRuntimeError(error, engine.where);
  } finally {
    limit.removeEventListener("abort", end);
    stream.destroy();
  }
}
