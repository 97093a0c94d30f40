// Making and keeping elements. Lists are kept by key: what stays, stays the same element, so nothing jumps or loses focus.

type Child = Node | string | null;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Writes text only where it differs: screen readers and selections are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

export interface Kept<T> {
  key(item: T): string;
  create(item: T): HTMLElement;
  update(element: HTMLElement, item: T): void;
}

/** Makes `parent` show `items` in their order; `reorder` false leaves known elements where they are. */
export function keep<T>(parent: HTMLElement, items: readonly T[], kept: Kept<T>, reorder = true): void {
  const known = new Map<string, HTMLElement>();
  for (const child of parent.children)
    known.set((child as HTMLElement).dataset.key ?? "", child as HTMLElement);
  const wanted = new Set(items.map(kept.key));
  for (const [key, element] of known) if (!wanted.has(key)) element.remove();
  items.forEach((item, index) => {
    const key = kept.key(item);
    let element = known.get(key);
    if (!element) {
      element = kept.create(item);
      element.dataset.key = key;
    }
    kept.update(element, item);
    const there = parent.children[index] ?? null;
    if (there !== element && (reorder || !element.isConnected)) parent.insertBefore(element, there);
  });
}
