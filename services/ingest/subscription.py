"""The subscription that a town's context broker needs so that it notifies us: NGSI v2 or NGSI-LD. Pure; sends nothing."""

from typing import Any, Literal

from services.ingest.declared import PushSource
from streams.events.sources import Says

Version = Literal["v2", "ld"]
TYPES: dict[Says, tuple[str, ...]] = {
    Says.ALERTS: ("Alert", "WeatherAlert"),
    Says.CLOSURES: ("RoadRestriction",),
    Says.SHELTER_REPORTS: ("EvacuationShelter",),
    Says.SHELTER_LISTS: ("EvacuationSite",),
}
"""Types of entities that are read, by what they speak of."""


def make_subscription(source: PushSource, address: str, version: Version) -> dict[str, Any]:
    """What to POST to the broker. The key stands in it as the name of its variable; a person puts the key there.

    address: where this ingest is reached from the broker, such as https://mio.example.jp/ingest.
    """
    types = [name for says in source.says for name in TYPES[says]]
    target = f"{address.rstrip('/')}/v1/sources/{source.id}/documents"
    key = f"Bearer ${{{source.key_envs[0]}}}"
    made = _for_v2(types, target, key) if version == "v2" else _for_ld(types, target, key)
    made["description"] = source.name
    if source.throttling_s:
        made["throttling"] = source.throttling_s
    return made


def _for_v2(types: list[str], target: str, key: str) -> dict[str, Any]:
    return {
        "subject": {"entities": [{"idPattern": ".*", "type": name} for name in types]},
        "notification": {
            "httpCustom": {"url": target, "headers": {"Authorization": key}},
            # the time of the change: without it a late notification would count as the newest
            "attrs": ["*", "dateModified"],
        },
    }


def _for_ld(types: list[str], target: str, key: str) -> dict[str, Any]:
    return {
        "type": "Subscription",
        "entities": [{"type": name} for name in types],
        "notification": {
            "endpoint": {
                "uri": target,
                "accept": "application/json",
                "receiverInfo": [{"key": "Authorization", "value": key}],
            },
            "format": "normalized",
            "sysAttrs": True,
        },
    }
