"""Looks for bytes on which the registry of adapters, or a step after it, raises or hangs: guided by coverage, from made-up documents and real files.

Needs `atheris`, which is not among the locked packages: `.venv/bin/uv pip install atheris`. What crashed is left in
the corpus folder as `crash-...` or `timeout-...`; everything that found new branches stays there for the next run.

    .venv/bin/python infra/fuzz.py CORPUS --seconds 600 [FILE OR FOLDER ...]
"""

import argparse
import hashlib
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
HANG_S = 10
LARGEST_BYTES = 40_000
"""Of a seed: what is told apart stands in a document's head, and short inputs run often."""

with atheris.instrument_imports(include=["streams.adapters", "streams.folds", "streams.repair"]):
    from services.ingest.parcel import make_parcel
    from streams.adapters.registry import Source, read
    from streams.cells import Gazetteer
    from streams.codec import encode
    from streams.topics import CLOSURE_REPORTS, SHELTER_REPORTS, SITE_REPORTS, TELEGRAMS, WHOLE_LISTS
    from streams.worker.steps import Context, step_closure, step_place, step_telegram, step_whole_list
    from streams.world import World

SOURCE = Source("fuzz", 1_790_000_000_000)
CONTEXT = Context(World.REAL, Gazetteer({}, {}, (34.4, 135.1, 34.6, 135.4)))
STEPS = {
    TELEGRAMS: step_telegram,
    SITE_REPORTS: step_place,
    SHELTER_REPORTS: step_place,
    CLOSURE_REPORTS: step_closure,
    WHOLE_LISTS: step_whole_list,
}
NAMES = ("", "大阪府警_202607_k_2.1.csv")


def try_one(data: bytes) -> None:
    """Reads, sorts and folds one document as the real world would; anything that it raises is a finding."""
    name = NAMES[data[-1] % 2] if data else ""
    parcel = make_parcel(read, data, SOURCE, name=name, world=World.REAL)
    for rejection in parcel.refused:
        encode(rejection)
    for topic, messages in parcel.messages.items():
        for message in messages:
            if topic in STEPS:
                row = STEPS[topic](CONTEXT, None, message.key, message.value).row
                STEPS[topic](CONTEXT, row, message.key, message.value)


def sow(corpus: Path, seeds: list[Path]) -> int:
    """Puts documents into the corpus folder; returns how many there are."""
    from services.cli.feed_documents import list_documents as list_files
    from tests.faults.worker.documents import list_documents

    corpus.mkdir(parents=True, exist_ok=True)
    bodies = [document.body for document in list_documents(1, "t1")]
    bodies += [found.data for seed in seeds for found in list_files(seed)]
    for body in bodies:
        cut = body[:LARGEST_BYTES]
        (corpus / hashlib.blake2b(cut, digest_size=10).hexdigest()).write_bytes(cut)
    return len(list(corpus.iterdir()))


def main() -> None:
    """Runs for the time given, or until something is found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("seeds", type=Path, nargs="*")
    parser.add_argument("--seconds", type=int, default=600)
    wanted = parser.parse_args()
    print(f"{sow(wanted.corpus, wanted.seeds)} documents to begin with", flush=True)
    options = [
        f"-max_total_time={wanted.seconds}",
        f"-timeout={HANG_S}",
        f"-max_len={2 * LARGEST_BYTES}",
        "-rss_limit_mb=4000",
        f"-artifact_prefix={wanted.corpus}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(wanted.corpus)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
