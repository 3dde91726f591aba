import type { m as english } from "@/messages/en/admin-health";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  health: "Zustand",
  whatMosaicNeedsToWork: "Was Mosaic zum Arbeiten braucht, gerade geprüft.",
  checking: "Wird geprüft",
  checkAgain: "Erneut prüfen",
  checked: (time) => `Geprüft ${time}`,
  somethingDoesNotWork: "Etwas funktioniert nicht",
  whatToDoStandsWith: "Jede fehlgeschlagene Prüfung sagt, was zu tun ist.",
  itWorksWithAReservation: "Alles funktioniert, mit einer Warnung",
  readWhatTheWarningBelow: "Lesen Sie die Warnung unten.",
  everythingWorks: "Alles funktioniert",
};
