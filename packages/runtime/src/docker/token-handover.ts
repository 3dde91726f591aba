import type { Container } from "dockerode";
import { RuntimeError } from "../agent-runtime.js";
import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";

const writeTimeoutMs = 10_000;
const lingerMs = 10_000;

/**
 * Starts a container and hands it its token as the first line of standard input. Attached before the start, as `docker start -i` does, and
 * written after it: a container that turns out to run already must not get a second line. Tells whether it was running.
 */
export async function startWithToken(engine: Engine, containerId: string, token: string): Promise<{ wasRunning: boolean }> {
  const stdin = await engine.call((docker) => attach(docker.getContainer(containerId)));
  stdin.on("error", () => undefined);
  stdin.resume();
  try {
    await engine.call((docker, abortSignal) => docker.getContainer(containerId).start({ abortSignal }));
  } catch (error) {
    // Closing our side would close the standard input of a container that someone else starts right now, so that is left to the timer.
    if (isStatus(error, 304)) {
      destroyLater(stdin);
      return { wasRunning: true };
    }
    destroy(stdin);
    throw error;
  }
  try {
    await engine.call(() => writeLine(stdin, token), writeTimeoutMs);
  } catch (error) {
    // Without its token it is of no use, and the next start must not find it running.
    destroy(stdin);
    await engine.call((docker, abortSignal) => docker.getContainer(containerId).kill({ abortSignal })).catch(() => undefined);
    throw new RuntimeError("unreachable", "Docker went away while the agent's container was being started. Try again.", { cause: error });
  }
  destroyLater(stdin);
  return { wasRunning: false };
}

function attach(container: Container): Promise<NodeJS.ReadWriteStream> {
  // No abort signal: it would stay tied to the socket after the upgrade.
  return container.attach({ stream: true, stdin: true, hijack: true });
}

function writeLine(stdin: NodeJS.ReadWriteStream, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdin.once("error", reject);
    stdin.once("close", () => reject(new Error("the connection was closed before the token was written")));
    // Its type says that the callback has no argument; it has one if the stream was closed before.
    const onWritten = (error?: Error | null) => (error ? reject(error) : resolve());
    stdin.end(`${line}\n`, onWritten);
  });
}

/** From the end of the start on, not from its beginning: a busy engine takes long to start a container, and the token comes after that. */
function destroyLater(stdin: NodeJS.ReadWriteStream): void {
  const linger = setTimeout(() => destroy(stdin), lingerMs).unref();
  stdin.on("close", () => clearTimeout(linger));
}

function destroy(stream: NodeJS.ReadWriteStream): void {
  (stream as NodeJS.ReadWriteStream & { destroy(): void }).destroy();
}
