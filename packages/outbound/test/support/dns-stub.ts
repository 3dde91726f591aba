import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { ResolveHost } from "../../src/judged-connection.js";

export interface DnsStub {
  readonly resolve: ResolveHost;
  /** Each name that was asked for, once per type of record. */
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

const typeA = 1;
const typeAaaa = 28;

/** A name server over UDP. `answers` is asked for each query; `null` means that the name does not exist, `undefined` that nothing is said. */
export async function startDnsStub(answers: (name: string, query: number) => readonly string[] | null | undefined): Promise<DnsStub> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  const queries = new Map<string, number>();
  socket.on("message", (message, from) => {
    const { name, type, end } = questionOf(message);
    const count = queries.get(`${name} ${type}`) ?? 0;
    queries.set(`${name} ${type}`, count + 1);
    asked.push(`${name} ${type === typeA ? "A" : "AAAA"}`);
    const found = answers(name, count);
    if (found !== undefined) {
      socket.send(answer(message, end, type, found), from.port, from.address);
    }
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const resolver = new Resolver({ timeout: 5000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    asked,
    resolve: async (hostname) => {
      const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
      const found = [four, six].flatMap((result) => (result.status === "fulfilled" ? result.value : []));
      if (found.length === 0 && four.status === "rejected") {
        throw four.reason as Error;
      }
      return found;
    },
    close: async () => {
      resolver.cancel();
      socket.close();
      await once(socket, "close");
    },
  };
}

function questionOf(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let position = 12;
  for (let length = message.readUInt8(position); length > 0; length = message.readUInt8(position)) {
    labels.push(message.toString("latin1", position + 1, position + 1 + length));
    position += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(position + 1), end: position + 5 };
}

function answer(message: Buffer, end: number, type: number, found: readonly string[] | null): Buffer {
  const addresses = (found ?? []).filter((address) => (isIP(address) === 4 ? typeA : typeAaaa) === type);
  const head = Buffer.from(message.subarray(0, 12));
  head.writeUInt16BE(found === null ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    const bytes = ipaddr.parse(address).toByteArray();
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(bytes.length, 10);
    return Buffer.concat([record, Buffer.from(bytes)]);
  });
  return Buffer.concat([head, message.subarray(12, end), ...records]);
}
