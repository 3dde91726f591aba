import type { m as english } from "@/messages/en/admin-system-agents";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  mosaicKeepsTryingWithLonger: "Mosaic versucht es weiter, mit immer längeren Pausen.",
  alwaysOn: "immer an",
  addSystemAgent: "Systemagent hinzufügen",
  systemAgents: "Systemagenten",
  agentsOfTheInstallationItself: "Agenten der Installation selbst. Sie sind immer an, und nur Admins sehen sie und chatten mit ihnen.",
  theirMemoryIsSharedAmong: "Admins teilen ihr Gedächtnis",
  eachAdminHasConversationsOf:
    "Jeder Admin führt eigene Unterhaltungen mit einem Systemagenten, aber was dieser sich merkt und in Dateien schreibt, kann bei jedem anderen Admin auftauchen. Systemagenten nutzen die Schlüssel von Admins und halten bei Leerlauf nie an.",
  noSystemAgentYet: "Noch kein Systemagent",
  addOneForWhatConcerns:
    "Fügen Sie einen hinzu für alles, was die ganze Installation betrifft: beobachten, berichten, Fragen von Admins beantworten.",
  addASystemAgent: "Systemagent hinzufügen",
  itStartsByItselfAnd: "Er startet von selbst und bleibt an.",
  systemAgentAdded: "Systemagent hinzugefügt",
  edit: (name) => `${name} bearbeiten`,
  changesTakeEffectWithinSeconds: "Änderungen wirken innerhalb von Sekunden.",
  saveChanges: "Änderungen speichern",
  systemAgentSaved: "Systemagent gespeichert",
  deleteTheSystemAgent: (name) => `Den Systemagenten „${name}“ löschen?`,
  deleteSystemAgent: "Systemagent löschen",
  systemAgentDeleted: "Systemagent gelöscht",
  thisCantBeUndoneWhat: "Das lässt sich nicht rückgängig machen. Für alle Admins gehen verloren:",
  allConversationsWithIt: "alle Unterhaltungen mit ihm",
  itsMemoryAndEveryFile: "sein Gedächtnis und alle Dateien in seinem Arbeitsbereich",
  itsPersonalityAndSettings: "seine Persönlichkeit und Einstellungen",
};
