"""A network by the name of a place, through osmnx. Needs the internet."""

import tempfile
from pathlib import Path

from routing.build.barriers import Rules
from routing.build.osm_pbf import AS_READ, read_osm
from routing.errors import NetworkError
from routing.network import Network


def read_place(place: str, *, rules: Rules = AS_READ) -> Network:
    """Asks OpenStreetMap's servers for all ways of a place.

    Raises:
        NetworkError: the place is not found, or there is no connection.
    """
    import osmnx

    osmnx.settings.all_oneway = True
    try:
        graph = osmnx.graph_from_place(place, network_type="all", simplify=False, retain_all=True)
    except Exception as error:
        raise NetworkError(
            f"{place!r} could not be fetched ({error}). Without a connection, use --osm with an extract"
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "place.osm"
        osmnx.save_graph_xml(graph, filepath=path)
        return read_osm(path, rules=rules)
