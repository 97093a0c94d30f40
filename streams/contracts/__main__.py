"""Writes the contracts below docs/: `make contracts`. With `--release` they also become what later ones are held against."""

import argparse
import shutil

from streams.contracts.asyncapi import document
from streams.contracts.compat import list_breaks
from streams.contracts.pages import ASYNCAPI, DOCS, RELEASED, read_released, write


def main() -> None:
    """Raises SystemExit: the release would break what the last one promised; each broken promise is named."""
    parser = argparse.ArgumentParser(prog="python -m streams.contracts", description=__doc__)
    parser.add_argument("--release", action="store_true", help="hold later contracts against these")
    parser.add_argument(
        "--break", action="store_true", dest="breaks", help="release although promises are broken"
    )
    wanted = parser.parse_args()
    write(DOCS)
    if wanted.release:
        broken = list_breaks(read_released(), document()) if (DOCS / RELEASED).exists() else []
        if broken and not wanted.breaks:
            raise SystemExit(
                "\n".join(["not released; these promises of the last release are broken:", *broken])
            )
        shutil.copyfile(DOCS / ASYNCAPI, DOCS / RELEASED)


if __name__ == "__main__":
    main()
