"""Where networks come from: one module per source."""
