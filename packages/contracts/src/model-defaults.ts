import { z } from "zod";
import { backendId, effectiveModel, modelChoice } from "./agent.js";

/** `backend: null` is the default for all backends. `model: null` takes the default away. */
export const saveModelDefault = z
  .strictObject({ backend: backendId.nullable(), model: modelChoice.nullable(), fallbacks: z.array(modelChoice).max(3).default([]) })
  .meta({ id: "SaveModelDefault" });
export type SaveModelDefault = z.infer<typeof saveModelDefault>;

export const modelDefault = z.object({
  backend: backendId.nullable(),
  model: modelChoice.nullable(),
  fallbacks: z.array(modelChoice),
  /** What an agent without a model of its own uses now: for `backend: null`, one whose backend has no default of its own. */
  effective: effectiveModel.nullable(),
});
export type ModelDefault = z.infer<typeof modelDefault>;

/** The row for all backends first, then one for each backend. */
export const modelDefaults = z.object({ defaults: z.array(modelDefault) }).meta({ id: "ModelDefaults" });
export type ModelDefaults = z.infer<typeof modelDefaults>;
