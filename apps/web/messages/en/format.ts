import { plural } from "@/messages/plural";

export const m = {
  today: "Today",
  yesterday: "Yesterday",
  previousDays: (days: number) => `Previous ${days} days`,
  elapsedSeconds: (seconds: number) => `${seconds} s`,
  elapsedMinutes: (minutes: number, seconds: number) => `${minutes} min ${seconds} s`,
  days: (count: number) => plural(count, { one: "1 day", other: `${count} days` }),
  hours: (count: number) => plural(count, { one: "1 hour", other: `${count} hours` }),
  minutes: (count: number) => plural(count, { one: "1 minute", other: `${count} minutes` }),
  seconds: (count: number) => plural(count, { one: "1 second", other: `${count} seconds` }),
  moreThan: (count: string) => `more than ${count}`,
  unknownDevice: "Unknown device",
  aBrowser: "A browser",
  browserOn: (browser: string, system: string) => `${browser} on ${system}`,
};
