import type { m as english } from "@/messages/en/models";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  forAllAgents: "Für alle Agenten",
  forAgents: (labelOf) => `Für ${labelOf}-Agenten`,
  usedNow: (effective) => `Aktuell verwendet: ${effective}`,
  model: "Modell",
  saveDefault: "Standard speichern",
  removeThisDefault: "Diesen Standard entfernen",
  models: "Modelle",
  whatYourAgentsUseWhen: "Agenten ohne eigenes Modell nutzen den Standard für ihre Art, dann den für alle, dann den Ihres Admins.",
  noModelsToChooseFrom: "Keine Modelle zur Auswahl",
  addAProvider: "Anbieter hinzufügen",
  modelsComeFromProvidersAdd: "Modelle kommen von Anbietern. Fügen Sie einen eigenen hinzu: Ihr Admin teilt noch keinen.",
  defaultRemoved: "Standard entfernt",
  defaultSaved: "Standard gespeichert",
};
