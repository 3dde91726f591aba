import type { CDPSession, Page } from "@playwright/test";

/** One request of a page, and what its answer took on the wire: head and body, as they were sent. */
export interface WeighedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly encoding: string;
  readonly bytes: number;
}

export interface Weight {
  readonly requests: readonly WeighedRequest[];
  readonly bytes: number;
}

interface Sent {
  readonly method: string;
  readonly url: string;
  status: number;
  encoding: string;
  bytes: number;
  /** Whether nothing more is waited for: it ended, or is a stream that never does. */
  isSettled: boolean;
}

/** How long a page asks for nothing until it counts as open. Some links and parts are loaded only when a page is otherwise done. */
const quietMs = 1_000;

/** What `open` makes a page ask for, with nothing in the browser's cache, until it has been quiet for a moment. */
export async function weigh(page: Page, open: () => Promise<unknown>): Promise<Weight> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.clearBrowserCache");
  const sent = watch(session);
  await open();
  await quiet(sent);
  await session.detach();
  const requests = [...sent.values()].map(({ method, url, status, encoding, bytes }) => {
    const { pathname, search } = new URL(url);
    return { method, path: pathname + search, status, encoding, bytes };
  });
  return { requests, bytes: requests.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The heaviest first, for whoever has to find out what grew. */
export function weightInWords({ requests, bytes }: Weight): string {
  const lines = requests
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(
      ({ method, path, status, encoding, bytes: own }) => `${String(own).padStart(8)}  ${encoding.padEnd(4)} ${status} ${method} ${path}`,
    );
  return [`${bytes} bytes in ${requests.length} requests`, ...lines].join("\n");
}

function watch(session: CDPSession): Map<string, Sent> {
  const sent = new Map<string, Sent>();
  session.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (/^https?:/.test(request.url)) {
      sent.set(requestId, { method: request.method, url: request.url, status: 0, encoding: "-", bytes: 0, isSettled: false });
    }
  });
  session.on("Network.responseReceived", ({ requestId, response }) => {
    const entry = sent.get(requestId);
    if (entry !== undefined) {
      entry.status = response.status;
      entry.encoding = response.headers["content-encoding"] ?? "-";
      entry.bytes = response.encodedDataLength;
      entry.isSettled ||= response.mimeType === "text/event-stream";
    }
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const entry = sent.get(requestId);
    if (entry !== undefined) {
      entry.bytes = encodedDataLength;
      entry.isSettled = true;
    }
  });
  session.on("Network.loadingFailed", ({ requestId }) => {
    const entry = sent.get(requestId);
    if (entry !== undefined) {
      entry.isSettled = true;
    }
  });
  return sent;
}

async function quiet(sent: ReadonlyMap<string, Sent>): Promise<void> {
  let known = -1;
  let since = performance.now();
  while (performance.now() - since < quietMs) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (sent.size !== known || ![...sent.values()].every(({ isSettled }) => isSettled)) {
      known = sent.size;
      since = performance.now();
    }
  }
}
