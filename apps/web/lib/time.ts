const dayMs = 24 * 3600 * 1000;

const startOfDay = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();

/** The heading under which a conversation of that time is listed. */
export const dayLabel = (time: Date, now: Date, locale?: string): string => {
  // Rounded, since a day is 23 or 25 hours long when the clocks change.
  const days = Math.round((startOfDay(now) - startOfDay(time)) / dayMs);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return "Previous 7 days";
  if (days < 30) return "Previous 30 days";
  return new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" }).format(time);
};

export const formatTime = (iso: string, now: Date = new Date(), locale?: string): string => {
  const time = new Date(iso);
  const isToday = startOfDay(time) === startOfDay(now);
  return new Intl.DateTimeFormat(locale, isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(time);
};

export const formatElapsed = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;

/** 1800 → "30 minutes", in the largest unit that divides it. */
export const formatDuration = (seconds: number): string => {
  const units = [
    { size: 86_400, name: "day" },
    { size: 3600, name: "hour" },
    { size: 60, name: "minute" },
  ];
  const unit = units.find(({ size }) => seconds >= size && seconds % size === 0) ?? { size: 1, name: "second" };
  const count = seconds / unit.size;
  return `${count} ${unit.name}${count === 1 ? "" : "s"}`;
};
