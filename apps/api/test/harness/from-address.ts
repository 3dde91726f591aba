import { request } from "node:http";

export interface AddressedAnswer {
  readonly status: number;
  /** The cookies that were set, `name=value` each. */
  readonly cookies: readonly string[];
  readonly body: Record<string, unknown>;
}

/** A request of a browser from an address of its own: every address of 127.0.0.0/8 is this machine. */
export async function postFrom(
  address: string,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<AddressedAnswer> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: "POST",
        localAddress: address,
        agent: false,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text), origin: new URL(url).origin, ...headers },
      },
      (response) => {
        let received = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (received += chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            cookies: (response.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? ""),
            body: received === "" ? {} : (JSON.parse(received) as Record<string, unknown>),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(text);
  });
}
