import type { Translated } from "@/messages/translated";
import type { language as english } from "@/messages/en/language";

export const language: Translated<typeof english> = { tag: "de", direction: "ltr" };
