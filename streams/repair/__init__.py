"""Records that cannot be placed, and where they may lie. Proposes; a person decides."""
