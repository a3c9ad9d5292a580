"""From a suite and a model to a run file: the corpus made ready, the model opened, the plan carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.asking import ask
from eval.corpus_home import corpus_settings
from eval.run_files import Run, read_run
from eval.run_plan import Plan, Selection, find_unclosed, resume_run, retry_run, start_run
from eval.runner import Progress, Stop, carry_out
from eval.suite import Suite
from factcheck.errors import UserError
from factcheck.settings import Settings
from pipeline.answerer import Answerer, open_answerer
from pipeline.models.chat import resolve
from pipeline.readers import open_reader
from vectorstore.embedder import Embedder
from vectorstore.store import default_embedder

__all__ = ["Outcome", "Request", "model_spec", "run_models"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a run. `parent`: its errors are asked again. `out`: the file, for one model only."""

    selection: Selection
    resume: bool = False
    parent: Run | None = None
    out: Path | None = None
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run as it lies in its file, and why it stopped early (None: it is complete)."""

    path: Path
    run: Run
    stop: Stop | None


def run_models(
    suite: Suite,
    settings: Settings,
    models: Sequence[str],
    request: Request,
    *,
    progress: Callable[[str], Progress | None] = lambda _: None,
    note: Callable[[str], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Run the suite with each model in turn, one run file a model; end with the first that stopped early.

    `note` is told what a person should know before the first answer comes.
    Raises: ModelError before anything is written, where a model cannot be had; UserError.
    """
    session = _Session(suite, settings, request, default_embedder(settings.threads), note)
    home = corpus_settings(suite, settings, session.embedder)
    for model in session.to_run([model_spec(settings, model) for model in models]):
        outcome = session.run(model, home, progress(model))
        yield outcome
        if outcome.stop is not None:
            return


def model_spec(settings: Settings, model: str) -> str:
    """Return what `model` stands for (`auto` is `local` or `none`); with a recording, the recording decides.

    Raises: UsageError for a model that does not exist.
    """
    return model if settings.replay else resolve(settings.model_copy(update={"model": model}))


@dataclass(frozen=True, slots=True)
class _Session:
    """One call of `run_models`: what all its models share."""

    suite: Suite
    settings: Settings
    request: Request
    embedder: Embedder
    note: Callable[[str], None]

    def run(self, model: str, home: Settings, progress: Progress | None) -> Outcome:
        """The model reads the corpus in `home`; its run, and the cache of its replies, belong to the user's home."""
        own = self.settings.model_copy(update={"model": model})
        with self._answerer(own, home) as (answerer, name):
            plan = self._plan(own, name, answerer)
            if plan.done:
                self.note(f"{plan.writer.path}: {len(plan.done)} samples are there, {len(plan.left)} are asked")
            asks = partial(ask, answerer, corpus=self.suite.corpus, oracle=plan.header.oracle_evidence)
            stop = carry_out(
                plan, lambda sample, repeat: asks(sample, repeat=repeat), jobs=self.request.jobs, progress=progress,
                note=self.note,
            )  # fmt: skip
        return Outcome(plan.writer.path, read_run(plan.writer.path), stop)

    @contextmanager
    def _answerer(self, own: Settings, home: Settings) -> Iterator[tuple[Answerer, str]]:
        """The answerer, and what the run calls its model: that of a recording is told by the recording."""
        reader = open_reader(own, resumed=self.request.resume)
        home = home.model_copy(update={"model": own.model if reader else "none", "record": None, "replay": None})
        try:
            with open_answerer(home, reader=reader, embedder=self.embedder) as answerer:
                yield answerer, (reader.name if reader else "none") if own.replay else own.model
        finally:
            if reader is not None:
                reader.close()

    def to_run(self, models: list[str]) -> list[str]:
        """A kill leaves one run open: the models before it are done, those after it were not begun."""
        if not self.request.resume or self.request.out is not None:
            return models
        first = next((i for i, model in enumerate(models) if self._is_open(model)), None)
        if first is None:
            raise UserError(
                f"no run of {self.suite.ref.path} with {', '.join(models)} and this selection is left open in "
                f"{self.settings.home / 'runs'}; leave --resume out to start one, or name its file with -o"
            )
        for model in models[:first]:
            self.note(f"{model}: complete, not run again")
        return models[first:]

    def _plan(self, own: Settings, model: str, answerer: Answerer) -> Plan:
        request, index, verifier = self.request, answerer.store.index_digest(), answerer.scorer.name
        if request.parent is not None:
            return retry_run(
                request.parent, self.suite, own, model=model, index=index, path=request.out, verifier=verifier
            )
        resumes = request.resume and (request.out is not None or self._is_open(model))
        begin = resume_run if resumes else start_run
        return begin(self.suite, own, request.selection, model=model, index=index, path=request.out, verifier=verifier)

    def _is_open(self, model: str) -> bool:
        runs = self.settings.home / "runs"
        return find_unclosed(self.suite.ref.path, model, self.request.selection, runs) is not None
