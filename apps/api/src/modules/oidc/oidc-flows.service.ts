import { Inject, Injectable } from "@nestjs/common";
import { z } from "zod";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { SealError } from "../crypto/sealed-box.js";
import { hashToken } from "../crypto/tokens.js";
import { OidcFlowsRepository } from "./oidc-flows.repository.js";
import { OidcRefusal } from "./oidc-refusal.js";

export const flowMs = 600_000;
const removeEveryMs = 600_000;

const flow = z.object({
  nonce: z.string(),
  verifier: z.string(),
  issuer: z.string(),
  version: z.string(),
  returnTo: z.string(),
});
/** What the answer of the sign-in server is held against. */
export type Flow = z.infer<typeof flow>;

/** Who began: only this browser gets the flow back. */
export interface Beginner {
  readonly browserToken: string;
  readonly network: string;
  /** Aborts when the browser leaves. */
  readonly left: AbortSignal;
}

/** Sign-ins on their way through the sign-in server. They are in the database, since the answer may reach another process. */
@Injectable()
export class OidcFlowsService {
  constructor(
    private readonly repository: OidcFlowsRepository,
    private readonly crypto: CryptoService,
    periodic: Periodic,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    periodic.every(removeEveryMs, { what: "removing old sign-ins", run: async () => this.repository.removeExpired(this.clock.now()) });
  }

  /** `network`: where it was begun from. Whoever begins very many loses their own oldest ones. */
  async begin(state: string, { browserToken, network }: Beginner, begun: Flow): Promise<void> {
    const stateHash = hashToken(state);
    await this.repository.create({
      stateHash,
      browserHash: hashToken(browserToken),
      sealed: this.crypto.seal(JSON.stringify(begun), contextOf(stateHash)),
      network,
      expiresAt: new Date(this.clock.now().getTime() + flowMs),
    });
  }

  /** The flow of an answer, once. Throws `OidcRefusal` for a state that is unknown, used, expired or of another browser. */
  async take(state: string, browserToken: string | undefined): Promise<Flow> {
    const stateHash = hashToken(state);
    const sealed = browserToken === undefined ? null : await this.repository.take(stateHash, hashToken(browserToken), this.clock.now());
    if (sealed === null) {
      throw new OidcRefusal("oidc_expired", "state_unknown");
    }
    try {
      return flow.parse(JSON.parse(this.crypto.open(sealed, contextOf(stateHash))));
    } catch (error) {
      if (error instanceof SealError) {
        throw new OidcRefusal("oidc_expired", "state_sealed_with_another_key");
      }
      throw error;
    }
  }
}

function contextOf(stateHash: Uint8Array): { owner: string; field: string } {
  return { owner: "system", field: `oidc_flows.sealed:${Buffer.from(stateHash).toString("hex")}` };
}
