"""Differences of states in words, each kind with what helps. Reads nothing."""

from collections.abc import Collection, Mapping

from streams.state_diff import Difference, Holder, count_kinds

SUBJECT = {Holder.WORKER: "the worker", Holder.REDIS: "the view in Redis"}
REMEDY = {
    Holder.REDIS: (
        "Redis: `mio state rewrite` empties the view, and the running view process writes it whole from Kafka. Where that\n"
        "does not help, the view process does not run, or runs on another world or Redis: `mio doctor`."
    ),
    Holder.WORKER: (
        "Worker: send the newest document of these keys once more (`mio feed`, or the source's next list): the worker then writes\n"
        "row and state anew. If that does not help, another program writes these topics, or workers of two versions run: the one\n"
        "that acts last wins, so stop the older one first."
    ),
}


def counted(keys: Mapping[str, int]) -> str:
    """How much was compared."""
    width = max(map(len, keys))
    return "\n".join(f"{name:{width}}  {count:>9,} keys" for name, count in keys.items())


def as_text(found: Collection[Difference], *, most: int) -> str:
    """Counts by kind, the first of them by key, and what helps."""
    if not found:
        return "no difference: worker, Kafka and Redis say the same"
    lines = [
        f"{number:,} keys of {topic}: {SUBJECT[holder]} {kind}"
        for (holder, topic, kind), number in count_kinds(found).items()
    ]
    named = sorted(found)[:most]
    lines += ["", *(_line(one) for one in named)]
    if len(found) > len(named):
        lines.append(f"... and {len(found) - len(named):,} more (--most, or --json for all)")
    holders = {one.holder for one in found}
    return "\n".join([*lines, "", *(REMEDY[holder] for holder in Holder if holder in holders)])


def _line(one: Difference) -> str:
    versions = f" (Kafka: offset {one.versions[0]}, there: {one.versions[1]})" if one.versions else ""
    return f"{one.topic}  {one.key}: {SUBJECT[one.holder]} {one.kind}{versions}"
