"""One client of the kill test: judges one item N times and says so, each time after the store has returned.

python -m tests.review.desk_client HOME NAME N      one decision id a line on stdout, flushed
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from factcheck.errors import StorageFullError
from review.decisions import CitationJudgement
from review.listing import Viewer
from review.store import ReviewStore
from review.texts import open_texts


def main(home: str, name: str, n: str) -> int:
    """Return 0 when all are stored, 9 when the disk is full."""
    with ReviewStore(Path(home), open_texts(Path(home))) as store:
        row = store.item(1).row
        for _ in range(int(n)):
            draft = CitationJudgement(
                item=row.key, version=row.version, citation=0, label="supports", comment="x" * 200
            )
            try:
                decision = store.decide(draft, author=Viewer(name))
            except StorageFullError:
                return 9
            os.write(1, f"{decision.id}\n".encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
