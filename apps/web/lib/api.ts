import { problem as problemSchema } from "@mosaic/contracts/problem";
import { m } from "@messages/problems";
import type { z } from "zod";
import { ApiProblem, NetworkProblem } from "@/lib/api-problem";
import { takeEarly } from "@/lib/early-requests";

export { ApiProblem, describeError, isProblem } from "@/lib/api-problem";

export interface RequestOptions {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  /** A body that is no JSON. */
  readonly text?: { readonly type: string; readonly content: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Goes on when the page is closed. Browsers take 64 KiB of such bodies at a time. */
  readonly keepalive?: boolean;
}

/** Sends a request and throws `ApiProblem` or `NetworkProblem`; an abort is thrown as it is. */
export const send = async (path: string, options: RequestOptions & { accept?: string } = {}): Promise<Response> => {
  const headers = new Headers({ accept: options.accept ?? "application/json", ...options.headers });
  const body =
    options.text?.content ?? (options.body instanceof Blob || options.body === undefined ? options.body : JSON.stringify(options.body));
  const type = options.text?.type ?? (options.body instanceof Blob ? options.body.type : "application/json");
  if (body !== undefined) headers.set("content-type", type);
  const early = (options.method ?? "GET") === "GET" && body === undefined ? takeEarly(path, options.signal) : null;
  let response: Response;
  try {
    response = await (early ??
      fetch(new URL(path, document.baseURI), {
        method: options.method ?? "GET",
        headers,
        credentials: "same-origin",
        cache: "no-store",
        ...(options.keepalive ? { keepalive: true } : {}),
        ...(body === undefined ? {} : { body }),
        ...(options.signal ? { signal: options.signal } : {}),
      }));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new NetworkProblem(error);
  }
  if (!response.ok) throw await toProblem(response);
  return response;
};

/** A request whose answer is read through its schema, so that a page never works on something that is not in the contract. */
export const request = async <T extends z.ZodType>(schema: T, path: string, options: RequestOptions = {}): Promise<z.infer<T>> => {
  const response = await send(path, options);
  return schema.parse(await response.json());
};

export const requestNothing = async (path: string, options: RequestOptions = {}): Promise<void> => {
  await send(path, options);
};

const toProblem = async (response: Response): Promise<ApiProblem | NetworkProblem> => {
  const body: unknown = await response.json().catch(() => null);
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return new ApiProblem(parsed.data);
  return new ApiProblem({
    type: "about:blank",
    title: m.titles.internal,
    status: response.status,
    code: "internal",
    detail: m.theServerAnswered(response.status),
  });
};
