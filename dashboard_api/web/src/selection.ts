// What is chosen, on the map or in a list. It is in the address, so that a link shows the same.

export type Selected =
  | { kind: "alert" | "shelter" | "closure"; id: string }
  | { kind: "cell"; id: string }
  | { kind: "source"; id: string };

const KINDS = new Set(["alert", "shelter", "closure", "cell", "source"]);

export class Selection {
  current: Selected | null = null;
  private readonly listeners: ((selected: Selected | null, byHand: boolean) => void)[] = [];

  listen(listener: (selected: Selected | null, byHand: boolean) => void): void {
    this.listeners.push(listener);
  }

  choose(selected: Selected | null, { byHand = true } = {}): void {
    this.current = selected;
    const hash = selected === null ? "" : `#${selected.kind}=${encodeURIComponent(selected.id)}`;
    history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
    for (const listener of this.listeners) listener(selected, byHand);
  }
}

export function parseHash(hash: string): Selected | null {
  const [kind, id] = hash.replace(/^#/, "").split("=");
  if (kind === undefined || id === undefined || !KINDS.has(kind)) return null;
  try {
    return { kind, id: decodeURIComponent(id) } as Selected;
  } catch {
    return null; // a broken escape in a link
  }
}
