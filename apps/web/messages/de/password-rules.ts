import type { m as english } from "@/messages/en/password-rules";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  passwordRules: {
    length: "Mindestens 12 Zeichen",
    variety: "Mindestens 5 verschiedene Zeichen",
    name: "Enthält nicht den Benutzernamen",
  },
};
