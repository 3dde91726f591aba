import { Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import passport from "passport";
import { clientAddress } from "../../platform/http/client-address.js";
import { goneSignal, onClosed } from "../../platform/http/gone-signal.js";
import { networkOf } from "../../platform/http/network.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { AttemptThrottleService } from "../auth/attempt-throttle.service.js";
import { SignInService } from "../auth/sign-in.service.js";
import { newToken } from "../crypto/tokens.js";
import { readFlowToken, setFlowCookie } from "./flow-cookie.js";
import { OidcExchangeService, type Proven } from "./oidc-exchange.service.js";
import { OidcPeopleService } from "./oidc-people.service.js";
import { OidcRefusal } from "./oidc-refusal.js";
import { OidcSettingsService } from "./oidc-settings.service.js";
import { OidcStrategy, type Step } from "./oidc.strategy.js";
import { startPath } from "./oidc.types.js";
import { returnPath } from "./return-path.js";

/** Signs people in through the sign-in server. Whatever goes wrong ends at the login page, where the password still works. */
@Injectable()
export class OidcSignInService {
  private readonly passport = new passport.Passport();

  constructor(
    private readonly exchange: OidcExchangeService,
    private readonly settings: OidcSettingsService,
    private readonly people: OidcPeopleService,
    private readonly signIn: SignInService,
    private readonly throttle: AttemptThrottleService,
    private readonly logger: Logger,
  ) {}

  async start(request: Request, response: Response, query: { readonly returnTo?: unknown; readonly direct?: unknown }): Promise<void> {
    await this.orToLogin(request, response, async () => {
      const stored = await this.settings.enabled();
      if (stored === null) {
        throw new OidcRefusal("oidc_unavailable", "not_enabled");
      }
      const returnTo = returnPath(query.returnTo);
      // The answer comes to the registered address: its cookie must be from there. Once only, whatever a proxy makes of the host.
      if (request.headers.host !== new URL(stored.publicUrl).host && query.direct === undefined) {
        response.redirect(302, `${stored.publicUrl}${startPath}?direct=1&returnTo=${encodeURIComponent(returnTo)}`);
        return;
      }
      const browserToken = readFlowToken(request) ?? newToken();
      setFlowCookie(response, browserToken, stored.publicUrl);
      const network = networkOf(clientAddress(request));
      const beginner = { browserToken, network, left: goneSignal(response) };
      await this.authenticate(request, response, { step: "begin", stored, beginner, returnTo });
    });
  }

  async callback(request: Request, response: Response): Promise<void> {
    await this.orToLogin(request, response, async () => {
      const proven = await this.authenticate(request, response, { step: "finish" });
      if (proven === null) {
        throw new OidcRefusal("oidc_invalid", "answer_not_valid");
      }
      const userId = await this.people.admit(proven);
      await this.signIn.signIn(request, response, userId, { method: "oidc", isHttps: proven.stored.publicUrl.startsWith("https:") });
      await this.throttle.clearSingleSignOn(clientAddress(request));
      response.redirect(302, proven.returnTo);
    });
  }

  /** Passport for one request, without any state of its own. `null`: the answer is sent, the browser is on its way. */
  private async authenticate(request: Request, response: Response, step: Step): Promise<Proven | null> {
    return new Promise((resolve, reject) => {
      response.once("finish", () => resolve(null));
      onClosed(response, () => resolve(null));
      const done = (error: unknown, proven: Proven | false | null, refusal: unknown): void => {
        if (error !== null && error !== undefined) {
          reject(error);
        } else if (proven === false || proven === null) {
          reject(refusal instanceof Error ? refusal : new OidcRefusal("oidc_invalid", "answer_not_valid"));
        } else {
          resolve(proven);
        }
      };
      const options = { session: false, ...step };
      const handler = this.passport.authenticate(new OidcStrategy(this.exchange), options, done) as (...call: unknown[]) => void;
      handler(request, response, reject);
    });
  }

  private async orToLogin(request: Request, response: Response, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal === null) {
        throw error;
      }
      await this.record(request, refusal);
      response.setHeader("cache-control", "no-store");
      const by = refusal.skewSeconds === null ? "" : `&seconds=${refusal.skewSeconds}`;
      response.redirect(302, `/login?problem=${refusal.problem}${by}`);
    }
  }

  /** A flood of made-up answers is counted first, so that it fills no audit. */
  private async record(request: Request, refusal: OidcRefusal): Promise<void> {
    this.logger.warn("a sign-in through the sign-in server was refused", { reason: refusal.reason });
    if (refusal.reason === "too_many" || refusal.reason === "not_enabled") {
      return;
    }
    try {
      await this.throttle.countSingleSignOn(clientAddress(request));
      await this.people.recordRefusal(refusal);
    } catch (error) {
      if (!(error instanceof AppError)) {
        throw error;
      }
    }
  }
}

/** What the login page explains; `null` for what is no outcome of a sign-in. */
function asRefusal(error: unknown): OidcRefusal | null {
  if (error instanceof AppError && (error.code === "too_many_requests" || error.code === "overloaded")) {
    return new OidcRefusal("oidc_unavailable", "too_many");
  }
  if (error instanceof AppError && error.code === "unauthenticated") {
    return new OidcRefusal("oidc_disabled_account", "account_disabled");
  }
  return error instanceof OidcRefusal ? error : null;
}
