import type { m as english } from "@/messages/en/entry";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  loading: "Wird geladen",
  mosaicIsNotAnswering: "Mosaic antwortet nicht",
  tryAgain: "Erneut versuchen",
};
