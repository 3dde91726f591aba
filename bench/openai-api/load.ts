// A process of its own that sends streams and notes their times, so that neither gateways nor Mosaic share its processor time. Jobs come over IPC.
import { Agent, request } from "node:http";

/** In which form a stream is asked for and answered. */
export type StreamForm = "chat" | "page";

export interface StreamCaller {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As `chat` names it. */
  readonly model: string;
  /** Of this machine: where Mosaic sees the caller come from. */
  readonly address?: string;
}

/** Each caller sends one stream after the other; one begins so long after the one before it. */
export interface LoadJob {
  readonly form: StreamForm;
  readonly callers: readonly StreamCaller[];
  readonly streamsEach: number;
  readonly beginEveryMs: number;
  /** A stream without it is not whole. */
  readonly lastWord: string;
}

export interface StreamTimes {
  readonly firstByteMs: number;
  readonly firstTextMs: number;
}

export interface LoadResult {
  readonly streams: readonly StreamTimes[];
  readonly faults: readonly string[];
  readonly seconds: number;
  readonly cpuMs: number;
}

/** `allOpen`: every caller has the first text of a stream. */
export type LoadReport = { readonly kind: "allOpen" } | { readonly kind: "result"; readonly result: LoadResult };

interface Form {
  body(model: string, content: string): unknown;
  readonly firstText: RegExp;
  readonly ending: string;
}

const forms = {
  chat: {
    body: (model, content) => ({ model, stream: true, messages: [{ role: "user", content }] }),
    firstText: /"content":"[^"]/,
    ending: "data: [DONE]",
  },
  page: { body: (_model, content) => ({ content }), firstText: /^event: delta$/m, ending: '"status":"complete"' },
} as const satisfies Record<StreamForm, Form>;

const connections = new Agent({ keepAlive: true });
let count = 0;

process.on("message", (job: LoadJob) => {
  void run(job).then((result) => report({ kind: "result", result }));
});

function report(what: LoadReport): void {
  process.send?.(what);
}

async function run(job: LoadJob): Promise<LoadResult> {
  const streams: StreamTimes[] = [];
  const faults: string[] = [];
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  let unopened = job.callers.length;
  const onOpen = (): void => {
    unopened -= 1;
    if (unopened === 0) {
      report({ kind: "allOpen" });
    }
  };
  const callers = job.callers.map(async (caller, index) => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedAt + index * job.beginEveryMs - performance.now())));
    for (let sent = 0; sent < job.streamsEach; sent += 1) {
      await stream(job, caller, sent === 0 ? onOpen : () => undefined).then(
        (times) => streams.push(times),
        (error: unknown) => faults.push(String(error)),
      );
    }
  });
  await Promise.all(callers);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { streams, faults, seconds, cpuMs: (user + system) / 1_000 };
}

/** Rejects for a stream that is refused, or breaks off. */
async function stream(
  { form, lastWord }: LoadJob,
  { url, headers, model, address }: StreamCaller,
  onText: () => void,
): Promise<StreamTimes> {
  const { body, firstText, ending } = forms[form];
  const startedAt = performance.now();
  // No two are alike, or the second would be a retry of the first.
  const sent = JSON.stringify(body(model, `Message ${(count += 1)} of ${process.pid}`));
  return new Promise((resolve, reject) => {
    const from = address === undefined ? {} : { localAddress: address };
    const options = { agent: connections, method: "POST", headers: { ...headers, "content-type": "application/json" }, ...from };
    const outgoing = request(url, options, (response) => {
      let text = "";
      let firstByteMs: number | undefined;
      let firstTextMs: number | undefined;
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        firstByteMs ??= performance.now() - startedAt;
        text += chunk;
        if (firstTextMs === undefined && firstText.test(text)) {
          firstTextMs = performance.now() - startedAt;
          onText();
        }
      });
      response.on("error", reject);
      response.on("end", () => {
        const isWhole = response.statusCode === 200 && text.includes(lastWord) && text.includes(ending);
        return isWhole && firstByteMs !== undefined && firstTextMs !== undefined
          ? resolve({ firstByteMs, firstTextMs })
          : reject(new Error(`${response.statusCode}: ${text.slice(-300)}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(sent);
  });
}
