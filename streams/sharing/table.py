"""The decision table as Markdown and HTML, generated from the rules: counsel reads what runs. Decides nothing.

`python -m streams.sharing.table` brings docs/reference/gates.md up to date.
"""

import sys
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from streams.sharing.rules import BY_PEOPLE, BY_TELEGRAM, WORDS, Rule, list_faults, read_rules
from streams.sharing.versions import Version, newest, read_version

HEADINGS = (
    "#",
    "recipient",
    "item",
    "basis",
    "trigger",
    "scope",
    "expiry",
    "extra audit",
    "gate",
    "permitted when",
)
HEADINGS_JA = ("行", "受け手", "項目", "根拠", "契機", "範囲", "期限", "追加の記録", "ゲート", "許可の条件")
DECLARES_JA = {
    "polygon": "多角形",
    "one person": "一人",
    "persons": "人",
    "polygon or persons": "多角形または人",
}
ROLES_JA = {"approver": "承認者", "mayor": "市町村長", "governor": "知事"}
START, END = "<!-- generated: python -m streams.sharing.table -->", "<!-- end of what is generated -->"
PAGE = Path("docs") / "reference" / "gates.md"


def permits_of(rules: Sequence[Rule]) -> list[Rule]:
    """The table's rows in order."""
    return sorted((rule for rule in rules if rule.permits), key=lambda rule: rule.row)


def gate_words(rule: Rule) -> str:
    """What opens the row's gate and for how long, in a few words."""
    numbers = rule.annotations
    if rule.gate == BY_TELEGRAM:
        return f"a telegram from level {numbers['armed_at']} on; {numbers['hours']} h after the lifting"
    if rule.gate == BY_PEOPLE:
        armed = f"armed from level {numbers['armed_at']}; " if "armed_at" in numbers else ""
        return (
            f"{armed}proposed by staff for {numbers['declares']}, approved by another: {numbers['approved_by']}; "
            f"{numbers['hours']} h, {numbers['at_most_h']} h at most"
        )
    return "none"


def gate_words_ja(rule: Rule) -> str:
    """The same in Japanese."""
    numbers = rule.annotations
    if rule.gate == BY_TELEGRAM:
        return f"電文（レベル{numbers['armed_at']}以上）で開く。解除後{numbers['hours']}時間"
    if rule.gate == BY_PEOPLE:
        armed = f"レベル{numbers['armed_at']}以上の電文で準備。" if "armed_at" in numbers else ""
        return (
            f"{armed}職員が{DECLARES_JA[numbers['declares']]}について提案し、別の人（{ROLES_JA[numbers['approved_by']]}）が承認。"
            f"{numbers['hours']}時間、最長{numbers['at_most_h']}時間"
        )
    return "なし"


def _cells(rule: Rule) -> tuple[str, ...]:
    return (
        str(rule.row),
        *(rule.annotations.get(word, "") for word in WORDS),
        gate_words(rule),
        "; ".join(condition.name for condition in rule.conditions),
    )


def as_markdown(version: Version) -> str:
    """The table and the forbids."""
    rules = read_rules(version.policies)
    lines = [_line(HEADINGS), _line("---" for _ in HEADINGS)]
    lines += [_line(_plain(cell) for cell in _cells(rule)) for rule in permits_of(rules)]
    lines += ["", "**Always wins over every permit:**", ""]
    for rule in rules:
        if not rule.permits:
            concerned = f"`{rule.action}`" if rule.action else "everything"
            lines.append(f"- `{rule.reason}`: {_plain(rule.annotations['basis'])} ({concerned})")
    numbers = version.parameters
    levels = ", ".join(f"{name} {level}" for name, level in numbers.levels.items()) or "none"
    shown = (
        f"Counts are shown from {numbers.fewer_than} people on. A proposal lapses after {numbers.proposal_lapses_h} h. Level where "
        f"the issuer gives none: {levels}."
    )
    lines += ["", shown, f"Version {version.name}, SHA-256 `{version.digest}`."]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(cell: str) -> str:
    return cell.replace("|", "\\|")


STYLE = """
body{margin:24px;color:#16202a;background:#fff;font:15px/1.6 "Noto Sans JP","Hiragino Sans","Yu Gothic",Meiryo,system-ui,sans-serif}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:700;padding:8px 0}
th,td{border:1px solid #c3cad1;padding:6px 8px;text-align:left;vertical-align:top;font-size:13.5px}thead th{background:#eef2f5}
td:last-child{width:26%}code,pre{font:12.5px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}small{color:#46525e}
@media print{@page{size:A4 landscape;margin:12mm}body{margin:0;font-size:9pt}tr{break-inside:avoid}}
"""


def as_html(version: Version) -> str:
    """One page that needs nothing from outside: Japanese first, and under each row the conditions that the engine evaluates."""
    rules = read_rules(version.policies)
    head = "".join(
        f'<th scope="col">{_both(japanese, english)}</th>'
        for japanese, english in zip(HEADINGS_JA, HEADINGS, strict=True)
    )
    body = "".join(_html_row(rule) for rule in permits_of(rules))
    forbids = "".join(_html_forbid(rule) for rule in rules if not rule.permits)
    title = f"情報共有の判断表 {escape(version.name)}"
    columns = (("理由", "reason"), ("根拠", "basis"), ("対象", "concerns"), ("規則", "the rule"))
    others = "".join(f'<th scope="col">{_both(*pair)}</th>' for pair in columns)
    return (
        f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><h1>{title}</h1><p>{_both(*UNSIGNED)}</p><p><small>SHA-256 {version.digest}</small></p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<h2>{_both('どの許可にも優先する禁止', 'What always wins over every permit')}</h2>"
        f"<table><thead><tr>{others}</tr></thead><tbody>{forbids}</tbody></table></body></html>\n"
    )


UNSIGNED = (
    "法的助言ではありません。各版は市町村の法務担当が確認します。",
    "Not legal advice: the municipality's counsel signs off each version.",
)


def _both(japanese: str, english: str) -> str:
    """Japanese, and the English of it small beneath; once where they are the same."""
    if not japanese or japanese == english:
        return escape(english)
    return f'{escape(japanese)}<br><small lang="en">{escape(english)}</small>'


def _html_row(rule: Rule) -> str:
    words = ((rule.annotations.get(f"{word}_ja", ""), rule.annotations.get(word, "")) for word in WORDS)
    cells = "".join(f"<td>{_both(*pair)}</td>" for pair in (*words, (gate_words_ja(rule), gate_words(rule))))
    conditions = "".join(
        f"<div>{_both(c.name_ja, c.name)}<br><code>{escape(_condition(c.kind, c.text))}</code></div>"
        for c in rule.conditions
    )
    return f'<tr><th scope="row">{rule.row}</th>{cells}<td>{conditions}</td></tr>'


def _html_forbid(rule: Rule) -> str:
    texts = "\n".join(f"{c.kind} {{ {c.text} }}" for c in rule.conditions)
    basis = _both(rule.annotations.get("basis_ja", ""), rule.annotations["basis"])
    return (
        f"<tr><td>{escape(rule.reason)}</td><td>{basis}</td><td>{escape(rule.action or 'everything')}</td>"
        f"<td><pre>{escape(texts)}</pre></td></tr>"
    )


def _condition(kind: str, text: str) -> str:
    return text if kind == "when" else f"not ({text})"


def with_table(page: str, version: Version) -> str:
    """A page of the documentation with its generated part made anew.

    Raises:
        ValueError: the page has no such part.
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the page lacks {START} or {END}")
    return f"{before}{START}\n\n{as_markdown(version)}\n{END}{after}"


def main() -> int:
    """Brings the reference page up to date; run it in the checkout's folder."""
    version = read_version(newest())
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), version), encoding="utf-8")
    return 1 if list_faults(read_rules(version.policies)) else 0


if __name__ == "__main__":
    sys.exit(main())
