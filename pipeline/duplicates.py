"""Which source repeats which: a reprint counts once, with its original (rule 3 of `pipeline.judge`).

Sources may be books, the same ones come back with every question, and a question asks several times. So the sequences
of words of a text are a sorted array of hashes, a ninth of a set of them; the arrays that were used last are kept; and
what came of two texts is remembered. That two sequences have one hash of 64 bits by chance is left out of account.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from factcheck.records import Source

__all__ = ["find_duplicates"]

DUPLICATE_SHARE = 0.8
_N_WORDS = 5
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit is lost
_MOST_KEPT = 8_000_000  # hashes of all texts, 8 bytes each: 36 books of 2 MB, or 15,000 articles of 5 kB
_MOST_PAIRS = 20_000

_Hashes = npt.NDArray[np.uint64]


def find_duplicates(sources: Mapping[str, Source]) -> dict[str, str]:
    """Map each near-duplicate reprint to the source it repeats: the one that stands first in `sources`.

    Two texts are near-duplicates when the smaller one shares at least `DUPLICATE_SHARE` of its different sequences of
    five words with the other; a text of fewer words is none.
    """

    @cache
    def hashes(id_: str) -> _Hashes:  # of these sources each is made once, however little is kept
        return _kept.hashes(sources[id_].text)

    def repeats(later: str, earlier: str) -> bool:
        one, other = hash(sources[later].text), hash(sources[earlier].text)
        pair = (one, other) if one < other else (other, one)
        known = _compared.get(pair)
        if known is None:
            known = _share_enough(hashes(later), hashes(earlier))
            if len(_compared) >= _MOST_PAIRS:
                _compared.clear()
            _compared[pair] = known
        return known

    found: dict[str, str] = {}
    ids = list(sources)
    for i, later in enumerate(ids):
        for earlier in ids[:i]:
            if earlier not in found and repeats(later, earlier):
                found[later] = earlier
                break
    return found


class _Kept:
    """The hashes of the texts that were used last, `most` in all. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._most, self._n = most, 0
        self._texts: dict[int, _Hashes] = {}  # the one used last stands last
        self._lock = threading.Lock()

    def hashes(self, text: str) -> _Hashes:
        """Return the hashes of the different sequences of five words, (n,) uint64, sorted."""
        key = hash(text)
        with self._lock:
            found = self._texts.get(key)
        if found is None:
            found = _hashes_of(text)
        with self._lock:
            self._n += len(found) - len(self._texts.pop(key, ()))
            self._texts[key] = found
            while self._n > self._most:
                self._n -= len(self._texts.pop(next(iter(self._texts))))
        return found


_kept = _Kept(_MOST_KEPT)
_compared: dict[tuple[int, int], bool] = {}  # by the hashes of two texts: a text itself would be kept by it


def _hashes_of(text: str) -> _Hashes:
    words = re.findall(r"\w+", text.lower())
    n = max(0, len(words) - _N_WORDS + 1)
    hashed = np.fromiter(map(hash, words), np.int64, len(words)).view(np.uint64)
    found = np.zeros(n, np.uint64)
    for i in range(_N_WORDS):
        found *= _FACTOR
        found += hashed[i : i + n]
    found.sort()
    return found[np.append(True, found[1:] != found[:-1])] if n else found


def _share_enough(one: _Hashes, other: _Hashes) -> bool:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    if not len(small):
        return False
    needed, n_first = DUPLICATE_SHARE * len(small), len(small) // 4
    n_shared = _n_shared(small[:n_first], large)
    if n_shared + len(small) - n_first < needed:
        return False  # as of nearly all: the rest could not make up for the first quarter
    return n_shared + _n_shared(small[n_first:], large) >= needed


def _n_shared(some: _Hashes, large: _Hashes) -> int:
    places = np.searchsorted(large, some)
    return int(np.count_nonzero(large[np.minimum(places, len(large) - 1)] == some))
