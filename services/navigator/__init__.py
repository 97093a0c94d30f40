"""Answers routes to shelters from the latest state, over HTTP."""
