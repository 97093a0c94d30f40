"""The AsyncAPI 3 document of all topics: the manifest, and what each topic carries. Knows nothing that they do not say."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from streams.contracts.payloads import DEAD_LETTER_SUFFIX, JSON, Payload, get_payload
from streams.contracts.schemas import Schema, components
from streams.topics import MANIFEST, Cleanup, Topic
from streams.world import World

SCHEMAS_AT = "#/components/schemas"
BINDING = "0.5.0"
ABOUT = """What Miotsukushi's processes say to each other, generated from the code by `make contracts`.

Event topics are what happened: append-only, one thing's history in one partition. State topics are what is true now:
compacted, absolute; a record without a value (a tombstone) says that its key is gone. Every field that is not
required may be absent, and then has its default: unknown is never zero. A reader ignores properties that it does not know.
Times are milliseconds since 1970-01-01 UTC (`_ms`); latitude and longitude are degrees WGS 84.
"""


def document(manifest: Sequence[Topic] = MANIFEST) -> dict[str, Any]:
    """The document, as JSON can hold it."""
    kinds = {kind for topic in manifest for kind in get_payload(topic).kinds}
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Miotsukushi",
            "version": version("miotsukushi"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": JSON,
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic) for topic in manifest},
        "operations": dict(_operations(manifest)),
        "components": {"schemas": dict(components(ordered, at=SCHEMAS_AT)) | HEADERS},
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{broker}",
        "protocol": "kafka",
        "description": "The broker of this installation (MIO_KAFKA).",
        "variables": {"broker": {"default": "127.0.0.1:8708"}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": f"{{world}}.{topic.name}",
        "description": _describe(topic),
        "parameters": {
            "world": {"enum": [str(world) for world in World], "description": "The two share nothing."}
        },
        "tags": [{"name": str(topic.data_class)}],
        "messages": dict(_messages(topic, get_payload(topic))),
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": _settings(topic)}},
    }


def _describe(topic: Topic) -> str:
    kind = "What happened." if topic.cleanup is Cleanup.EVENTS else "What is true now."
    readers = ", ".join(topic.readers) or "people, on purpose"
    return f"{kind} Written by {', '.join(topic.writers)}; read by {readers}."


def _settings(topic: Topic) -> dict[str, Any]:
    settings: dict[str, Any] = {"cleanup.policy": [str(topic.cleanup)]}
    if topic.retention_ms is not None:
        settings["retention.ms"] = topic.retention_ms
    return settings


def _messages(topic: Topic, payload: Payload) -> list[tuple[str, dict[str, Any]]]:
    if not payload.kinds:
        bytes_in_words: Schema = {"type": "string", "format": "binary", "description": payload.layout}
        return [("bytes", _message(topic, payload, bytes_in_words, title=topic.name))]
    return [
        (kind.__name__, _message(topic, payload, _reference(kind.__name__), title=kind.__name__))
        for kind in payload.kinds
    ]


def _message(topic: Topic, payload: Payload, schema: Schema, *, title: str) -> dict[str, Any]:
    key = {"type": "string", "description": topic.key}
    message: dict[str, Any] = {
        "title": title,
        "contentType": payload.content_type,
        "payload": schema,
        "bindings": {
            "kafka": {
                "key": key | ({"format": "binary"} if payload.binary_key else {}),
                "bindingVersion": BINDING,
            }
        },
    }
    headers = _headers_of(topic)
    return message | ({"headers": _reference(headers)} if headers else {})


def _headers_of(topic: Topic) -> str:
    if topic.name.endswith(DEAD_LETTER_SUFFIX):
        return "DeadLetterHeaders"
    return "CloudEventHeaders" if "ingest" in topic.writers else ""


def _operations(manifest: Sequence[Topic]) -> list[tuple[str, dict[str, Any]]]:
    """One for each service and topic: who sends, who receives."""
    return [
        (f"{service}.{verb}.{topic.name}", {"action": action, "channel": {"$ref": f"#/channels/{_pointer(topic.name)}"}})
        for topic in manifest
        for verb, action, services in (("writes", "send", topic.writers), ("reads", "receive", topic.readers))
        for service in services
    ]  # fmt: skip


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _reference(name: str) -> Schema:
    return {"$ref": f"{SCHEMAS_AT}/{name}"}


def _text(**descriptions: str) -> Schema:
    return {
        "type": "object",
        "properties": {n: {"type": "string", "description": d} for n, d in descriptions.items()},
    }


HEADERS: dict[str, Schema] = {
    "CloudEventHeaders": _text(
        ce_id="The same event has the same id, whenever it is sent.",
        ce_type="The topic's name without its world.",
        ce_source="The feed, such as jma or city/99101.",
        ce_time="The event's own time, in milliseconds since 1970-01-01 UTC.",
    ),
    "DeadLetterHeaders": _text(
        reason="Stable codes, by comma.",
        detail="One sentence for each: the thing, the value, the bound, the remedy.",
        place="Where in the document, or which record of the source.",
        topic="The topic that it was meant for.",
    ),
}
