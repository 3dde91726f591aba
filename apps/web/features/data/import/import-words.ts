import type { Omission } from "@/features/data/import/foreign";
import type { WrongFile } from "@/features/data/import/import-text";
import { m } from "@messages/data";

/** What of the others did not come along. */
export const omissionWords: Readonly<Record<Omission, string>> = {
  system_message: m.systemInstructions,
  hidden_message: m.hiddenMessages,
  image: m.images,
  file: m.files,
  audio: m.recordings,
  other_content: m.contentOfAKindThat,
  empty_message: m.emptyMessages,
  broken_message: m.messagesThatWereInCircles,
};

export const wrongFileWords: Readonly<Record<WrongFile["why"], string>> = {
  zip: m.thisZipHasNoConversations,
  locked: m.thisZipHasAPassword,
  broken: m.thisZipIsBroken,
  other: m.thisFileIsNotJson,
  version: m.thisFileComesFromA,
};
