"""Who may see what, when, on which basis: Cedar policies by version and the one decision function."""
