import type { Buffer } from "node:buffer";

/** A request that came before. */
export interface KnownRequest {
  readonly answerId: string;
  readonly conversationId: string;
  readonly body: Buffer;
  /** How often its client had asked before. */
  readonly retries: number;
  readonly createdAt: Date;
}

/** An agent of a person's, for their programs. */
export interface ProgramAgent {
  readonly id: string;
  readonly backend: string;
  readonly name: string;
  readonly isAwake: boolean;
  readonly createdAt: Date;
}
