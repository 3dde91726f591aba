import type { m as english } from "@/messages/en/language-setting";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  language: "Sprache",
  description: "Die Sprache der Seiten von Mosaic. Ihre Agenten antworten in der Sprache, in der Sie schreiben.",
  asTheBrowser: "Wie der Browser",
};
