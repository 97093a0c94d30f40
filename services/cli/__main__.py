"""`python -m services.cli` is `mio`; so the launcher starts its children with its own interpreter."""

from services.cli.main import main

main()
