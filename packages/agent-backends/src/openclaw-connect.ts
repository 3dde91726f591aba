import { recordOf, type UnknownRecord } from "@mosaic/incoming/records";

/** OpenClaw's protocol, and what is asked of it: to stop another connection's run, to delete a session, and to send a person's text as text, takes the last one. */
const protocol = 4;
const scopes = ["operator.read", "operator.write", "operator.admin"];

/** What is said first on a connection. */
export function connectParams(gatewayToken: string, caps: readonly string[]): object {
  return {
    minProtocol: protocol,
    maxProtocol: protocol,
    // A closed list of names; this is the one for programs.
    client: { id: "gateway-client", version: "1", platform: "linux", mode: "backend" },
    role: "operator",
    scopes,
    caps,
    auth: { token: gatewayToken },
  };
}

/** How the gateway took it. `stranger`: it is another gateway. `unfit`: it lets nobody do here what Mosaic has to. */
export function connectedAs(isOk: boolean, payload: UnknownRecord): "fit" | "stranger" | "unfit" {
  if (!isOk) {
    return recordOf(payload["details"])["code"] === "AUTH_TOKEN_MISMATCH" ? "stranger" : "unfit";
  }
  const granted: unknown = recordOf(payload["auth"])["scopes"];
  return Array.isArray(granted) && scopes.every((scope) => granted.includes(scope)) ? "fit" : "unfit";
}

/** How a session that OpenClaw has named itself is told from one that Mosaic names. */
const namedByItself = "key:";

/** OpenClaw's key of a session: of a conversation, of a branch that has one of its own, or of a fork. */
export function sessionKeyOf(session: string): string {
  return session.startsWith(namedByItself) ? session.slice(namedByItself.length) : `conv-${session}`;
}

export function sessionOfKey(key: string): string {
  return `${namedByItself}${key}`;
}
