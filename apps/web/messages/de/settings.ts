import type { m as english } from "@/messages/en/settings";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  assistant: "Assistent",
  agents: "Agenten",
  models: "Modelle",
  providers: "Anbieter",
  account: "Konto",
  profile: "Profil",
  sessions: "Sitzungen",
  accessTokens: "Zugriffstoken",
  settings: "Einstellungen",
  admin: "Admin",
  data: "Daten",
  notifications: "Benachrichtigungen",
};
