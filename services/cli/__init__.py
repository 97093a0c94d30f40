"""The `mio` command."""
