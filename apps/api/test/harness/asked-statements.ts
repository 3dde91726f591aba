import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A statement that Postgres was sent, in the order in which it was. */
export interface Asked {
  readonly atMs: number;
  readonly text: string;
  /** It ends a transaction: `COMMIT`, or a statement that stands alone. */
  readonly isCommit: boolean;
  /** It begins or ends a transaction and does nothing else. */
  readonly isControl: boolean;
}

export interface AskedStatements {
  /** The database, through the one who listens. */
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

const control = /^\s*(?:BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET TRANSACTION)\b/i;

/** Stands between Mosaic and Postgres and notes what goes by. What Postgres itself counts comes a second late, and not by turn. */
export async function listenTo(databaseUrl: string): Promise<AskedStatements> {
  const target = new URL(databaseUrl);
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    const reader = new Frames(asked);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      reader.push(chunk);
      upstream.write(chunk);
    });
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    asked,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What one connection sends, in the frames of Postgres' protocol. */
class Frames {
  private rest = Buffer.alloc(0);
  private hasBegun = false;
  private isInTransaction = false;
  private readonly prepared = new Map<string, string>();
  private readonly portals = new Map<string, string>();

  constructor(private readonly asked: Asked[]) {}

  push(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      // The first frame has no type.
      const head = this.hasBegun ? 1 : 0;
      if (this.rest.length < head + 4 || this.rest.length < head + this.rest.readInt32BE(head)) {
        return;
      }
      const length = head + this.rest.readInt32BE(head);
      const frame = this.rest.subarray(0, length);
      this.rest = this.rest.subarray(length);
      if (this.hasBegun) {
        this.read(String.fromCharCode(frame[0] ?? 0), frame.subarray(5));
      }
      this.hasBegun = true;
    }
  }

  private read(type: string, body: Buffer): void {
    const [first = "", second = ""] = words(body);
    if (type === "P") {
      this.prepared.set(first, second);
    } else if (type === "B") {
      this.portals.set(first, this.prepared.get(second) ?? "");
    } else if (type === "E") {
      this.note(this.portals.get(first) ?? "");
    } else if (type === "Q") {
      this.note(first);
    }
  }

  private note(text: string): void {
    const isControl = control.test(text);
    if (/^\s*(?:BEGIN|START)\b/i.test(text)) {
      this.isInTransaction = true;
    } else if (/^\s*(?:COMMIT|ROLLBACK)\b/i.test(text)) {
      this.isInTransaction = false;
    }
    const isCommit = /^\s*COMMIT\b/i.test(text) || (!isControl && !this.isInTransaction);
    this.asked.push({ atMs: performance.now(), text, isCommit, isControl });
  }
}

/** The first two texts of a frame. */
function words(body: Buffer): string[] {
  const end = body.indexOf(0);
  const next = body.indexOf(0, end + 1);
  return [body.toString("utf8", 0, Math.max(end, 0)), next === -1 ? "" : body.toString("utf8", end + 1, next)];
}
