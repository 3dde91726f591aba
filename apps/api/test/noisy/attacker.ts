import { Agent, request, type OutgoingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";

export interface Shot {
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
  /** Every address of 127.0.0.0/8 is this machine: an attack comes from another place than those whom it must not touch. */
  readonly from: string;
  readonly signal?: AbortSignal;
  /** Leaves as soon as the head of the answer is there. */
  readonly isHeadEnough?: boolean;
}

/** How often each answer came: a status, or what the connection ended with. */
export class Answers {
  readonly counts = new Map<string, number>();

  add(answer: string): void {
    this.counts.set(answer, (this.counts.get(answer) ?? 0) + 1);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  toString(): string {
    return [...this.counts].map(([answer, count]) => `${count} × ${answer}`).join(", ");
  }
}

const patienceMs = 60_000;

/** One request on a connection of its own, or of `agent`. Resolves with the status, or with the error's code; never rejects. */
export async function shoot(baseUrl: string, shot: Shot, agent: Agent | false = false): Promise<string> {
  const { method = "GET", path, body, headers, from, signal, isHeadEnough = false } = shot;
  return new Promise((resolve) => {
    const isChange = method !== "GET";
    const sent = request(
      `${baseUrl}${path}`,
      {
        method,
        agent,
        localAddress: from,
        timeout: patienceMs,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          ...(isChange ? { origin: baseUrl } : {}),
          ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (response) => {
        const status = String(response.statusCode);
        if (isHeadEnough) {
          response.destroy();
          resolve(status);
          return;
        }
        response.resume();
        response.once("end", () => resolve(status));
        response.once("close", () => resolve(status));
        response.once("error", () => resolve(`${status}, cut off`));
      },
    );
    sent.once("timeout", () => sent.destroy(Object.assign(new Error("no answer"), { code: "no answer" })));
    sent.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

/** `count` requests, `atOnce` under way at a time. */
export async function volley(baseUrl: string, count: number, atOnce: number, shotOf: (index: number) => Shot): Promise<Answers> {
  const answers = new Answers();
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      answers.add(await shoot(baseUrl, shotOf(index), agent));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  agent.destroy();
  return answers;
}

/** Raw connections that write `opening` and then what `drip` says every `everyMs`, until `forMs` is over. */
export async function openSockets(
  baseUrl: string,
  {
    from,
    count,
    opening,
    drip,
    everyMs,
    forMs,
  }: { from: string; count: number; opening: string; drip: string; everyMs: number; forMs: number },
): Promise<Answers> {
  const { hostname, port } = new URL(baseUrl);
  const answers = new Answers();
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect({ host: hostname, port: Number(port), localAddress: from });
    let heard = "";
    socket.on("data", (chunk) => (heard += chunk.toString("latin1").slice(0, 100)));
    socket.on("error", () => undefined);
    socket.once("close", () => answers.add(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? "closed"));
    socket.write(opening);
    sockets.push(socket);
    if (index % 100 === 99) {
      await pause(10);
    }
  }
  const dripping = setInterval(() => {
    for (const socket of sockets) {
      if (socket.writable) {
        socket.write(drip);
      }
    }
  }, everyMs);
  await pause(forMs);
  clearInterval(dripping);
  for (const socket of sockets) {
    socket.destroy();
  }
  await pause(50);
  return answers;
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
