import type { m as english } from "@/messages/en/admin-network";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  theList: "Die Liste",
  network: "Netzwerk",
  whichAddressesMosaicMayCall: "Welche Adressen Mosaic für seine Benutzer aufrufen darf: Anbieter und Anmeldeserver.",
  thePublicInternetIsAlways: "Das öffentliche Internet ist immer erlaubt",
  addressesInsideYourNetworkAre:
    "Adressen in Ihrem Netzwerk nicht: Sonst könnte jeder hier über Mosaic Rechner erreichen, die ihn nichts angehen. Erlauben Sie die, die gebraucht werden.",
  allowedAddressesSaved: "Erlaubte Adressen gespeichert",
  theyAreInForceAt: "Sie gelten sofort.",
  allowedAddresses: "Erlaubte Adressen",
  onePerLine: "Eine pro Zeile.",
  ollamaHome11434192168: "ollama.home:11434\n192.168.1.20",
  saveAddresses: "Adressen speichern",
  ollamaOnAMachineAt: "Ollama auf einem Rechner zu Hause: nur dieser Name und nur dieser Port",
  examples: "Beispiele",
  asNarrowAsPossibleIs:
    "Halten Sie es eng: lieber ein Name mit Port als ein Bereich. Adressen von Mosaic selbst und von Diensten seines Rechners bleiben gesperrt, wo sie schaden könnten.",
  oneMachineEveryPort: "ein Rechner, an jedem Port",
  oneMachine: "ein Rechner mit IPv6, an einem Port",
  aWholeRange: "ein ganzer Bereich",
};
