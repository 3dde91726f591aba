import type { m as english } from "@/messages/en/admin-shell";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  admin: "Admin",
  settings: "Einstellungen",
  chat: "Chat",
  noAccess: "Kein Zugriff",
  thisPageIsForAdmins: "Diese Seite ist für Admins",
  backToChat: "Zurück zum Chat",
  yourSettings: "Ihre Einstellungen",
  yourAccountIsAMembers: "Sie sind Mitglied. Um diese Installation zu verwalten, bitten Sie einen ihrer Admins, Sie zum Admin zu machen.",
  people: "Personen",
  users: "Benutzer",
  invites: "Einladungen",
  signIn: "Anmeldung",
  assistants: "Assistenten",
  sharedProviders: "Geteilte Anbieter",
  systemAgents: "Systemagenten",
  machineRoom: "Infrastruktur",
  backends: "Backends",
  containers: "Container",
  network: "Netzwerk",
  oversight: "Überwachung",
  audit: "Protokoll",
  health: "Zustand",
};
