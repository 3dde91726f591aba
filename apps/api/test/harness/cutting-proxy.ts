import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Where a connection is cut: at the first byte of the answer, none of which arrives, or in the middle of its head. */
export type Cut = "before_answer" | "in_head";

const bytesOfHead = 25;

export interface CuttingProxy {
  readonly url: string;
  /** How many connections were cut. */
  readonly cutCount: number;
  readonly openCount: number;
  /** That many of the answers to come are cut, each on a connection of its own. */
  cutNext(count: number, cut: Cut): void;
  /** Cuts what is open now. */
  cutAll(): void;
  /** Whoever comes from now on is served there. */
  leadTo(url: string): void;
  close(): Promise<void>;
}

/** A bad network between a program and the API. */
export async function startCuttingProxy(first: string): Promise<CuttingProxy> {
  let target = new URL(first);
  let cutting: { count: number; cut: Cut } = { count: 0, cut: "before_answer" };
  let cutCount = 0;
  const open = new Set<Socket>();
  const end = (socket: Socket, isCut: boolean): void => {
    cutCount += isCut && open.has(socket) ? 1 : 0;
    open.delete(socket);
    socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    open.add(client);
    client.on("error", () => undefined).once("close", () => upstream.destroy());
    upstream.on("error", () => undefined).once("close", () => end(client, false));
    client.pipe(upstream);
    upstream.on("data", (data: Buffer) => {
      if (!open.has(client)) {
        return;
      }
      if (cutting.count === 0) {
        client.write(data);
        return;
      }
      cutting = { ...cutting, count: cutting.count - 1 };
      if (cutting.cut === "before_answer") {
        end(client, true);
      } else {
        client.write(data.subarray(0, bytesOfHead), () => end(client, true));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cutCount() {
      return cutCount;
    },
    get openCount() {
      return open.size;
    },
    cutNext: (count, cut) => {
      cutting = { count, cut };
    },
    cutAll: () => [...open].forEach((client) => end(client, true)),
    leadTo: (url) => {
      target = new URL(url);
    },
    close: async () => {
      [...open].forEach((client) => end(client, false));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
