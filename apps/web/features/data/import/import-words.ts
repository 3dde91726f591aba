import type { LeftOutReason } from "@mosaic/contracts/conversation-files";
import type { Omission } from "@/features/data/import/foreign";
import type { WrongFile } from "@/features/data/import/run-import";

/** Conversations that did not come, and why. */
export const leftOutWords: Readonly<Record<LeftOutReason | "unknown", string>> = {
  unreadable: "could not be read",
  no_messages: "without messages",
  too_long: "too long",
  deleted_lately: "deleted a moment ago; import the file again in five minutes",
  unknown: "of a kind that Mosaic does not know",
};

/** What of the others did not come along. */
export const omissionWords: Readonly<Record<Omission, string>> = {
  system_message: "System instructions",
  hidden_message: "Hidden messages",
  image: "Images",
  file: "Files",
  audio: "Recordings",
  other_content: "Content of a kind that Mosaic does not know",
  empty_message: "Empty messages",
  broken_message: "Messages that were in circles, there twice or not whole",
};

export const wrongFileWords: Readonly<Record<WrongFile["why"], string>> = {
  zip: "This is a ZIP archive. Unpack it and choose the file in it: of ChatGPT, conversations.json.",
  other: "This file is not JSON. Choose an export of ChatGPT, Open WebUI, LibreChat or Mosaic.",
  version: "This file comes from a newer version of Mosaic. Update this one first.",
};
