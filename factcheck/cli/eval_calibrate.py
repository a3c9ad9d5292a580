"""`factcheck eval calibrate`: fit the probabilities on labelled runs."""

from __future__ import annotations

from pathlib import Path

import click

from factcheck.cli.common import console, home_option, settings_from
from factcheck.files import write_whole


@click.command("calibrate")
@click.argument("runs", nargs=-1, required=True)
@click.option("-o", "out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Write the file here.")
@home_option
def command(*, runs: tuple[str, ...], out: Path, home: Path | None) -> None:
    """Fit how probable it is that an answer is right, on RUNS of labelled suites (file or id), and write it to a file.

    A question counts once for each model, however often it was asked.

    Use it with FACTCHECK_CALIBRATION=FILE. It is for the verifier that made the runs, and for the kinds of model in
    them (none, local, other). What --max-risk can promise needs 1,000 public questions: see docs/calibration.md.
    """
    from eval.calibrate import calibrate, calibration_text, labelled_runs
    from eval.find_runs import find_run

    home = settings_from(home=home).home
    found = calibrate(labelled_runs(find_run(run, home) for run in runs))
    write_whole(out, calibration_text(found))
    for model, fits in found.fits.items():
        for kind, fit in fits.items():
            losses = ", ".join(f"{name} {loss:.3f}" for name, loss in fit.log_loss.items())
            console().print(f"{model} {kind}: {fit.method}, n {fit.n} (log loss on unseen answers: {losses})")
    console(stderr=True).print(f"{out}: for verifier {found.verifier}; set FACTCHECK_CALIBRATION={out} to use it")
