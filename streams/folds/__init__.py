"""One module per state: (state, event) -> state, pure and idempotent."""
