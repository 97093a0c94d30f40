// The top of the page: the drill's mark, the one sentence, warnings in force, the clock, the connection, the ages.
import { language, words } from "../catalogue.ts";
import type { WorldClock } from "../clock.ts";
import { el, keep, setAttribute, setText } from "../dom.ts";
import type { Connection } from "../feed.ts";
import { headline, type Notice, notices, staleSources } from "../judge.ts";
import type { Selection } from "../selection.ts";
import { silentSources } from "../silence.ts";
import type { Store } from "../store.ts";
import { age, join, timeOfDay } from "../text.ts";

const SHOWN_NOTICES = 3;
const SOURCE_KINDS = ["alerts", "closures", "shelter_reports", "counts"] as const;

export class Top {
  readonly element: HTMLElement;
  private connection: Connection = "connecting";
  private lastHeardMs: number | null = null;
  private readonly place = el("span", { class: "place" });
  private readonly time = el("time", { class: "clock" });
  private readonly speed = el("span", { class: "speed" });
  private readonly link = el("span", { class: "link", role: "status" });
  private readonly drill = el(
    "div",
    { class: "drill", hidden: true },
    el("strong", {}, words.drillMark),
    el("span", {}, words.drillText),
  );
  private readonly trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  private readonly level = el("span", { class: "chip" });
  private readonly worst = el("span", { class: "worst" });
  private readonly next = el("span", { class: "next" });
  private readonly sentence = el("p", { class: "headline" }, this.level, this.worst, this.next);
  private readonly alerts = el("ul", { class: "alerts", "aria-label": words.alertsLabel });
  private readonly ages = el("dl", { class: "ages", "aria-label": words.sources.label });
  private readonly lead = el(
    "div",
    { class: "lead", role: "region", "aria-label": words.alertsLabel },
    this.sentence,
    this.alerts,
  );

  constructor(
    private readonly store: Store,
    private readonly clock: WorldClock,
    private readonly selection: Selection,
  ) {
    const other = el(
      "a",
      { class: "button", href: language === "ja" ? "?lang=en" : "?", lang: language === "ja" ? "en" : "ja" },
      words.otherLanguage,
    );
    const print = el("button", { class: "button", type: "button", click: () => window.print() }, words.print);
    this.element = el(
      "header",
      { class: "top" },
      el("a", { class: "skip", href: "#work" }, words.skip),
      this.drill,
      el(
        "div",
        { class: "bar" },
        el("h1", {}, el("b", {}, words.product), el("span", {}, words.page)),
        this.place,
        el("div", { class: "now" }, this.time, this.speed, this.link),
        el("div", { class: "tools" }, other, print),
      ),
      this.trouble,
      this.lead,
      this.ages,
    );
  }

  setConnection(connection: Connection): void {
    this.connection = connection;
    this.tick();
  }

  heard(): void {
    this.lastHeardMs = this.clock.now();
  }

  /** Everything of it; cheap enough for each change. */
  update(): void {
    const facts = this.store.facts;
    if (facts) {
      const names = join(facts.municipalities.map((m) => m.name));
      setText(this.place, facts.synthetic ? `${names}（${words.synthetic}）` : names || facts.area);
    }
    this.drill.hidden = this.store.status?.world !== "drill";
    this.updateHeadline();
    this.updateAlerts();
    this.tick();
  }

  private world() {
    return {
      alerts: this.store.alerts.values(),
      shelters: this.store.shelters.values(),
      closures: this.store.closures.values(),
      sources: this.store.sources,
      declared: this.store.declared.values(),
    };
  }

  private updateHeadline(): void {
    if (this.store.facts === null) {
      setText(this.worst, words.noDataText);
      this.level.hidden = true;
      return;
    }
    const said = headline(this.world(), this.clock.now());
    setAttribute(this.lead, "data-tone", said.tone);
    setAttribute(this.level, "data-tone", said.tone);
    this.level.hidden = said.label === "";
    setText(this.level, said.label);
    setText(this.worst, said.worst);
    setText(this.next, said.next);
  }

  private updateAlerts(): void {
    const all = notices(this.store.alerts.values(), this.clock.now());
    // the worst one is in the sentence already
    const shown = all.slice(1, 1 + SHOWN_NOTICES);
    keep(this.alerts, shown, {
      key: (notice) => notice.key,
      create: (notice) => this.createAlert(notice),
      update: (element, notice) => updateAlert(element, notice),
    });
    const rest = all.length - 1 - shown.length;
    setAttribute(this.alerts, "data-more", rest > 0 ? words.more(rest) : null);
    this.alerts.hidden = shown.length === 0;
  }

  private createAlert(notice: Notice): HTMLElement {
    const choose = () => this.selection.choose({ kind: "alert", id: notice.series });
    const button = el("button", { type: "button", click: choose });
    button.append(
      el("span", { class: "chip" }),
      el("span", { class: "name" }),
      el("span", { class: "areas" }),
    );
    return el("li", {}, button);
  }

  /** What moves with the clock alone. */
  tick(): void {
    const now = this.clock.now();
    setText(this.time, this.store.status ? timeOfDay(now) : "--:--:--");
    const speed = this.store.status?.speed ?? 1;
    setText(this.speed, speed === 1 ? "" : words.speed(speed));
    this.updateLink();
    this.updateAges(now);
  }

  private updateLink(): void {
    const away = this.store.status?.view === "away";
    const state = this.connection === "live" && away ? "away" : this.connection;
    setAttribute(this.link, "data-state", state);
    setText(this.link, words.connection[state]);
    const since = away ? (this.store.status?.view_as_of_ms ?? null) : this.lastHeardMs;
    const text = away ? words.awayText : words.offlineText;
    const isTrouble = (state === "stale" || state === "away") && since !== null;
    setText(this.trouble, isTrouble ? text(timeOfDay(since)) : "");
    this.trouble.hidden = !isTrouble;
  }

  private updateAges(now: number): void {
    const stale = new Set<string>(staleSources(this.store.sources, now).map((source) => source.kind));
    for (const { source } of silentSources(this.store.declared.values(), now)) {
      for (const kind of source.says) stale.add(kind);
    }
    const rows = SOURCE_KINDS.map((kind) => {
      const times = this.store.sources.filter((s) => s.kind === kind).map((s) => s.newest_ms);
      const newest = times
        .filter((t) => t !== null)
        .reduce<number | null>((a, b) => Math.max(a ?? b, b), null);
      return {
        kind,
        text: times.length === 0 ? words.sources.none : age(newest, now),
        stale: stale.has(kind),
      };
    });
    keep(this.ages, rows, {
      key: (row) => row.kind,
      create: (row) => el("div", {}, el("dt", {}, words.sources[row.kind]), el("dd")),
      update: (element, row) => {
        setAttribute(element, "data-stale", row.stale ? "yes" : null);
        setText(element.lastElementChild ?? element, row.text);
      },
    });
  }
}

function updateAlert(element: HTMLElement, notice: Notice): void {
  const [chip, name, areas] = element.querySelectorAll("span");
  if (!chip || !name || !areas) return;
  setAttribute(chip, "data-tone", notice.tone);
  setText(chip, notice.label);
  setText(name, notice.name);
  setText(areas, join(notice.areas));
}
