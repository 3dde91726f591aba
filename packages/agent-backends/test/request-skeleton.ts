import type { ProviderKind } from "@mosaic/contracts/provider";

/** What a call to a model is made of, without what a person wrote: fields with their plain values, roles, and the parts of a tool. */
export interface RequestSkeleton {
  readonly kind: ProviderKind;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Set by the HTTP client for itself, or of no meaning to a provider. */
const ofTheClient = /^(?:host|connection|content-length|transfer-encoding|user-agent|accept-.+|sec-fetch-.+|x-stainless-.+|traceparent)$/;
/** Different in each call. */
const secret = /^(?:authorization|x-api-key)$/;

export function requestSkeleton(
  kind: ProviderKind,
  path: string,
  headers: Readonly<Record<string, unknown>>,
  body: Readonly<Record<string, unknown>>,
): RequestSkeleton {
  const told = Object.entries(headers)
    .filter(([name]) => !ofTheClient.test(name))
    .map(([name, value]): [string, string] => [name, secret.test(name) ? "…" : String(value)])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const fields = Object.entries(body).map(([name, value]): [string, unknown] => [name, fieldSkeleton(name, value)]);
  return { kind, path, headers: Object.fromEntries(told), body: Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

function fieldSkeleton(name: string, value: unknown): unknown {
  if (!Array.isArray(value)) {
    return name === "model" ? "…" : value;
  }
  const [first] = value as readonly object[];
  return name === "messages"
    ? (value as readonly { role: string }[]).map(({ role }) => role)
    : Object.keys(first ?? {})
        .filter((key) => key !== "cache_control")
        .toSorted();
}
