"""Area folders: what a municipality is built from (network, places, boundaries), made once and opened by every process."""
