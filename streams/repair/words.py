"""How alike two names or two Japanese addresses are, from 0 to 1. Knows no list."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_BRACKETS = re.compile(r"[(（\[［「【].*?[)）\]］」】]")
_FOUNDERS = re.compile(
    r"^(?:.{2,3}県|北海道|東京都|大阪府|京都府)?(?:[^市区町村立]{1,6}[市区町村])?(?:[市区町村県道都府国公私]立)?(?:旧)?"
)
"""宮城県, 石巻市立, 市立, 県立, 旧 before a name."""
_JOINED = re.compile(r"丁目|番地の?|番地?|号|の(?=[0-9])|[-‐‑–—―−ーｰ]")
_NUMBERS = re.compile(r"[0-9]+")
_REGION = re.compile(
    r"^(?:北海道|東京都|大阪府|京都府|.{2,3}県)?(?:[^0-9市区郡]{1,6}市)?(?:[^0-9町村区]{1,4}区)?(?:[^0-9]{1,4}郡[^0-9]{1,5}?[町村])?"
)
_KANJI = {kanji: number for number, kanji in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十]+(?=丁目|番|号|-)")


@lru_cache(maxsize=200_000)
def plain_names(name: str) -> tuple[str, ...]:
    """The forms in which a name may stand elsewhere: without brackets, without its founder; the fullest first."""
    whole = "".join(unicodedata.normalize("NFKC", name).split()).replace("ケ", "ヶ")
    bare = _BRACKETS.sub("", whole) or whole
    inner = [part.strip("()[]「」【】") for part in _BRACKETS.findall(whole)]
    short = _FOUNDERS.sub("", bare)
    return tuple(dict.fromkeys(form for form in (whole, bare, short, *inner) if len(form) > 1))


def name_likeness(first: str, second: str) -> float:
    """1 where one form of both is the same; else how many pairs of neighbouring characters they share (Dice)."""
    ours, theirs = plain_names(first), plain_names(second)
    if set(ours) & set(theirs):
        return 1.0
    return max((_dice(a, b) for a in ours for b in theirs), default=0.0)


def _dice(first: str, second: str) -> float:
    ours, theirs = _pairs(first), _pairs(second)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


@lru_cache(maxsize=200_000)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


@dataclass(frozen=True)
class Address:
    """Town and the numbers below it, such as 泉町 and (1, 1, 2)."""

    town: str
    numbers: tuple[int, ...]


@lru_cache(maxsize=200_000)
def plain_address(text: str) -> Address:
    """Without prefecture and municipality, 一丁目1番2号 as 1, 1, 2; 字 and 大字 are left out."""
    whole = "".join(unicodedata.normalize("NFKC", text).split())
    whole = _KANJI_NUMBER.sub(lambda match: str(_number(match[0])), whole)
    local = _REGION.sub("", _JOINED.sub("-", whole), count=1) or whole
    first = _NUMBERS.search(local)
    town = (local[: first.start()] if first else local).rstrip("-").replace("大字", "").replace("字", "")
    numbers = _NUMBERS.findall(local[first.start() :]) if first else []
    return Address(town.replace("地内", ""), tuple(int(number[:9]) for number in numbers))


def _number(kanji: str) -> int:
    """Numbers to 99, as they stand in addresses: 十五 is 15, 二十 is 20."""
    tens, ten, units = kanji.rpartition("十")
    value = int("".join(str(_KANJI[c]) for c in units if c in _KANJI) or 0)
    return value + (10 * (_KANJI.get(tens[-1:], 1) if tens else 1) if ten else 0)


def address_likeness(first: str, second: str) -> float:
    """1 for the same number in the same town, less for the same block, 0.4 for the town alone; 0 where a town differs or is missing."""
    ours, theirs = plain_address(first), plain_address(second)
    if not ours.town or not theirs.town:
        return 0.0
    if ours.town != theirs.town:
        return 0.0
    longest = max(len(ours.numbers), len(theirs.numbers))
    if not longest:
        return 0.4
    same = next((n for n, (a, b) in enumerate(zip(ours.numbers, theirs.numbers, strict=False)) if a != b), min(len(ours.numbers), len(theirs.numbers)))  # fmt: skip
    return 0.4 + 0.6 * same / longest
