import type { LeftOutReason } from "@mosaic/contracts/conversation-files";
import { formatNumber } from "@/lib/count";
import { plural } from "@/messages/plural";

export const m = {
  data: "Data",
  yourConversationsAsFilesAnd: "Export, import and share your conversations.",
  sharing: "Sharing",
  copiesOfConversationsThatOthers: "Copies of conversations that others may read. A copy keeps what was said when you shared it.",
  export: "Export",
  allOfYourConversationsWith:
    "All of your conversations with all of their branches, archived ones too. JSON Lines can be imported again; Markdown is for reading, in a ZIP with one file for each conversation.",
  exportAsJsonLines: "Export as JSON Lines",
  exportAsMarkdown: "Export as Markdown",
  youStoppedTheImportWhat: "You stopped the import. Everything up to there is imported; import the file again to go on.",
  theImportBrokeOff: (why: string) => `${why} Everything up to there is imported; import the file again to go on.`,
  theImportIsDone: "The import is done",
  import: "Import",
  conversationsFromChatgptConversationsJson:
    "Conversations from ChatGPT (its ZIP archive, as it is), Open WebUI, LibreChat or Mosaic. They come with all of their branches and belong to the agent that you choose. Importing a file again adds nothing twice.",
  agentOfTheImportedConversations: "Agent of the imported conversations",
  noAgentYet: "No agent yet",
  fileToImport: "File to import",
  chooseAFile: "Choose a file",
  ofTheFileConversationsAdded: (percent: number, conversations: string) => `${percent} % of the file, ${conversations} conversations added`,
  stop: "Stop",
  addedWith: (added: string, messages: number) =>
    `${added} added, with ${plural(messages, { one: "1 message", other: `${formatNumber(messages)} messages` })}.`,
  hereAlready: (conversations: string) => `Here already: ${conversations}.`,
  filesLeftOut: (files: number) =>
    plural(files, {
      one: "1 file of the archive was left out, or not read to its end.",
      other: `${formatNumber(files)} files of the archive were left out, or not read to their end.`,
    }),
  leftOut: (conversations: string, reason: string) => `Left out: ${conversations}, ${reason}.`,
  notImportedFromTheFiles: "Not imported from the file’s conversations:",
  anImage: "An image",
  aFile: "A file",
  theFile: (name: string) => `The file “${name}”`,
  wasNotImported: (what: string) => `${what} was not imported.`,
  systemInstructions: "System instructions",
  hiddenMessages: "Hidden messages",
  images: "Images",
  files: "Files",
  recordings: "Recordings",
  contentOfAKindThat: "Content of a kind that Mosaic does not know",
  emptyMessages: "Empty messages",
  messagesThatWereInCircles: "Messages that were circular, duplicated or incomplete",
  thisZipHasNoConversations: "This ZIP archive has no conversations in it. Choose an export of ChatGPT, Open WebUI, LibreChat or Mosaic.",
  thisZipHasAPassword: "This ZIP archive has a password. Unpack it and choose the file in it.",
  thisZipIsBroken: "This ZIP archive is damaged, so not all of it could be read. Download it again, then import it once more.",
  thisFileIsNotJson: "This file is not JSON. Choose an export of ChatGPT, Open WebUI, LibreChat or Mosaic.",
  thisFileComesFromA: "This file comes from a newer version of Mosaic. Update this one first.",
  importedConversation: "Imported conversation",
  conversations: (count: number) => plural(count, { one: "1 conversation", other: `${formatNumber(count)} conversations` }),
  reasons: {
    unreadable: "could not be read",
    no_messages: "without messages",
    too_long: "too long",
    deleted_lately: "deleted a moment ago; import the file again in five minutes",
    unknown: "of a kind that Mosaic does not know",
  } satisfies Record<LeftOutReason | "unknown", string>,
};
