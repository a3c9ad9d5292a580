"""The texts that gold labels speak of, read from the files themselves: labels are checked against nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

import seeds
from factcheck.errors import UserError

__all__ = ["Corpus", "CorpusText", "read_corpus"]


@dataclass(frozen=True, slots=True)
class CorpusText:
    """One source as labelled. `not_before` is an ISO day, or `None` if nothing bounds its publication."""

    text: str
    not_before: str | None = None

    @property
    def sha256(self) -> str:
        """Of the text as UTF-8, as in a citation's `source_sha256`."""
        return sha256(self.text.encode()).hexdigest()

    def spans_of(self, quote: str) -> list[tuple[int, int]]:
        """Every place of `quote`, half open, in code points; empty if it is not there verbatim."""
        spans, start = [], self.text.find(quote)
        while start >= 0 and quote:
            spans.append((start, start + len(quote)))
            start = self.text.find(quote, start + 1)
        return spans


Corpus = Mapping[str, CorpusText]


def read_corpus(corpus: str | list[str], *, near: Path) -> Corpus:
    """Return source id -> text.

    `seeds` is the folder that is shipped with the program; any other path is looked for beside the gold file
    (`near`, a folder), then from the working directory.

    Raises:
        UserError: a folder or a file is not there, or is no UTF-8.
    """
    paths = [corpus] if isinstance(corpus, str) else corpus
    texts: dict[str, CorpusText] = {}
    for given in paths:
        path = _find(given, near)
        texts |= _folder(path) if path.is_dir() else {given: CorpusText(_read(path))}
    return texts


def _find(given: str, near: Path) -> Path:
    if given == "seeds":
        return Path(next(iter(seeds.__path__)))
    for path in (near / given, Path(given)):
        if path.exists():
            return path
    raise UserError(f"corpus {given!r} is neither in {near} nor in the working directory; give a folder or a file")


def _folder(folder: Path) -> dict[str, CorpusText]:
    listing = folder / "sources.yaml"
    if not listing.exists():
        files = sorted(p for p in folder.rglob("*") if p.suffix in (".txt", ".md"))
        return {p.relative_to(folder).as_posix(): CorpusText(_read(p)) for p in files}
    entries = yaml.safe_load(_read(listing))
    return {
        e["id"]: CorpusText(_read(folder / e["file"]), _day(e.get("published") or e.get("not_before"))) for e in entries
    }


def _day(value: object) -> str | None:
    return None if value is None else str(value)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); the corpus names it") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not UTF-8 (byte {error.start})") from error
