import type { m as english } from "@/messages/en/health-checks";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  checks: {
    database: "Datenbank",
    clock: "Uhr",
    disk: "Speicherplatz",
    runtime: "Laufzeit",
    isolation: "Isolation",
    provider: "KI-Anbieter",
    image: "Agentensoftware",
    memory: "Arbeitsspeicher je Agent",
    agent_files: "Dateien der Agenten",
    settings: "Einstellungen",
    sign_in: "Single Sign-on",
  },
};
