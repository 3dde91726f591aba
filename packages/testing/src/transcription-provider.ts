import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOn, type RunningServer } from "@mosaic/demo-llm/listening-server";
import { receiveBody } from "@mosaic/incoming/bounded-body";

export interface HeardSpeech {
  readonly model: string;
  readonly fileName: string;
  readonly type: string;
  readonly bytes: number;
  readonly authorization: string | undefined;
}

export interface TranscriptionProvider extends RunningServer {
  readonly heard: readonly HeardSpeech[];
  /** How many recordings have arrived and are never answered. */
  readonly left: () => number;
  /** How it answers instead, from now on; `hangs`: never; `null`: as it should. */
  answer(answer: { readonly status: number; readonly body: string } | "hangs" | null): void;
}

export interface TranscriptionOptions {
  /** What it always hears. */
  readonly text: string;
  readonly apiKey: string;
}

/** A server that speaks OpenAI's `/audio/transcriptions`, and lists its models. */
export async function startTranscriptionProvider({ text, apiKey }: TranscriptionOptions): Promise<TranscriptionProvider> {
  const heard: HeardSpeech[] = [];
  let other: { readonly status: number; readonly body: string } | "hangs" | null = null;
  let left = 0;
  const json = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === "GET" && request.url === "/v1/models") {
      json(response, 200, { data: [{ id: "chat-one" }, { id: "whisper-1" }] });
      return;
    }
    if (request.method !== "POST" || request.url !== "/v1/audio/transcriptions") {
      json(response, 404, { error: { message: `There is nothing at ${request.url ?? ""}` } });
      return;
    }
    const body = await receiveBody(request, { maxBytes: 25 * 1024 * 1024, arrivalMs: 30_000 }, (fault) => new Error(fault));
    if (other === "hangs") {
      left += 1;
      return;
    }
    if (other !== null) {
      response.writeHead(other.status, { "content-type": "application/json" }).end(other.body);
      return;
    }
    const { authorization } = request.headers;
    if (authorization !== `Bearer ${apiKey}`) {
      json(response, 401, { error: { message: "Incorrect API key provided" } });
      return;
    }
    const form = await new Response(new Uint8Array(body), {
      headers: { "content-type": request.headers["content-type"] ?? "" },
    }).formData();
    const [file, model] = [form.get("file"), form.get("model")];
    if (!(file instanceof File) || typeof model !== "string") {
      json(response, 400, { error: { message: "file and model are needed" } });
      return;
    }
    heard.push({ model, fileName: file.name, type: file.type, bytes: file.size, authorization });
    json(response, 200, { text });
  };
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  const running = await listenOn(server, {});
  return {
    ...running,
    heard,
    left: () => left,
    answer: (answer) => {
      other = answer;
    },
  };
}
