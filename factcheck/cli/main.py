"""The command `factcheck`: finds the subcommand, turns errors into one line and an exit code.

Nothing heavy is imported here, nor by a subcommand before it runs: `factcheck --help` stays under 0.3 s.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

import click

from factcheck import __version__
from factcheck.cli.common import fail
from factcheck.cli.lazy import Commands, LazyGroup
from factcheck.errors import FactcheckError
from factcheck.redact import redact

COMMANDS: Commands = {
    "ask": ("factcheck.cli.ask", "Answer questions from the ingested sources, with proved citations."),
    "check": ("factcheck.cli.check", "Check a draft, claim by claim, with the numbers and dates that differ."),
    "serve": ("factcheck.cli.serve", "Serve answers over local HTTP, warm: for `ask --server` and for programs."),
    "ingest": ("factcheck.cli.ingest", "Store articles and index them."),
    "sources": ("factcheck.cli.sources", "List the stored sources."),
    "show": ("factcheck.cli.show", "Print a source, or one span of it."),
    "remove": ("factcheck.cli.remove", "Remove a source and its index entries."),
    "search": ("factcheck.cli.search", "Find passages, with scores and the list that found each."),
    "verify": ("factcheck.cli.verify", "Prove the citations of saved answers again, without a model."),
    "score": ("factcheck.cli.score", "Score pairs of claim and document with the verifier."),
    "eval": ("factcheck.cli.eval", "Gold labels, runs, scores, comparisons, gates."),
    "review": ("factcheck.cli.review", "Judge cited passages; decisions become gold labels."),
    "export": ("factcheck.cli.export", "Write saved answers as CSV, Markdown, Web Annotations, ClaimReview or JUnit."),
    "models": ("factcheck.cli.models", "List, fetch and check model weights."),
    "config": ("factcheck.cli.config", "Show or check the settings, and where each comes from."),
    "doctor": ("factcheck.cli.doctor", "Check the installation, the weights and the store."),
}


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="factcheck")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Ask questions of your own articles. Every quote shown is byte-equal to its source.

    Exit codes: 0 ok, 1 error, 2 usage, 3 ran fine but a check failed, 4 some items failed,
    5 model, weights or server unavailable.
    """
    ctx.obj = {"debug": debug}


def main(args: list[str] | None = None) -> None:
    """Run the command and exit with its code; the entry point of the console script."""
    arguments = sys.argv[1:] if args is None else args
    debug = "--debug" in arguments
    try:
        cli.main(args=arguments, prog_name="factcheck", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        fail("interrupted; what was done so far is kept", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except FactcheckError as error:
        if debug:
            _show_traceback()
        fail(str(error), error.exit_code)
    except Exception as error:
        if debug:
            _show_traceback()
        name: Any = type(error).__name__
        fail(f"unexpected {name}: {error}. Run `factcheck --debug …` for the traceback, `factcheck doctor` to check", 1)


def _show_traceback() -> None:
    """Print the traceback without keys: a server may send one back in what it says of an error."""
    sys.stderr.write(redact(traceback.format_exc()))


if __name__ == "__main__":
    main()
