"""Places in shelters that are kept for those on the way. Never needed for a route: without it answers go on and say so."""
