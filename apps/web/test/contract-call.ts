import type { IncomingMessage, ServerResponse } from "node:http";
import type { OwnerEvent, TurnEvent } from "@mosaic/contracts/chat";
import { problems, type ProblemCode } from "@mosaic/contracts/problem";
import type { Answer } from "@/test/account-contract";
import type { ContractState } from "@/test/contract-state";

/** What a running contract server keeps besides its state. */
export interface Context {
  readonly state: ContractState;
  readonly requests: ReceivedRequest[];
  readonly listeners: Set<(event: OwnerEvent) => void>;
  /** By the answer's id. */
  readonly turns: Map<string, ContractTurn>;
  /** What can't be done at the moment: "METHOD last-part-of-the-path". */
  readonly refuses: Set<"GET events" | "POST stop" | "PUT draft">;
  /** What is wrong with the network: by "METHOD last-part-of-the-path", an id there is `:id`. */
  readonly faults: Map<string, NetworkFault>;
}

/** `away`: a request does not arrive. `lost`: it is carried out, and its answer does not arrive. A promise: it is carried out once that resolves. */
export type NetworkFault = "away" | "lost" | Promise<void>;

/** A turn as the contract server runs it: it goes on whoever reads. */
export interface ContractTurn {
  readonly conversationId: string;
  readonly events: TurnEvent[];
  readonly readers: Set<ServerResponse>;
  isStopped: boolean;
  /** An answer that hangs goes on. */
  isLetGo: boolean;
  /** How many times a page has come to read it. */
  readings: number;
}

/** A request to the API. */
export interface ReceivedRequest {
  /** "METHOD /path". */
  readonly line: string;
  readonly body: unknown;
  readonly token: string | null;
}

export interface Call {
  readonly context: Context;
  readonly state: ContractState;
  readonly body: Record<string, unknown>;
  readonly response: ServerResponse;
  readonly request: IncomingMessage;
  readonly hasToken: boolean;
  readonly parts: readonly string[];
}

/** What a route returns is its answer's body; nothing: 204, or it has answered by itself. */
export type Routes = Record<string, (call: Call) => unknown>;

export class Refusal extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  constructor(code: ProblemCode, detail?: string) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

export const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*" };

export const sendJson = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json", ...cors });
  response.end(JSON.stringify(value));
};

export const sendAnswer = (response: ServerResponse, { status: code, body }: Answer): void => {
  if (code === 204) response.writeHead(204, cors).end();
  else sendJson(response, body, code);
};

export const problemAnswer = (code: ProblemCode, detail?: string): Answer => {
  const { status: number, title } = problems[code];
  return { status: number, body: { type: "about:blank", title, status: number, code, ...(detail ? { detail } : {}) } };
};

export const sendProblem = (response: ServerResponse, code: ProblemCode, detail?: string): void =>
  sendAnswer(response, problemAnswer(code, detail));

export const openStream = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", ...cors });
  response.write(": open\n\n");
};

export const find = <T extends { id: string }>(list: readonly T[], id: string | undefined): T => {
  const found = list.find((entry) => entry.id === id);
  if (!found) throw new Refusal("not_found");
  return found;
};

export const patch = <T extends { id: string }>(list: T[], { parts, body }: Call): T => {
  const changed = { ...find(list, parts[1]), ...body, updatedAt: new Date().toISOString() };
  list.splice(
    list.findIndex(({ id }) => id === changed.id),
    1,
    changed,
  );
  return changed;
};

export const remove = (list: { id: string }[], { parts }: Call): undefined => {
  list.splice(list.indexOf(find(list, parts[1])), 1);
  return undefined;
};

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
