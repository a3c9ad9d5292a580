"""The model card, from what a run left behind: `python -m training.card --weights DIR --run DIR --figures FILE`.

Nothing in it is typed by hand but the limits; the figures are those of `training.evaluate`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from pipeline.grounding import WINDOW_WORDS
from training.evaluate import Figures, report
from training.mix import QUOTAS

LIMITS = """## Limits
- English only. Claims up to 448 word pieces, pairs up to 512; training pairs had at most {max_tokens}.
- A binary *unsupported* row trains refutes or neutral, not said which: the two are less well separated than *supports*.
- Trained within a wall-time limit: see the pairs seen against the size of the pool, which is drawn anew for each pass.
- Development sets are not training data, and no checkpoint of a run was chosen by them. The slope that pools the
  readings of a document (`pipeline/window_pooling.py`) is fitted on them: `python -m training.grounding` gives figures
  with sets left out. The temperature comes from the open rows of `mix_dev`.
- Intervals take rows as independent; sets with several claims a document are less certain than they look.
"""


def write_card(
    weights: Path, run: Path, figures: list[Figures], *, teacher: Path | None, former: str | None = None
) -> str:
    """Return the card's Markdown. `teacher`: the folder of the run that made the teacher, where there was one.

    `former`: the card of the weights that the run began with; its commands come first.
    """
    config: dict[str, Any] = json.loads((weights / "config.json").read_text("utf-8"))
    settings: dict[str, Any] = json.loads((run / "settings.json").read_text("utf-8"))
    log = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    last = [line for line in log if "pairs" in line][-1]
    pool = next(line["pool"] for line in log if "pool" in line)
    commands = [line for line in (former or "").splitlines() if line.startswith("Command: ")]
    for folder in (teacher, run) if teacher else (run,):
        told = command_of(folder, teacher if folder == run else None, goes_on=former is not None and folder == run)
        commands.append(f"Command: `{told}`")
    sizes = ", ".join(f"`{name}` {f['bytes']:,} bytes, sha256 {f['sha256']}" for name, f in config["files"].items())
    return "\n".join([
        f"# {config['name']}",
        "",
        f"Judges whether a passage supports, refutes or leaves open a claim. Input `{config['order']}`; base "
        f"{config['base']} (Apache-2.0, sha256 {config['made_from_sha256']}). Licence {config['licence']}.",
        f"Files: {sizes}. Temperature {config['temperature']}.",
        "",
        "## Training",
        *commands,
        f"Settings: `{json.dumps(settings)}`",
        f"Pairs seen: {last['pairs']:,} in {last['step']:,} steps, of a pool of {pool:,}; data sets (rows whose "
        f"licence is open): {', '.join(sorted(QUOTAS))}, pairs made from them by `training/augment.py`"
        + (", and our own stories (`training/stories.py`)." if settings.get("stories") else "."),
        "",
        "## Development sets",
        f"Balanced accuracy at 0.5 on *supports* with a 95 % interval; documents in sentence windows of {WINDOW_WORDS} "
        "words, the best window pooled with the gathered sentences. *overlap AUC*: the share of the claim's idf weight "
        "found in the document, nothing else.",
        "",
        report(figures),
        "",
        LIMITS.format(max_tokens=settings["max_tokens"]),
    ])  # fmt: skip


def command_of(run: Path, teacher: Path | None, *, goes_on: bool = False) -> str:
    """Return the command that the settings of `run` stand for. `goes_on`: it began with the weights of another."""
    settings = json.loads((run / "settings.json").read_text("utf-8"))
    flags = {
        "minutes": settings["minutes"], "seed": settings["seed"], "rate": settings["encoder_rate"],
        "dropout": settings.get("dropout"), "batch-tokens": settings["batch_tokens"],
        "batch-pairs": settings["batch_pairs"], "layers": " ".join(map(str, settings["layers"])),
        "pools": "DIR", "teacher": f"{teacher.name}/checkpoint.pt" if teacher else None,
        "teacher-layers": " ".join(map(str, settings["teacher_layers"]))
        if teacher and isinstance(settings.get("teacher_layers"), list)
        else None,
        "narrow": settings["narrow"] if settings.get("narrow", 1) > 1 else None,
        "without": " ".join(settings.get("without", ())),
        "stories": settings.get("stories") or None, "limit": settings["limit"] if settings.get("stories") else None,
        "start": "FORMER/checkpoint.pt" if goes_on else None,
    }  # fmt: skip
    given = " ".join(f"--{name} {value}" for name, value in flags.items() if value not in (None, ""))
    return f"python -m training.verifier --data DIR --base DIR --out {run.name} {given}"


def main() -> None:
    """Parse the command line and write MODEL_CARD.md into the weights' folder."""
    parser = argparse.ArgumentParser(description="Write MODEL_CARD.md beside the exported weights.")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument(
        "--run", type=Path, required=True, help="folder of the training run, with settings.json and log.jsonl"
    )
    parser.add_argument("--teacher", type=Path, help="folder of the run that made the teacher")
    parser.add_argument("--former", type=Path, help="MODEL_CARD.md of the weights that the run began with")
    parser.add_argument("--figures", type=Path, required=True, help="what training.evaluate wrote with --out")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.figures.read_text("utf-8").splitlines()]
    figures = [Figures(**{k: v for k, v in row.items() if k != "seconds"}) for row in rows if "unscored" not in row]
    (given.weights / "MODEL_CARD.md").write_text(
        write_card(
            given.weights,
            given.run,
            figures,
            teacher=given.teacher,
            former=given.former.read_text("utf-8") if given.former else None,
        ),
        "utf-8",
    )


if __name__ == "__main__":
    main()
