"""What can be wrong with a network, a place or a question; each message names the value, the bound and the remedy."""


class RoutingError(Exception):
    """Anything this package refuses."""


class NetworkError(RoutingError):
    """A network that cannot be built, read or used."""


class PlaceError(RoutingError):
    """A coordinate that cannot be one, or lies outside the area."""


class GeometryError(RoutingError):
    """A shape that cannot be drawn."""
