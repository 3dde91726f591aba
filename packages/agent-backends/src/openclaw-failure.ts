import type { GatewayFailure } from "./agent-backend.js";
export function explainError(_error: unknown): GatewayFailure { return { code: "provider_failed", detail: "" }; }
export function explainResponse(_status: number, _body: string): GatewayFailure { return { code: "provider_failed", detail: "" }; }
