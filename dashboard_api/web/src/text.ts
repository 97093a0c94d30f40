// Numbers, times and ages as text. Unknown stays unknown.
import { language, words } from "./catalogue.ts";

const numbers = new Intl.NumberFormat(language === "ja" ? "ja-JP" : "en-GB");
const clock = new Intl.DateTimeFormat("ja-JP", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const moment = new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", {
  month: "numeric",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const day = new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", {
  year: "numeric",
  month: "short",
  day: "numeric",
});

const HOURS_AS_AGE = 48;

export function number(value: number | null | undefined): string {
  return value === null || value === undefined ? words.unknown : numbers.format(value);
}

export function people(value: number | null): string {
  return value === null ? words.fewPeople : words.people(numbers.format(value));
}

/** A head count or a capacity that may be unknown; never "unknown people". */
export function heads(value: number | null): string {
  return value === null ? words.unknown : words.people(numbers.format(value));
}

/** How long ago; a time just ahead of our clock is now. */
export function age(atMs: number | null | undefined, nowMs: number): string {
  if (atMs === null || atMs === undefined) return words.age.unknown;
  const seconds = Math.max(0, Math.floor((nowMs - atMs) / 1000));
  if (seconds < 60) return words.age.seconds(seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return words.age.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  return hours < HOURS_AS_AGE ? words.age.hours(hours) : day.format(atMs);
}

export function timeOfDay(atMs: number): string {
  return clock.format(atMs);
}

export function dateTime(atMs: number | null | undefined): string {
  return atMs === null || atMs === undefined ? words.unknown : moment.format(atMs);
}

export function join(parts: readonly string[]): string {
  return parts.join(words.list);
}
