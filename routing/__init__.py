"""Pure geography: networks, shelter fields, overlays, snapping, routes. Numbers in, numbers out; knows no person, no topic, no HTTP, no clock."""
