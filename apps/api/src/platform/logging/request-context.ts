import { AsyncLocalStorage } from "node:async_hooks";
import { userInfo } from "node:os";

/** Who does something, as the audit names them. */
export interface Actor {
  readonly kind: "user" | "token" | "visitor" | "container" | "system" | "cli";
  readonly id: string | null;
  readonly name: string;
}

export interface RequestContext {
  /** Absent in a command. */
  readonly requestId?: string;
  /** Where the request came from; nowhere, in a command. */
  readonly address: string;
  /** Absent until the guard has found out. */
  actor?: Actor;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runWithRequest<T>(context: RequestContext, run: () => T): T {
  return storage.run(context, run);
}

export function requestContext(): RequestContext | undefined {
  return storage.getStore();
}

/** As a request is served, with whoever calls the command in the audit. */
export function runAsCommand<T>(run: () => T): T {
  return storage.run({ address: "", actor: { kind: "cli", id: null, name: userInfo().username } }, run);
}

export function requestId(): string | undefined {
  return storage.getStore()?.requestId;
}
