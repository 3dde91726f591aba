import { z } from "zod";

/** The two names of the limit of an answer in OpenAI's protocol: a server that wants one may refuse the other. */
export const limitField = z.enum(["max_tokens", "max_completion_tokens"]);
export type LimitField = z.infer<typeof limitField>;

/** What some servers refuse, and an agent can do without. */
export const omittableField = z.enum(["stream_options", "store", "tools"]);
export type OmittableField = z.infer<typeof omittableField>;

/** What a model was found to want of a request. What is absent is as usual for the provider's kind. */
export const modelDialect = z.object({ limitField: limitField.optional(), omits: z.array(omittableField).optional() });
export type ModelDialect = z.infer<typeof modelDialect>;

/** What was found about a provider by asking it: once, and kept until its address or kind changes. */
export const providerDialect = z.object({
  /** Where an Anthropic-like gateway wants its key. */
  keyHeader: z.enum(["x-api-key", "authorization"]).optional(),
  models: z.record(z.string(), modelDialect).default({}),
});
export type ProviderDialect = z.infer<typeof providerDialect>;
