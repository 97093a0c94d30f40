// Whether a declared source is silent: by its last contact and the time alone, as the server's fold says it. Pure.
import type { DeclaredSource } from "./api.ts";
import { words } from "./catalogue.ts";
import type { Tone, WorkItem } from "./judge.ts";
import { join } from "./text.ts";

const PREFIX = "declared/";

export type SourceState = "well" | "waiting" | "trouble" | "silent";

export interface Silence {
  source: DeclaredSource;
  sinceMs: number | null; // null: never heard
}

export function findSilence(source: DeclaredSource, nowMs: number): Silence | null {
  const rhythms = [
    [source.expected_s, source.heard_ms],
    [source.news_s, source.news_ms],
  ] as const;
  for (const [everyS, lastMs] of rhythms) {
    if (everyS !== null && nowMs - (lastMs ?? source.declared_ms) > everyS * 1000)
      return { source, sinceMs: lastMs };
  }
  return null;
}

export function silentSources(declared: Iterable<DeclaredSource>, nowMs: number): Silence[] {
  const found: Silence[] = [];
  for (const source of declared) {
    const silence = findSilence(source, nowMs);
    if (silence) found.push(silence);
  }
  return found.sort((a, b) => a.source.id.localeCompare(b.source.id));
}

export function stateOf(source: DeclaredSource, nowMs: number): SourceState {
  if (findSilence(source, nowMs)) return "silent";
  if (source.trouble !== null) return "trouble";
  return source.heard_ms === null ? "waiting" : "well";
}

export const STATE_TONES: Record<SourceState, Tone> = {
  silent: "3",
  trouble: "2",
  waiting: "info",
  well: "info",
};

/** In a sentence: what is missing and for how long, or simply its state. */
export function stateText(source: DeclaredSource, nowMs: number): string {
  const silence = findSilence(source, nowMs);
  if (!silence) return words.feeds.state[stateOf(source, nowMs)];
  const what = join(source.says.map((says) => words.sources[says]));
  if (silence.sinceMs === null) return words.feeds.neverHeard(what);
  return words.feeds.silentFor(what, Math.max(1, Math.floor((nowMs - silence.sinceMs) / 60_000)));
}

/** The id under which a declared source can be chosen: never that of a kind of data. */
export function choiceOf(source: DeclaredSource): string {
  return PREFIX + source.id;
}

export function declaredId(choice: string): string {
  return choice.startsWith(PREFIX) ? choice.slice(PREFIX.length) : "";
}

export function silentItem({ source, sinceMs }: Silence, nowMs: number): WorkItem {
  const id = choiceOf(source);
  return {
    key: `source:${id}`,
    kind: "source",
    id,
    rank: 270,
    tone: STATE_TONES.silent,
    label: words.feeds.state.silent,
    title: stateText(source, nowMs),
    detail: words.feeds.ask(source.contact),
    source: source.name,
    atMs: sinceMs,
  };
}
