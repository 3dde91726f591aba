import type { Request } from "express";
import { Strategy } from "passport";
import { readFlowToken } from "./flow-cookie.js";
import type { OidcExchangeService, Proven } from "./oidc-exchange.service.js";
import type { Beginner } from "./oidc-flows.service.js";
import { OidcRefusal } from "./oidc-refusal.js";
import type { StoredOidc } from "../settings/stored-oidc.types.js";

/** What a request asks of the strategy: to send the browser away, or to read what it comes back with. */
export type Step =
  | { readonly step: "begin"; readonly stored: StoredOidc; readonly beginner: Beginner; readonly returnTo: string }
  | { readonly step: "finish" };

/**
 * Passport's side of OpenID Connect. Not the one that openid-client brings: that keeps its state in an express session, is bound to one
 * configuration and one address, and sends no state beside PKCE. One for each request: passport hangs a request's outcome on the strategy that
 * it is given, so a shared one would sign people in as each other.
 */
export class OidcStrategy extends Strategy {
  override readonly name = "oidc";
  private readonly exchange: OidcExchangeService;

  constructor(exchange: OidcExchangeService) {
    super();
    this.exchange = exchange;
  }

  override authenticate(request: Request, options: Step): void {
    const step = options.step === "begin" ? this.begin(options) : this.finish(request);
    step.catch((error: unknown) => (error instanceof OidcRefusal ? this.fail(error, 401) : this.error(error)));
  }

  private async begin({ stored, beginner, returnTo }: Extract<Step, { step: "begin" }>): Promise<void> {
    this.redirect((await this.exchange.begin(stored, beginner, returnTo)).href);
  }

  private async finish(request: Request): Promise<void> {
    const query = new URL(request.originalUrl, "http://mosaic.invalid").searchParams;
    this.success((await this.exchange.finish(query, readFlowToken(request))) satisfies Proven);
  }
}
