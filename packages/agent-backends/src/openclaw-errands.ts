import type { ErrandOutcome, ErrandStep, GatewayErrand } from "./agent-backend.js";
import { connectedAs, connectParams, sessionKeyOf, sessionOfKey } from "./openclaw-connect.js";
import { isRecord, parseRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";

/** How far back is looked for a turn: rows at once and so many times. Their texts are not read. */
const historyRows = 100;
const historyRowCharacters = 200;
const mostPages = 50;
const maxKeyLength = 500;

/** What follows an answer: what to ask next, or the end. */
type Next = { readonly method: string; readonly params: object } | ErrandOutcome;

/** Asks one thing after the other. */
class OpenclawErrand implements GatewayErrand {
  private isIn = false;
  private hasConnected = false;
  private outcome: ErrandOutcome | null = null;
  private count = 0;
  private readonly gatewayToken: string;
  private readonly first: Next;
  private readonly onAnswer: (isOk: boolean, payload: UnknownRecord) => Next;

  /** `onAnswer` hears each answer to what was asked. */
  constructor(gatewayToken: string, first: Next, onAnswer: (isOk: boolean, payload: UnknownRecord) => Next) {
    this.gatewayToken = gatewayToken;
    this.first = first;
    this.onAnswer = onAnswer;
  }

  receive(frame: string): ErrandStep {
    const { type, event, id, payload, ok, error } = parseRecord(frame) ?? {};
    if (this.outcome !== null) return { send: [], outcome: this.outcome };
    if (type === "event" && event === "connect.challenge" && !this.hasConnected) {
      this.hasConnected = true;
      return this.go({ method: "connect", params: connectParams(this.gatewayToken, []) });
    }
    if (type !== "res" || id !== String(this.count)) return { send: [], outcome: null };
    const said = recordOf(ok === true ? payload : error);
    if (this.isIn) {
      const isBusy = ok !== true && (said["code"] === "UNAVAILABLE" || said["retryable"] === true);
      return this.go(isBusy ? { kind: "busy" } : this.onAnswer(ok === true, said));
    }
    this.isIn = true;
    const fitness = connectedAs(ok === true, said);
    return this.go(fitness === "fit" ? this.first : { kind: fitness === "stranger" ? "stranger" : "impossible" });
  }

  private go(next: Next): ErrandStep {
    if ("kind" in next) {
      this.outcome = next;
      return { send: [], outcome: next };
    }
    this.count += 1;
    return { send: [JSON.stringify({ type: "req", id: String(this.count), ...next })], outcome: null };
  }
}

/**
 * A session of its own that begins with everything before one turn. OpenClaw forks at the row of a person's message, which is found by its turn; the
 * session that is forked stays as it is. A turn that came over HTTP has no such row.
 */
export function forkOpenclawSession({
  gatewayToken,
  session,
  turnId,
}: {
  readonly gatewayToken: string;
  readonly session: string;
  readonly turnId: string;
}): GatewayErrand {
  const sessionKey = sessionKeyOf(session);
  let pages = 0;
  let isForking = false;
  const history = (offset: number): Next => {
    pages += 1;
    return pages > mostPages
      ? { kind: "impossible" }
      : { method: "chat.history", params: { sessionKey, limit: historyRows, maxChars: historyRowCharacters, offset } };
  };
  return new OpenclawErrand(gatewayToken, history(0), (isOk, payload) => {
    if (!isOk) return { kind: "impossible" };
    if (isForking) {
      const key = textOf(payload["sessionKey"]);
      return key === "" || key.length > maxKeyLength ? { kind: "impossible" } : { kind: "done", session: sessionOfKey(key) };
    }
    const rows = Array.isArray(payload["messages"]) ? payload["messages"].filter(isRecord) : [];
    const question = rows.find((row) => row["role"] === "user" && isOfTurn(row, turnId));
    const entryId = textOf(recordOf(question?.["__openclaw"])["id"]);
    if (entryId !== "") {
      isForking = true;
      return { method: "sessions.fork", params: { sessionKey, entryId } };
    }
    const offset = Number(payload["nextOffset"]);
    return payload["hasMore"] === true && Number.isSafeInteger(offset) ? history(offset) : { kind: "impossible" };
  });
}

/** A turn that went again with another dialect of its provider has `-2` behind its id. */
function isOfTurn(row: UnknownRecord, turnId: string): boolean {
  const runId = textOf(row["idempotencyKey"]).replace(/:user$/, "") || textOf(recordOf(row["__openclaw"])["runId"]);
  return runId === turnId || runId.startsWith(`${turnId}-`);
}

/** Deletes a session with what was said in it. One that is not there is deleted. */
export function deleteOpenclawSession({
  gatewayToken,
  session,
}: {
  readonly gatewayToken: string;
  readonly session: string;
}): GatewayErrand {
  const deletion: Next = { method: "sessions.delete", params: { key: sessionKeyOf(session), deleteTranscript: true } };
  return new OpenclawErrand(gatewayToken, deletion, (isOk, { message }) =>
    isOk || /not found/i.test(textOf(message)) ? { kind: "done", session: null } : { kind: "impossible" },
  );
}
