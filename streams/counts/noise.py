"""Cell keys: the noise of a head count follows from who is there, so the same group always draws the same. Keeps nothing.

The law of the noise is the one of most entropy that is unbiased, bounded and never makes a count negative.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

_STEPS = 200
"""Halvings of an interval: more than a float has bits."""
_FAR = 50.0
"""A tilt so steep that all weight lies on one value."""
_BITS = 53


def noise_law(count: int, *, bound: int, spread: float | None = None) -> Floats:
    """float64[2 * bound + 1]: how likely each noise from -bound to bound is for a count of people.

    Nobody is never made somebody. From `bound` people on all counts have one law.
    """
    noise = np.arange(-bound, bound + 1)
    law = np.zeros(len(noise))
    if count == 0:
        law[bound] = 1
        return law
    possible = noise >= -count
    values = noise[possible].astype(np.float64)
    law[possible] = _tilted(values, curve=0.0) if spread is None else _spread(values, spread)
    return law


def _spread(values: Floats, spread: float) -> Floats:
    """The unbiased law of that variance; of the nearest where the values allow none."""
    low, high = -_FAR, 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        law = _tilted(values, curve=middle)
        low, high = (middle, high) if law @ values**2 < spread else (low, middle)
    return _tilted(values, curve=high)


def _tilted(values: Floats, *, curve: float) -> Floats:
    """exp(tilt x + curve x^2), with the tilt that makes the mean zero: by halving, as the mean grows with the tilt."""
    low, high = -_FAR, _FAR
    law = np.full(len(values), 1 / len(values))
    for _ in range(_STEPS):
        tilt = (low + high) / 2
        exponent = tilt * values + curve * values**2
        law = np.exp(exponent - exponent.max())
        law /= law.sum()
        low, high = (tilt, high) if law @ values < 0 else (low, tilt)
    return law


class CellKeys:
    """Draws by the secret of one incident. Two with one secret draw alike."""

    def __init__(self, secret: bytes, *, bound: int, spread: float | None = None) -> None:
        self._secret = secret
        self._bound = bound
        laws = [noise_law(count, bound=bound, spread=spread) for count in range(bound + 1)]
        self._until = np.cumsum(laws, axis=1)

    def draw(self, counts: Int64s, key_sums: Sequence[int]) -> Int64s:
        """The counts with their noise, int64[n]. key_sums: of whoever is counted; never the place, or moving on would draw anew."""
        laws = self._until[np.minimum(counts, self._bound)]
        chance = np.array([self._chance(key_sum) for key_sum in key_sums], np.float64)
        noise: Int64s = (laws <= chance[:, None]).sum(axis=1) - self._bound
        drawn: Int64s = counts + np.minimum(noise, self._bound)
        return drawn

    def _chance(self, key_sum: int) -> float:
        """From 0 to below 1. Keyed: without the secret nothing can be said about a group's noise, nor about a union's."""
        digest = blake2b(key_sum.to_bytes(8, "big"), key=self._secret, digest_size=8).digest()
        return (int.from_bytes(digest, "big") >> (64 - _BITS)) / (1 << _BITS)
