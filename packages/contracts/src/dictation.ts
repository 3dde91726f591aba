import { z } from "zod";

/** Of one recording. Three minutes of speech are less than 1 MB. */
export const dictationMaxBytes = 8 * 1024 * 1024;
export const dictationMaxMs = 3 * 60_000;

/** What was said, as the provider has written it down. */
export const transcription = z.object({ text: z.string() }).meta({ id: "Transcription" });
export type Transcription = z.infer<typeof transcription>;
