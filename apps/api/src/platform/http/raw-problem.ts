import { STATUS_CODES } from "node:http";
import { problems, type ProblemCode } from "@mosaic/contracts/problem";

/** A whole answer, as bytes: for connections on which there is no request that could be answered. */
export function rawProblem(code: ProblemCode, detail: string): string {
  const { status, title } = problems[code];
  const body = JSON.stringify({ type: `urn:mosaic:problem:${code}`, title, status, code, detail });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "content-type: application/problem+json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    ...(status === 429 ? ["retry-after: 5"] : []),
    "connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
