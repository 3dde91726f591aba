import type { m as english } from "@/messages/en/said";
import sentences from "@/messages/de/said.json";

/** By the API's English; `{0}` is a value, or a sentence of its own. scripts/check/said.mjs finds what is missing. */
export const m: typeof english = { sentences };
