import { locale } from "@/lib/language";
import { m } from "@messages/format";

const dayMs = 24 * 3600 * 1000;

const startOfDay = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();

/** The heading under which a conversation of that time is listed. */
export const dayLabel = (time: Date, now: Date): string => {
  // Rounded, since a day is 23 or 25 hours long when the clocks change.
  const days = Math.round((startOfDay(now) - startOfDay(time)) / dayMs);
  if (days <= 0) return m.today;
  if (days === 1) return m.yesterday;
  if (days < 7) return m.previousDays(7);
  if (days < 30) return m.previousDays(30);
  return new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric" }).format(time);
};

export const formatTime = (iso: string, now: Date = new Date()): string => {
  const time = new Date(iso);
  const isToday = startOfDay(time) === startOfDay(now);
  return new Intl.DateTimeFormat(locale(), isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(time);
};

export const formatElapsed = (seconds: number): string =>
  seconds < 60 ? m.elapsedSeconds(seconds) : m.elapsedMinutes(Math.floor(seconds / 60), seconds % 60);

/** 1800 → "30 minutes", in the largest unit that divides it. */
export const formatDuration = (seconds: number): string => {
  const units = [
    { size: 86_400, words: m.days },
    { size: 3600, words: m.hours },
    { size: 60, words: m.minutes },
  ];
  const unit = units.find(({ size }) => seconds >= size && seconds % size === 0) ?? { size: 1, words: m.seconds };
  return unit.words(seconds / unit.size);
};
