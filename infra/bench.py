"""Runs every file of benchmarks/ (or those named), keeps their JSON lines in benchmarks/latest.jsonl, prints a table.

Each benchmark is a program that prints one JSON object a line; `name` says what was measured. Figures of files that were not named
stay in benchmarks/latest.jsonl as they were. `--readme` also writes the figures that have a bar into README.md, between its two
marks, and all of them into docs/reference/figures.md.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
README, REFERENCE = ROOT / "README.md", ROOT / "docs" / "reference" / "figures.md"
BEGIN, END = "<!-- figures: make bench ARGS=--readme -->", "<!-- end of figures -->"
FOLDER = ROOT / "benchmarks"
LATEST = FOLDER / "latest.jsonl"
ALL = """# All figures

Written by `make bench ARGS=--readme` from what the files of `benchmarks/` printed, on two shared cores; the peer beside a figure was measured
in the same run, in its own best way. `ratio`: how many times ours the peer's is. A bar that is not met says so. How to read those
of `peers`: [routing](routing.md#measured).

"""


def run_benchmark(program: Path) -> list[dict[str, Any]] | None:
    """The JSON lines that it printed; None when it failed."""
    done = subprocess.run(
        [sys.executable, str(program)], cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return [{"benchmark": program.stem, **json.loads(line)} for line in lines]


def list_former(programs: list[Path]) -> list[dict[str, Any]]:
    """Figures of an earlier run of benchmarks that are still there and are not run again now."""
    if not LATEST.exists():
        return []
    others = {p.stem for p in FOLDER.glob("*.py")} - {p.stem for p in programs}
    lines = LATEST.read_text(encoding="utf-8").splitlines()
    return [figure for figure in map(json.loads, lines) if figure["benchmark"] in others]


def show(console: Console, figures: list[dict[str, Any]]) -> None:
    """One row a figure: its name, then what it measured."""
    table = Table(title="benchmarks", title_justify="left")
    for heading in ("benchmark", "name", "figures"):
        table.add_column(heading, overflow="fold")
    for figure in figures:
        rest = {key: value for key, value in figure.items() if key not in ("benchmark", "name")}
        shown = ", ".join(f"{key} {value}" for key, value in rest.items())
        table.add_row(figure["benchmark"], str(figure.get("name", "")), shown)
    console.print(table)


def shown(number: float) -> str:
    """Whole and grouped from a thousand up, else four digits that count."""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def as_table(figures: list[dict[str, Any]]) -> str:
    """Markdown: what, value with unit, bar and whether it was met, and how many times the peer's."""
    rows = ["| what | measured | bar | beside a peer in the same run |", "|---|---|---|---|"]
    for figure in figures:
        bar, met = figure.get("bar"), figure.get("met")
        if figure.get("value") is None:  # a peer that is missing has a line, and no figure
            continue
        asked = "" if bar is None else f"{shown(bar)}, {'met' if met else '**not met**'}"
        ratio = figure.get("ratio")
        peer = "" if ratio is None else f"{ratio:.3g} times {figure.get('peer', '')}"
        rows.append(
            f"| {figure['name']} | {shown(figure['value'])} {figure.get('unit', '')} | {asked} | {peer} |"
        )
    return "\n".join(rows)


def write_readme(figures: list[dict[str, Any]]) -> None:
    """The figures with a bar, between the marks of README.md; all of them, by file, in a page of their own."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(
        f"{before}{BEGIN}\n{as_table([f for f in figures if f.get('bar') is not None])}\n{END}{after}",
        encoding="utf-8",
    )
    names = sorted({figure["benchmark"] for figure in figures})
    parts = [f"## {name}\n\n{as_table([f for f in figures if f['benchmark'] == name])}\n" for name in names]
    REFERENCE.write_text(ALL + "\n".join(parts), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Ends with 1 when a benchmark failed or printed nothing."""
    console = Console()
    names = [a for a in arguments if a != "--readme"]
    programs = [p for p in sorted(FOLDER.glob("*.py")) if not names or p.stem in names]
    figures = list_former(programs)
    failed: list[str] = []
    for program in programs:
        console.print(f"mio: {program.stem} ...")
        found = run_benchmark(program)
        if not found:
            failed.append(program.stem)
        figures += found or []
        LATEST.write_text("".join(json.dumps(figure) + "\n" for figure in figures), encoding="utf-8")
    show(console, figures)
    if "--readme" in arguments:
        write_readme(figures)
    if failed:
        console.print(f"mio: failed, or printed no figure: {', '.join(failed)}")
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
