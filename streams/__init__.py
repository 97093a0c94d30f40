"""The language of the system: events, topics, feed adapters, folds, sharing gates, the worker. Knows no HTTP framework and no routing."""
