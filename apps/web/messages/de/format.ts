import { plural } from "@/messages/plural";
import type { m as english } from "@/messages/en/format";
import type { Translated } from "@/messages/translated";

export const m: Translated<typeof english> = {
  today: "Heute",
  yesterday: "Gestern",
  previousDays: (days) => `Letzte ${days} Tage`,
  elapsedSeconds: (seconds) => `${seconds} s`,
  elapsedMinutes: (minutes, seconds) => `${minutes} min ${seconds} s`,
  days: (count) => plural(count, { one: "1 Tag", other: `${count} Tage` }),
  hours: (count) => plural(count, { one: "1 Stunde", other: `${count} Stunden` }),
  minutes: (count) => plural(count, { one: "1 Minute", other: `${count} Minuten` }),
  seconds: (count) => plural(count, { one: "1 Sekunde", other: `${count} Sekunden` }),
  moreThan: (count) => `mehr als ${count}`,
  unknownDevice: "Unbekanntes Gerät",
  aBrowser: "Ein Browser",
  browserOn: (browser, system) => `${browser} auf ${system}`,
};
