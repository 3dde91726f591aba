import type { m as english } from "@/messages/en/sharing";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  shareConversation: "Unterhaltung teilen",
  othersReadACopyOf:
    "Andere lesen eine Kopie des Zweigs, den Sie sehen, so wie er jetzt ist. Was später gesagt wird, bleibt bei Ihnen. Das Teilen beenden Sie unter Einstellungen, Daten.",
  membersThatIName: "Mitglieder, die ich nenne",
  everybodyWhoHasTheLink: "Alle, die den Link haben",
  whoMayReadIt: "Wer sie lesen darf",
  anAdminDoesNotAllow: "Ein Admin erlaubt keine Links.",
  userNames: "Benutzernamen",
  withCommasBetweenThem: "Durch Kommas getrennt.",
  withThoughtsAndTools: "Mit Gedanken und Werkzeugen",
  whatTheAgentThoughtAnd: "Was der Agent dachte, und was seine Werkzeuge bekamen und sagten.",
  withNamesOfFiles: "Mit Namen der Dateien",
  theFilesThemselvesAreNever: "Die Dateien selbst werden nie geteilt.",
  cancel: "Abbrechen",
  share: "Teilen",
  canReadItNowUnder: (names) => `${names} können sie jetzt lesen, unter Einstellungen, Daten.`,
  whoeverHasThisLinkReads: "Wer diesen Link hat, liest die Kopie ohne Anmeldung. Mosaic bewahrt ihn nicht auf: Kopieren Sie ihn jetzt.",
  copyLink: "Link kopieren",
  done: "Fertig",
  sharedByYou: "Von Ihnen geteilt",
  nothingYouShareAConversation: "Nichts. Sie teilen eine Unterhaltung über ihr Menü in der Liste.",
  sharedWithYou: "Mit Ihnen geteilt",
  nothingYet: "Noch nichts.",
  isNotSharedAnyMore: (title) => `„${title}“ wird nicht mehr geteilt`,
  forMembers: (names) => `Für ${names}`,
  linksAreOff: "Links sind aus",
  stopSharing: (title) => `${title} nicht mehr teilen`,
  stopSharing2: "Nicht mehr teilen",
  from: (ownerName, time) => `Von ${ownerName} · ${time}`,
};
