"""`factcheck review`: the group of the review desk; one module a subcommand."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from factcheck.cli.lazy import Commands, LazyGroup

COMMANDS: Commands = {
    "open": ("factcheck.cli.review.open", "Open the desk in the browser; what `factcheck review [FILES]` does."),
    "add": ("factcheck.cli.review.add", "Put answers, checks or runs on the desk, without a server."),
    "add-reviewer": ("factcheck.cli.review.add_reviewer", "Register a reviewer; prints the token, this once."),
    "remove-reviewer": ("factcheck.cli.review.remove_reviewer", "Make a reviewer's token open nothing any more."),
    "reviewers": ("factcheck.cli.review.reviewers", "List the reviewers."),
    "assign": ("factcheck.cli.review.assign", "Deal items to reviewers, a share of them to two."),
    "stats": ("factcheck.cli.review.stats", "Show what is open, what was decided, how reviewers agree."),
    "bundle": ("factcheck.cli.review.bundle", "Write open items to one file that needs no server, to judge in."),
    "import": ("factcheck.cli.review.import_", "Merge decisions that were made in a bundle."),
    "export": ("factcheck.cli.review.export", "Write gold labels, regression cases, tables, annotations."),
    "verify-log": ("factcheck.cli.review.verify_log", "Prove the log of decisions; exit 3 if it was changed."),
    "backup": ("factcheck.cli.review.backup", "Copy the desk to one file, while others go on working."),
}


class ReviewGroup(LazyGroup):
    """`factcheck review RUN` is `factcheck review open RUN`: what names no subcommand is what to open."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.list_commands(ctx) and args[0] not in ctx.help_option_names):
            self._refuse_misspelt(ctx, args)
            args = ["open", *args]
        return super().parse_args(ctx, args)

    def _refuse_misspelt(self, ctx: click.Context, args: list[str]) -> None:
        """Raises: click.UsageError for `exprot`, which is no file either."""
        close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=0.75) if args else []
        if close and not Path(args[0]).exists():
            raise click.UsageError(f"no command and no file {args[0]!r}; did you mean {close[0]!r}?", ctx)


@click.group("review", cls=ReviewGroup, commands_at=COMMANDS)
def command() -> None:
    """Judge the cited passages, and make gold labels of the decisions.

    `factcheck review [RUN|ANSWERS]…` opens the desk in the browser, on this machine alone.

    The desk is HOME/reviews.sqlite; see docs/review.md.
    """
