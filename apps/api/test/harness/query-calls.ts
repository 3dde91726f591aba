import { randomBytes } from "node:crypto";
import { defaultAgentTools } from "@mosaic/contracts/agent";
import type { Type } from "@nestjs/common";
import { crowdId, heavyUser, type CrowdTable } from "./crowded-database.js";

/** One method of one repository, asked in one way. */
export interface Call {
  /** `AuditRepository.page`. */
  readonly method: string;
  readonly run: (get: <T>(type: Type<T>) => T) => Promise<void>;
}

type Methods<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];
type Way<T> = (repository: T) => unknown;

/** Every public method of a repository: one that is missing here does not compile. */
export function of<T>(type: Type<T>, ways: Readonly<Record<Methods<T>, Way<T> | readonly Way<T>[]>>): Call[] {
  return Object.entries<Way<T> | readonly Way<T>[]>(ways).flatMap(([method, way]) =>
    [way].flat().map((ask) => ({
      method: `${type.name}.${method}`,
      run: async (get: <R>(of: Type<R>) => R) => {
        const answer = await ask(get(type));
        await drain(answer);
      },
    })),
  );
}

/** Three batches of what comes in batches. */
async function drain(answer: unknown): Promise<void> {
  if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) {
    let left = 3;
    for await (const _batch of answer as AsyncIterable<unknown>) {
      left -= 1;
      if (left === 0) {
        return;
      }
    }
  }
}

export const now = new Date();
export const later = new Date(now.getTime() + 86_400_000);
export const monthAgo = new Date(now.getTime() - 30 * 86_400_000);
/** Older than what is swept away of a few thousand rows that were made one second apart. */
export const hourAgo = new Date(now.getTime() - 3_600_000);
export const user = crowdId("users", heavyUser);
export const admin = crowdId("users", 3);
export const id = (table: CrowdTable, number: number): string => crowdId(table, number);
export const bytes = (): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(32));
export const hex = (): string => randomBytes(32).toString("hex");
export const accept = (): void => undefined;
export const audit = { action: "sign_up.update" } as const;
export const demo = {
  kind: "demo" as const,
  name: "Demo",
  baseUrl: null,
  models: [{ id: "mosaic-demo" }],
  apiKeyEncrypted: undefined,
  version: 2,
  dialect: { models: {} },
  isActive: true,
  transcriptionModel: null,
};
export const values = {
  name: "Ada",
  emoji: "🦞",
  personality: "",
  tools: defaultAgentTools,
  idleTimeoutSeconds: 60,
  model: { providerId: id("llm_providers", heavyUser), model: "mosaic-demo" },
  fallbacks: [],
  suggestions: ["Sum up my mails"],
};
export const session = () => ({
  tokenHash: bytes(),
  userAgent: "",
  address: "::1",
  createdAt: now,
  idleExpiresAt: later,
  expiresAt: later,
});
export const page = { page: 1, pageSize: 50 };
