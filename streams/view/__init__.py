"""The view that can be thrown away: what Kafka's state topics hold, in Redis, for the dashboard."""

from streams.view.port import Change, Row, View, ViewSnapshot

__all__ = ["Change", "Row", "View", "ViewSnapshot"]
