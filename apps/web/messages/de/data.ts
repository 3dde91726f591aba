import { formatNumber } from "@/lib/count";
import { plural } from "@/messages/plural";
import type { m as english } from "@/messages/en/data";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  data: "Daten",
  yourConversationsAsFilesAnd: "Ihre Unterhaltungen als Dateien, und wem Sie sie zeigen.",
  sharing: "Teilen",
  copiesOfConversationsThatOthers: "Kopien von Unterhaltungen, die andere lesen dürfen. Eine Kopie behält, was beim Teilen gesagt war.",
  export: "Exportieren",
  allOfYourConversationsWith:
    "Alle Ihre Unterhaltungen mit allen Zweigen, auch archivierte. JSON Lines kann wieder importiert werden; Markdown ist zum Lesen, als ZIP mit einer Datei je Unterhaltung.",
  exportAsJsonLines: "Als JSON Lines exportieren",
  exportAsMarkdown: "Als Markdown exportieren",
  youStoppedTheImportWhat: "Sie haben den Import angehalten. Was vorher kam, ist da; importieren Sie die Datei erneut, um fortzufahren.",
  theImportBrokeOff: (why) => `${why} Was vorher kam, ist da; importieren Sie die Datei erneut, um fortzufahren.`,
  theImportIsDone: "Der Import ist fertig",
  import: "Importieren",
  conversationsFromChatgptConversationsJson:
    "Unterhaltungen aus ChatGPT (das ZIP-Archiv, wie es ist), Open WebUI, LibreChat oder Mosaic. Sie kommen mit allen Zweigen und gehören zu dem Agenten, den Sie wählen. Eine erneut importierte Datei fügt nichts doppelt hinzu.",
  agentOfTheImportedConversations: "Agent der importierten Unterhaltungen",
  noAgentYet: "Noch kein Agent",
  fileToImport: "Zu importierende Datei",
  chooseAFile: "Datei wählen",
  ofTheFileConversationsAdded: (percent, conversations) => `${percent} % der Datei, ${conversations} Unterhaltungen hinzugefügt`,
  stop: "Anhalten",
  conversations: (count) => plural(count, { one: "1 Unterhaltung", other: `${formatNumber(count)} Unterhaltungen` }),
  addedWith: (added, messages) =>
    `${added} hinzugefügt, mit ${plural(messages, { one: "1 Nachricht", other: `${formatNumber(messages)} Nachrichten` })}.`,
  hereAlready: (conversations) => `Schon da: ${conversations}.`,
  filesLeftOut: (files) =>
    plural(files, {
      one: "1 Datei des Archivs wurde ausgelassen oder nicht bis zum Ende gelesen.",
      other: `${formatNumber(files)} Dateien des Archivs wurden ausgelassen oder nicht bis zum Ende gelesen.`,
    }),
  leftOut: (conversations, reason) => `Ausgelassen: ${conversations}, ${reason}.`,
  reasons: {
    unreadable: "nicht lesbar",
    no_messages: "ohne Nachrichten",
    too_long: "zu lang",
    deleted_lately: "gerade gelöscht; importieren Sie die Datei in fünf Minuten erneut",
    unknown: "von einer Art, die Mosaic nicht kennt",
  },
  notImportedFromTheFiles: "Aus den Unterhaltungen der Datei nicht importiert:",
  anImage: "Ein Bild",
  aFile: "Eine Datei",
  theFile: (name) => `Die Datei „${name}“`,
  wasNotImported: (what) => `${what} wurde nicht importiert.`,
  systemInstructions: "Systemanweisungen",
  hiddenMessages: "Verborgene Nachrichten",
  images: "Bilder",
  files: "Dateien",
  recordings: "Aufnahmen",
  contentOfAKindThat: "Inhalte einer Art, die Mosaic nicht kennt",
  emptyMessages: "Leere Nachrichten",
  messagesThatWereInCircles: "Nachrichten, die im Kreis verwiesen, doppelt oder unvollständig waren",
  thisZipHasNoConversations:
    "In diesem ZIP-Archiv sind keine Unterhaltungen. Wählen Sie einen Export von ChatGPT, Open WebUI, LibreChat oder Mosaic.",
  thisZipHasAPassword: "Dieses ZIP-Archiv hat ein Passwort. Entpacken Sie es und wählen Sie die Datei darin.",
  thisZipIsBroken:
    "Dieses ZIP-Archiv ist beschädigt und ließ sich nicht ganz lesen. Laden Sie es noch einmal herunter und importieren Sie es erneut.",
  thisFileIsNotJson: "Diese Datei ist kein JSON. Wählen Sie einen Export von ChatGPT, Open WebUI, LibreChat oder Mosaic.",
  thisFileComesFromA: "Diese Datei stammt aus einer neueren Version von Mosaic. Aktualisieren Sie zuerst dieses.",
  importedConversation: "Importierte Unterhaltung",
};
