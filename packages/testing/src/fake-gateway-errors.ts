import type { DemoAnswer } from "@mosaic/demo-llm/demo-answer";

/** How OpenClaw's gateway words an error: not streamed with this status, streamed inside a 200. */
export interface GatewayError {
  readonly status: number;
  readonly message: string;
  readonly type: string;
}

export const upstreamTimeout: GatewayError = {
  status: 408,
  message: "upstream provider timeout",
  type: "api_error",
};

const typesPassedOn: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "insufficient_quota",
  403: "permission_error",
  404: "invalid_request_error",
  429: "rate_limit_error",
};

/** What the gateway makes of an upstream's failure, as OpenClaw 2026.9.6 does. */
export function upstreamError(failure: Extract<DemoAnswer, { kind: "fail" }>): GatewayError {
  const { status } = failure;
  const type = typesPassedOn[status];
  if (type !== undefined) {
    const wait = failure.retryAfterSeconds;
    const retry = wait === undefined ? "" : `; Retry-After: ${wait} seconds`;
    const said = failure.message ?? "status code (no body)";
    return { status, message: `${status} ${said}${retry}`, type };
  }
  if (status === 408 || status === 504) return { ...upstreamTimeout, status };
  if (status === 503 || status === 529) {
    return { status, message: "upstream provider overloaded", type: "api_error" };
  }
  return { status: 502, message: "upstream provider error", type: "api_error" };
}
