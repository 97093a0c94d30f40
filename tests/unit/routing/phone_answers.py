"""A small published field and what a phone must answer from it, kept for the reader in TypeScript: python -m tests.unit.routing.phone_answers"""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import routing
from routing.publish import Layout, publish_field, publish_network
from routing.published import PublishedWay, read
from tests.unit.routing.oracles import WAYS, network_of

KEPT = Path(__file__).parents[3] / "dashboard_api/web/tests/published-field.answers.jsonl"
SIDE = 8
STEP = 0.0006


def make_field() -> routing.Field:
    """A crooked grid with one-ways, stairs, ways for cars only, closures, a zone and six targets."""
    rng = np.random.default_rng(9)
    at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    spots = [
        (34.4 + STEP * row + rng.normal(0, STEP / 9), 135.2 + STEP * column + rng.normal(0, STEP / 9))
        for row in range(SIDE)
        for column in range(SIDE)
    ]
    pairs = [
        *zip(at[:, :-1].ravel(), at[:, 1:].ravel(), strict=True),
        *zip(at[:-1].ravel(), at[1:].ravel(), strict=True),
    ]
    ends = [(int(u), int(v), WAYS[rng.integers(len(WAYS))]) for u, v in pairs if rng.random() > 0.1]
    network = replace(network_of(spots, ends, list(rng.normal(0, STEP / 6, len(ends)))), content_hash="5f0c")
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    places = [spots[i] for i in rng.choice(len(spots), 6, replace=False)]
    targets = [routing.Target(f"T{i}", lat + STEP / 5, lon + STEP / 5) for i, (lat, lon) in enumerate(places)]
    inside = np.hypot(network.node_lat - 34.402, network.node_lon - 135.202) < 2 * STEP
    zone = routing.Membrane(inside, np.zeros(network.link_count, bool))
    closed = np.unique(rng.choice(network.link_count, 12)).astype(np.int32)
    return routing.Field.build(
        walking, targets, routing.Overlay(network, {"works": closed}, {"tsunami": zone})
    )


def make_answers() -> dict[str, Any]:
    """Both files, and the answers of the reader in Python: from every node, and from 200 places."""
    field = make_field()
    layout = Layout.of(field.network)
    made = publish_field(
        field, layout, area="澪北市", hazards=["tsunami"], names={"T0": "北小学校"}, made_at_ms=1_000, expires_at_ms=61_000
    )  # fmt: skip
    network = publish_network(layout)
    phone = read(made, network)
    rng = np.random.default_rng(4)
    south, west, north, east = field.network.bbox
    places = np.round(rng.uniform([south, west], [north, east], (200, 2)), 6).tolist()
    return {
        "field": base64.b64encode(made).decode(),
        "network": base64.b64encode(network).decode(),
        "nodes": [_row(phone.route_from(node)) for node in range(field.network.node_count)],
        "places": [[lat, lon, _row(phone.route(lat, lon))] for lat, lon in places],
    }


def _row(way: PublishedWay | None) -> list[Any] | None:
    if way is None:
        return None
    return [
        way.target.id,
        list(way.edges),
        way.cost_ds,
        way.seconds,
        round(way.length_m, 2),
        round(way.snap_m, 2),
    ]


if __name__ == "__main__":
    KEPT.write_text(json.dumps(make_answers(), separators=(",", ":")) + "\n")
