"""The staff's snapshot, live changes and page."""
