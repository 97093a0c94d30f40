"""Runs every check of `make check`, all of them even when one fails, and ends with 1 if one did."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
WEB = ROOT / "dashboard_api" / "web"
OURS = ("routing", "streams", "services", "dashboard_api")

CHECKS = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "types": [BIN / "mypy"],
    "import contracts": [BIN / "lint-imports"],
    "dead code": [BIN / "vulture"],
    "sharing policies": [BIN / "mio", "policy", "check"],
    "duplicates": [
        BIN / "pylint",
        "--disable=all",
        "--enable=duplicate-code",
        "--min-similarity-lines=8",
        "--score=no",
        *OURS,
    ],
}
PAGE_CHECK = [sys.executable, "-m", "services.local.node", "run", "--silent", "check"]


def run_check(name: str, command: list[str | Path], folder: Path) -> bool:
    """Runs one check; its output is shown only when it failed."""
    began = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    passed = done.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
    if not passed:
        print(done.stdout + done.stderr)
    return passed


def main() -> int:
    """All checks; those of the page where its tools are installed."""
    passed = [run_check(name, command, ROOT) for name, command in CHECKS.items()]
    if (WEB / "node_modules").exists():
        passed.append(run_check("the page: lint and types", list(PAGE_CHECK), WEB))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
