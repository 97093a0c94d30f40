"""Made-up documents of every format, damaged in their own terms: whatever is left is answered, sound, and can be folded."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.parcel import make_parcel
from streams.adapters.registry import Source, read
from streams.cells import Gazetteer
from streams.codec import encode
from streams.topics import CLOSURE_REPORTS, SHELTER_REPORTS, SITE_REPORTS, TELEGRAMS, WHOLE_LISTS, Topic
from streams.worker.steps import (
    Context,
    TakeStep,
    step_closure,
    step_place,
    step_telegram,
    step_whole_list,
)
from streams.world import World
from tests.faults.worker.documents import list_documents

SOURCE = Source("test", 1_790_000_000_000)
DRILL = Context(World.DRILL, Gazetteer({}, {}, (34.4, 135.1, 34.6, 135.4)))
STEPS: dict[Topic, TakeStep] = {
    TELEGRAMS: step_telegram,
    SITE_REPORTS: step_place,
    SHELTER_REPORTS: step_place,
    CLOSURE_REPORTS: step_closure,
    WHOLE_LISTS: step_whole_list,
}
BODIES = [document.body for document in list_documents(4, "t1")]
MARKS = b'<>{}[]",:/=\n; '
WORDS = (
    b"",
    b"null",
    b"-1",
    b"1e999",
    b"NaN",
    b"9" * 400,
    b"\xff\xfe",
    b"\x00",
    b"2026-02-30T25:61:00Z",
    b"9999-12-31T23:59:59Z",
    b"[]",
    b"{}",
)


def tokens(body: bytes) -> list[bytes]:
    """Cut at what structures the document, so that what is damaged is a value, a name or a mark."""
    found, start = [], 0
    for at, byte in enumerate(body):
        if byte in MARKS:
            found += [body[start:at], body[at : at + 1]]
            start = at + 1
    return [*found, body[start:]]


PIECES = [tokens(body) for body in BODIES]


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BODIES) - 1), st.integers(0, 2**32))
def test_a_document_damaged_in_its_own_terms_is_answered_and_folded(which: int, seed: int) -> None:
    dice = random.Random(seed)
    parts = list(PIECES[which])
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(parts))
        match dice.randrange(5):
            case 0:
                parts[at] = dice.choice(WORDS)
            case 1:
                parts[at] = dice.choice(dice.choice(PIECES))
            case 2:
                del parts[at : at + dice.randint(1, 9)]
            case 3:
                parts[at:at] = parts[at : at + dice.randint(1, 60)]
            case _:
                other = dice.randrange(len(parts))
                parts[at], parts[other] = parts[other], parts[at]
        parts = parts or [b""]
    parcel = make_parcel(read, b"".join(parts), SOURCE, name="", world=World.DRILL)
    for rejection in parcel.refused:
        assert rejection.reason
        assert encode(rejection)
    for topic, messages in parcel.messages.items():
        for message in messages:
            assert STEPS[topic](DRILL, None, message.key, message.value).row
