"""Probabilities that mean what they say: a fit made on labelled answers, applied at the end of answering.

A calibration is a JSON file: for each kind of model (`none`, `local`, `other`) and of answer, a monotone map from the
probability that the steps give to the share of right answers; and for each kind of model a risk-coverage curve, from
which `max_risk` takes its threshold. It holds for the verifier that it was fitted with, by name and digest, and for no
other one. `eval.calibrate` fits it; docs/calibration.md says how, and what the curve promises.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass as checked

from factcheck.errors import UserError
from factcheck.records import Answer
from factcheck.settings import Settings

__all__ = [
    "Calibration",
    "Fit",
    "Promise",
    "RiskCurve",
    "answer_kind",
    "calibrated",
    "is_given",
    "model_kind",
    "open_calibration",
    "promise_for",
    "read_calibration",
]

SHIPPED = Path(__file__).parent / "weights" / "calibration.json"
SCHEMA = "factcheck/calibration/1"
_EDGE = 1e-6

ModelKind = Literal["none", "local", "other"]
Share = Annotated[float, Field(ge=0, le=1)]
_STRICT = ConfigDict(extra="forbid")


@checked(config=_STRICT, frozen=True, slots=True)
class Fit:
    """One map. `identity` leaves a probability alone; `platt` is 1 / (1 + exp(-(a logit p + b))), a > 0; `isotonic`
    goes straight from point to point of `x`, `y` (both rising) and is level outside."""

    method: Literal["identity", "platt", "isotonic"]
    n: int
    a: float = 1.0
    b: float = 0.0
    x: tuple[Share, ...] = ()
    y: tuple[Share, ...] = ()
    log_loss: Mapping[str, float] = Field(default_factory=dict)  # of each method, on answers it was not fitted on

    @model_validator(mode="after")
    def _fits(self) -> Fit:
        rising = all(list(c) == sorted(c) for c in (self.x, self.y))
        if self.method == "isotonic" and not (self.x and len(self.x) == len(self.y) and rising):
            raise ValueError("isotonic needs as many x as y, at least one, both rising")
        return self

    def __call__(self, p: float) -> float:
        """Return the calibrated probability of `p`, 0..1."""
        if self.method == "platt":
            p = min(1 - _EDGE, max(_EDGE, p))
            return 1 / (1 + math.exp(-(self.a * math.log(p / (1 - p)) + self.b)))
        if self.method == "isotonic":
            return self._along(p)
        return p

    def _along(self, p: float) -> float:
        right = bisect_right(self.x, p)
        if right == 0 or right == len(self.x):
            return self.y[max(0, right - 1)]
        (x0, x1), (y0, y1) = self.x[right - 1 : right + 1], self.y[right - 1 : right + 1]
        return y0 + (y1 - y0) * (p - x0) / (x1 - x0)


@checked(config=_STRICT, frozen=True, slots=True)
class RiskPoint:
    """What happens from `threshold` on: of all questions `n_answered` get an answer, `n_wrong` of these are wrong, and
    the true share of wrong answers is at most `upper`, each with the curve's confidence."""

    threshold: Share
    n_answered: int
    n_wrong: int
    upper: Share


@checked(config=_STRICT, frozen=True, slots=True)
class RiskCurve:
    """Points in the order in which they are tested: the strictest first. Of `n` questions, none used in the fit."""

    n: int
    confidence: Share
    points: tuple[RiskPoint, ...]

    def promise(self, risk: float) -> Promise | None:
        """Return the laxest threshold that keeps the risk, tested in order up to the first that does not; None where
        the strictest does not. Fixed-sequence testing: each test stands at the full confidence, for it is made only if
        all before it passed (Angelopoulos et al. 2021, Learn then Test)."""
        kept: RiskPoint | None = None
        for point in self.points:
            if point.upper > risk:
                break
            kept = point
        return None if kept is None else Promise(kept, self)

    @property
    def lowest(self) -> float:
        """The lowest risk that can be promised: that of the strictest threshold."""
        return self.points[0].upper if self.points else 1.0


@dataclass(frozen=True, slots=True)
class Promise:
    """A threshold with what stands behind it."""

    point: RiskPoint
    curve: RiskCurve

    def __str__(self) -> str:
        p, n = self.point, self.curve.n
        return (
            f"answers under probability {p.threshold:.3f} are withheld; of {n} public questions {p.n_answered} were "
            f"answered above it, {p.n_wrong} of these wrongly: a risk of at most {p.upper:.3f} at "
            f"{self.curve.confidence:.0%} confidence, for questions like those"
        )


@checked(config=_STRICT, frozen=True, slots=True)
class Calibration:
    """A whole file. `data` names what it was fitted on: name, n, sha256. `digest` is that of the file."""

    verifier: str
    created: str
    data: tuple[Mapping[str, Any], ...]
    fits: Mapping[ModelKind, Mapping[str, Fit]]
    risk: Mapping[ModelKind, RiskCurve]
    digest: str = ""

    def fit_for(self, model: ModelKind, kind: str) -> tuple[str, Fit] | None:
        """The map for a kind of answer: its own, else that of all values; None where there is none."""
        known = self.fits.get(model, {})
        return next(((name, known[name]) for name in (kind, _wider(kind)) if name in known), None)


_FILE = TypeAdapter(Calibration)


def model_kind(model: str) -> ModelKind:
    """`none`, `local`, or `other` for any model that a provider serves. `model` is as in a record's `run`."""
    name = model.partition(":")[0]
    return "none" if name == "none" else "local" if name == "local" else "other"


def answer_kind(type_: str, *, given: bool) -> str:
    """Which map an answer takes: the question's type; `…/silent` where it says that the sources do not answer."""
    if given:
        return type_
    return "boolean/silent" if type_ == "boolean" else "value/silent"


def is_given(answer: Answer | Mapping[str, Any]) -> bool:
    """Whether a value, a yes, a no or a conflict is stated: what `max_risk` may withhold."""
    if isinstance(answer, Answer):
        return answer.verdict != "not_enough_evidence"
    return answer.get("verdict") != "not_enough_evidence"


def _wider(kind: str) -> str:
    return kind if kind.startswith("boolean") or kind.endswith("/silent") else "value"


@lru_cache(maxsize=8)
def read_calibration(path: Path) -> Calibration:
    """Return the calibration in `path`. Raises: UserError where it cannot be read or is none, in one line."""
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
        schema = data.pop("schema") if isinstance(data, dict) else None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); `factcheck eval calibrate` writes one") from None
    except (ValueError, KeyError, RecursionError):
        schema = None
    if schema != SCHEMA:
        raise UserError(f"{path} is no calibration ({SCHEMA}); `factcheck eval calibrate` writes one")
    try:
        found = _FILE.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UserError(f"{path}: {place}: {first['msg']}; fit it again with `factcheck eval calibrate`") from None
    return replace(found, digest=hashlib.sha256(raw).hexdigest())


def open_calibration(settings: Settings) -> Calibration | None:
    """Return the calibration that the settings name, else the one that ships, else None."""
    path = settings.calibration or (SHIPPED if SHIPPED.is_file() else None)
    return None if path is None else read_calibration(path)


def calibrated(answer: Answer, calibration: Calibration | None, promise: Promise | None) -> Answer:
    """Return the answer with its calibrated probability, and without its answer where `promise` withholds it.

    Verdict, citations and sources stay. `run.calibration` says which map was applied and what the probability was
    before it, or is null. A calibration for another verifier is not applied, and a warning says so.
    """
    run = {**answer.run, "calibration": None}
    if calibration is None:
        return replace(answer, run=run)
    if calibration.verifier != run["verifier"]:
        warning = (
            f"the probability is not calibrated: the calibration was fitted for {calibration.verifier}, "
            f"and this verifier is {run['verifier']}"
        )
        return replace(answer, run=run, warnings=(*answer.warnings, warning))
    given = is_given(answer)
    found = calibration.fit_for(model_kind(str(run["model"])), answer_kind(answer.question.type or "text", given=given))
    probability = answer.probability
    if found is not None:
        name, fit = found
        run["calibration"] = {"sha256": calibration.digest, "fit": name, "raw": answer.probability}
        probability = round(fit(probability), 4)
    answer = replace(answer, run=run, probability=probability)
    if promise is not None and given and probability < promise.point.threshold:
        answer = replace(answer, answer=None, value=None, abstained=True)
    return answer


def promise_for(settings: Settings, calibration: Calibration | None, *, verifier: str, model: str) -> Promise | None:
    """Return the threshold for `settings.max_risk`, None where none is set.

    Raises: UserError where nothing can be promised: no calibration, another verifier, a model that the curve is not
    of, or a risk under the lowest that it can promise.
    """
    risk = settings.max_risk
    if risk is None:
        return None
    fix = "fit one with `python -m benchmarks.calibration`, or leave --max-risk out"
    if calibration is None:
        raise UserError(f"max risk {risk:g}: there is no calibration, so nothing can be promised; {fix}")
    if calibration.verifier != verifier:
        raise UserError(f"max risk {risk:g}: the calibration is for {calibration.verifier}, not for {verifier}; {fix}")
    curve = calibration.risk.get(model_kind(model))
    if curve is None:
        known = ", ".join(calibration.risk) or "none at all"
        raise UserError(f"max risk {risk:g}: the calibration has no risk curve for {model} (it has: {known}); {fix}")
    promise = curve.promise(risk)
    if promise is None:
        raise UserError(
            f"max risk {risk:g} cannot be promised: with model {model} the lowest is {curve.lowest:.3f} "
            f"(over {curve.n} public questions, at {curve.confidence:.0%} confidence); allow more"
        )
    return promise
