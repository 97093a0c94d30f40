"""Runs every file of benchmarks/ (or those named), keeps their JSON lines in benchmarks/latest.jsonl, prints a table.

Each benchmark is a program that prints one JSON object a line; `name` says what was measured. Figures of files that were not named
stay in benchmarks/latest.jsonl as they were. `--readme` also writes into README.md, between its two marks, the figures that
have a bar and those beside other engines.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- figures: make bench ARGS=--readme -->", "<!-- end of figures -->"
FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
LATEST = FOLDER / "latest.jsonl"
BESIDE_OTHERS = "peers"
"""The benchmark all of whose figures stand beside other engines'."""


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


def readme_table(figures: list[dict[str, Any]]) -> str:
    """The figures as Markdown: what, value with unit, bar and whether it was met, and how many times the peer's."""
    rows = ["| what | measured | bar | beside a peer in the same run |", "|---|---|---|---|"]
    for figure in figures:
        bar, met = figure.get("bar"), figure.get("met")
        has_figure = figure.get("value") is not None  # a peer that is missing has a line, and no figure
        if not has_figure or (bar is None and figure.get("benchmark") != BESIDE_OTHERS):
            continue
        asked = "" if bar is None else f"{shown(bar)}, {'met' if met else '**not met**'}"
        ratio = figure.get("ratio")
        peer = "" if ratio is None else f"{ratio:.3g} times {figure.get('peer', '')}"
        rows.append(
            f"| {figure['name']} | {shown(figure['value'])} {figure.get('unit', '')} | {asked} | {peer} |"
        )
    return "\n".join(rows)


def write_readme(figures: list[dict[str, Any]]) -> None:
    """Replaces what stands between the marks."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{readme_table(figures)}\n{END}{after}", encoding="utf-8")


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
