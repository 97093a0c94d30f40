"""自治体標準オープンデータセット (推奨データセット): 指定緊急避難場所一覧 and 指定避難所一覧, and older lists of the same content."""

import math

from streams.adapters.document import Document, Row
from streams.adapters.places import (
    find_capacity,
    find_yes,
    municipality_of,
    place_id,
    place_row,
    read_flags,
    read_position,
    written,
)
from streams.adapters.reading import Reading, RefusedError, Source, read_each
from streams.events.shelters import Layer, SiteReport, UnplacedSite

PREFIX = "災害種別_"
ID = ("ID", "NO", "shelter_code")
NAME = ("名称", "name")
LAT, LON = ("緯度", "latitude"), ("経度", "longitude")
CODE = ("全国地方公共団体コード", "所在地_全国地方公共団体コード", "都道府県コード又は市区町村コード")
ALSO_SHELTER = ("指定避難所との重複", "指定避難所との住所同一")
CAPACITY = ("想定収容人数", "capacity")
SHELTER_LIST = ("指定緊急避難場所との重複", "受入対象者", "shelter_code")
"""Columns that only a list of 指定避難所 has."""


def is_recommended_csv(document: Document) -> bool:
    """Told by an id, a name and coordinates under one of their names."""
    columns = set(document.columns)
    return all(not columns.isdisjoint(names) for names in (ID, NAME, LAT, LON))


def read_recommended_csv(document: Document, source: Source) -> Reading:
    """One report a line; a place without usable coordinates is one for the repair list."""
    layer = _layer(document)
    return read_each("recommended-csv", source, document.rows(), lambda row: _site(row, layer, source))


def _layer(document: Document) -> Layer:
    columns = set(document.columns)
    if any(column.startswith(PREFIX) for column in columns) or not columns.isdisjoint(ALSO_SHELTER):
        return Layer.SITE
    named_shelters = "避難所" in document.name and "緊急避難場所" not in document.name
    return Layer.SHELTER if named_shelters or not columns.isdisjoint(SHELTER_LIST) else Layer.SITE


def _site(row: Row, layer: Layer, source: Source) -> SiteReport | UnplacedSite:
    municipality = municipality_of(row.get(*CODE))
    suits, unsuited = read_flags(lambda column: row.get(PREFIX + column, column))
    lat, lon = row.get(*LAT), row.get(*LON)
    words = row.get(*CAPACITY)
    said = UnplacedSite(
        id=place_id(row.get(*ID), municipality),
        source=source.id,
        layer=layer,
        name=_name(row),
        suits=suits,
        unsuited=unsuited,
        capacity=find_capacity(words),
        capacity_text=words,
        name_kana=row.get("名称_カナ", "kana"),
        address=row.get("所在地_連結表記", "住所", "address"),
        municipality=municipality,
        also_shelter=find_yes(row.get(*ALSO_SHELTER)),
        accepts=row.get("受入対象者", "対象となる町会・自治会"),
        elevation_m=_elevation_m(row.get("標高")),
        why="",
        written=written(lat, lon),
    )
    return place_row(said, lambda: read_position(lat, lon))


def _name(row: Row) -> str:
    name = row.get(*NAME)
    if not name:
        raise RefusedError("name-missing", "no name: a person could not find it")
    return name


def _elevation_m(text: str) -> float | None:
    """Metres above sea; None where the list does not say or says no number."""
    try:
        metres = float(text or math.nan)
    except ValueError:
        return None
    return metres if math.isfinite(metres) else None
