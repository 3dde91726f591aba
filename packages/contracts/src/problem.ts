import { z } from "zod";
import "./field-faults.js";

/** Every error code of Mosaic, with its HTTP status and title. The single table behind RFC 9457 documents and `/v1` errors. */
export const problems = {
  invalid_input: { status: 400, title: "The request is not valid" },
  malformed_body: { status: 400, title: "The request can't be read" },
  unauthenticated: { status: 401, title: "Sign in first" },
  wrong_credentials: { status: 401, title: "Wrong user name or password" },
  container_token_refused: { status: 401, title: "Not a container of this installation" },
  forbidden: { status: 403, title: "You may not do this" },
  setup_token_required: { status: 403, title: "Open the set-up link that Mosaic printed when it started" },
  origin_refused: { status: 403, title: "The request came from another site" },
  not_found: { status: 404, title: "Not found" },
  model_not_found: { status: 404, title: "There is no such model" },
  body_too_slow: { status: 408, title: "The request did not arrive in time" },
  backend_unknown: { status: 409, title: "This version of Mosaic does not know the agent's backend" },
  conflict: { status: 409, title: "This conflicts with what is already there" },
  conversation_deleted: { status: 409, title: "The conversation was deleted" },
  demo_model_off: { status: 409, title: "The demo model is switched off" },
  onboarding_complete: { status: 409, title: "Mosaic is already set up" },
  onboarding_incomplete: { status: 409, title: "Finish setting up Mosaic first" },
  nothing_to_wait_for: { status: 409, title: "No answer is under way in this conversation" },
  turn_in_progress: { status: 409, title: "The agent is still answering in this conversation" },
  body_too_large: { status: 413, title: "The request is too large" },
  file_too_large: { status: 413, title: "The file is too large" },
  file_quota_reached: { status: 409, title: "There is no room for this file" },
  unsupported_media_type: { status: 415, title: "Send JSON" },
  model_not_assigned: { status: 422, title: "No model is set for this agent" },
  headers_too_large: { status: 431, title: "The request's headers are too large" },
  too_many_requests: { status: 429, title: "Too many attempts" },
  internal: { status: 500, title: "Something went wrong in Mosaic" },
  overloaded: { status: 503, title: "Mosaic is busy" },
  stopping: { status: 503, title: "Mosaic is stopping" },
  database_unavailable: { status: 503, title: "The database can't be reached" },
  database_refused: { status: 503, title: "The database refused" },
  runtime_unavailable: { status: 503, title: "The container engine can't be reached" },
  runtime_refused: { status: 503, title: "The container engine refused" },
  image_missing: { status: 503, title: "The agent's image is missing" },
  install_failed: { status: 503, title: "The agent's software could not be installed" },
  disk_low: { status: 503, title: "There is too little space on the disk" },
  agent_disk_limit: { status: 503, title: "The agent keeps too much on the disk" },
  agent_start_failed: { status: 503, title: "The agent could not be started" },
  agent_not_ready: { status: 504, title: "The agent did not get ready in time" },
  agent_not_responding: { status: 504, title: "The agent stopped responding" },
  answer_cut: { status: 502, title: "The answer is cut off" },
  agent_broke_off: { status: 502, title: "The agent broke off" },
  provider_key_refused: { status: 502, title: "The provider refused the key" },
  provider_rate_limited: { status: 502, title: "The provider's rate limit is reached" },
  provider_failed: { status: 502, title: "The provider failed" },
  provider_unreachable: { status: 502, title: "The provider can't be reached" },
  provider_timeout: { status: 504, title: "The provider did not answer in time" },
  provider_model_missing: { status: 502, title: "The provider does not have this model" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

export const problemCode = z.enum(problemCodes);

/**
 * One fault of one field, for a form to show beside the field. `path` is dotted: `models.0.id`. `code` and `args` say the same as `message`, for a page
 * in another language (`field-faults.ts`); without a code, only the message does.
 */
export const fieldFault = z.object({
  path: z.string(),
  message: z.string(),
  code: z.string().optional(),
  args: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type FieldFault = z.infer<typeof fieldFault>;

/** RFC 9457 problem document (`application/problem+json`). */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: problemCode,
    detail: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(fieldFault).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problem>;
