"""What can go wrong while finding, fetching or starting the parts of one machine; each error says what to do next."""


class LocalError(Exception):
    """A part of this machine is missing or will not start."""


class PartMissingError(LocalError):
    """A part could not be found or fetched."""


class PartFailedError(LocalError):
    """A part was found, but did not start or ended too early."""


class PortInUseError(LocalError):
    """A port that we need is held by somebody else."""


class StateInUseError(LocalError):
    """The state folder belongs to a running launcher."""
