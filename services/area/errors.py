"""What can be wrong with the material of an area, or with its folder; each message names the file and the remedy."""


class AreaFolderError(Exception):
    """An area that cannot be built, written or opened."""
