import type { m as english } from "@/messages/en/missing-files";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  title: "Die Dateien von Mosaic können nicht geladen werden",
  before: "Diese Seite sucht sie unter ",
  after:
    "/_next. Laden Sie die Seite neu. Wurde Mosaic unter einem Pfad dieses Hosts eingerichtet, wird das nicht unterstützt: Geben Sie ihm einen eigenen Hostnamen oder Port (docs/proxies.md).",
};
