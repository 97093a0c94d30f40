"""Takes feed documents in, turns them into events, and publishes them once."""
