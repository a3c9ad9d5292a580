"""All public sets, into the table of benchmarks/README.md: `python -m benchmarks.public --data DIR [--limit N]`.

Each set is measured as `factcheck eval bench NAME` does. A set whose files are not there stands in the table with what
to get. `--only NAME` measures some and prints their table; the file is left as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.run import run_benchmark
from eval.benchmarks.show import lines_of, markdown
from eval.benchmarks.table import BENCHMARKS
from factcheck.errors import UserError
from factcheck.settings import load_settings

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- public sets: begin -->\n", "<!-- public sets: end -->\n"
SMALLER = {"wice": 4, "realtimeqa": 4}  # whole pages, and ten articles a question: a part of the limit


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns 0, also where a set's files are missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.public", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the files, or with their development copies"
    )
    parser.add_argument("--limit", type=int, help="items a set (a quarter of it for WiCE and RealTimeQA)")
    parser.add_argument("--model", default="none", help="of the question sets (default: none)")
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), help="this set; may be repeated")
    args = parser.parse_args(argv)
    settings = load_settings({"model": args.model})
    results, commands, missed = [], {}, {}
    for name in args.only or BENCHMARKS:
        limit = args.limit and max(1, args.limit // SMALLER.get(name, 1))
        model = "" if args.model == "none" else f" --model {args.model}"
        commands[name] = f"factcheck eval bench {name} --data DIR{f' --limit {limit}' if limit else ''}{model}"
        try:
            result = run_benchmark(name, args.data, settings, limit=limit)
        except UserError as error:
            missed[name] = str(error).replace(str(args.data), "DIR")
            continue
        results.append(result)
        print("\n".join(lines_of(result)), file=sys.stderr, flush=True)
    table = markdown(results, commands, missed)
    print(table, end="")
    if not args.only:
        before, begin, rest = README.read_text("utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        README.write_text(f"{before}{begin}{table}{END}{after}", "utf-8") if begin else None
    return 0


if __name__ == "__main__":
    sys.exit(main())
