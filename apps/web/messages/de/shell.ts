import type { m as english } from "@/messages/en/shell";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  sidebar: "Seitenleiste",
  openSidebar: "Seitenleiste öffnen",
  mosaicCantBeReachedTrying: "Mosaic ist nicht erreichbar. Neuer Versuch läuft …",
  youAreOfflineWhatYou: "Sie sind offline. Was Sie schreiben, bleibt erhalten und kann gesendet werden, sobald Sie wieder verbunden sind.",
  youAreStillSignedIn: "Sie sind noch angemeldet",
  accountAndSettingsOf: "Konto und Einstellungen von",
  agents: "Agenten",
  providers: "Anbieter",
  settings: "Einstellungen",
  admin: "Admin",
  signOut: "Abmelden",
};
