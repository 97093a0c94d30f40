"""Deployable processes and the `mio` command. Holds no rule about who may see what."""
