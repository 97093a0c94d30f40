"""The view that can be thrown away: what Kafka's state topics hold, in Redis, for the dashboard."""
