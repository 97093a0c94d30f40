"""Orders in which a broker may hand out what was sent: in order, twice, gone back over, shuffled."""

import random
from collections.abc import Callable, Iterator, Sequence

from streams.broker import Message
from streams.topics import WHOLE_LISTS, Topic

Sending = tuple[Topic, Message]
Order = Callable[[Sequence[Sending], random.Random], Iterator[Sending]]


def straight(sent: Sequence[Sending], _dice: random.Random) -> Iterator[Sending]:
    yield from sent


def twice(sent: Sequence[Sending], _dice: random.Random) -> Iterator[Sending]:
    yield from sent
    yield from sent


def stuttering(sent: Sequence[Sending], dice: random.Random) -> Iterator[Sending]:
    """Goes back again and again, as a group does whose workers die."""
    at = 0
    while at < len(sent):
        end = at + dice.randint(1, 200)
        yield from sent[max(0, at - dice.randint(0, 400)) : end]
        at = end


def shuffled(sent: Sequence[Sending], dice: random.Random) -> Iterator[Sending]:
    """Everything twice and in any order; only the lists of one poller come one after the other, as it sends them."""
    lists = [one for one in sent if one[0] is WHOLE_LISTS for _ in range(2)]
    others = [one for one in sent if one[0] is not WHOLE_LISTS] * 2
    dice.shuffle(others)
    for place in sorted((dice.randint(0, len(others)) for _ in lists), reverse=True):
        others.insert(place, lists.pop())
    yield from others
