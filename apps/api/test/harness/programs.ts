import OpenAI from "openai";
import { expect } from "vitest";
import { createAgent } from "./chat.js";
import { uniqueName, type TestApp } from "./test-app.js";
import type { TestClient } from "./test-client.js";

/** A person with an agent, and a token for their programs. */
export interface Programmer {
  readonly client: TestClient;
  readonly agentId: string;
  /** Of the agent, as a model. */
  readonly model: string;
  readonly token: string;
  /** OpenAI's own client, which asks again by itself `maxRetries` times. */
  openai(options?: { maxRetries?: number; headers?: Record<string, string>; timeout?: number }): OpenAI;
  post(path: string, body: unknown, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
}

export async function programmer(app: TestApp, settings: object = {}): Promise<Programmer> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  const token = await tokenOf(client, settings);
  const headersOf = (more: Record<string, string>): Record<string, string> => ({
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    ...more,
  });
  return {
    client,
    agentId,
    model: `openclaw/${agentId}`,
    token,
    openai: ({ maxRetries = 0, headers = {}, timeout = 30_000 } = {}) =>
      new OpenAI({ baseURL: `${app.url}/v1`, apiKey: token, maxRetries, defaultHeaders: headers, timeout }),
    post: async (path, body, headers = {}, signal) =>
      fetch(`${app.url}/v1/${path}`, {
        method: "POST",
        headers: headersOf(headers),
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      }),
  };
}

export async function tokenOf(client: TestClient, settings: object = {}): Promise<string> {
  const made = await client.post("/api/tokens", { name: "Program", scopes: ["chat"], expiresInDays: null, ...settings });
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.json<{ token: string }>().token;
}
