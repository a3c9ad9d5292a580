"""What a model costs, and the limit on what may be spent. A price that is not known is None, never 0."""

from __future__ import annotations

import re
import threading
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from factcheck.errors import CostLimitError, UsageError
from pipeline.models.reply import Usage

__all__ = ["FREE", "Price", "Purse", "find_price"]

_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class Price(BaseModel):
    """US dollars for a million tokens. Without `cached_input`, input that was read before costs as any other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    cached_input: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    def cost_usd(self, usage: Usage) -> float:
        """Return what `usage` costs, in US dollars."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        reread = self.input if self.cached_input is None else self.cached_input
        million = (usage.input_tokens - cached) * self.input + cached * reread + usage.output_tokens * self.output
        return million / 1e6


FREE = Price(input=0.0, output=0.0)
_TABLE = TypeAdapter(dict[str, Price])


def find_price(model: str, *, file: Path | None, shipped: bool = True) -> Price | None:
    """Return the price of `model` (`provider:name`) from the user's `file`, else from the shipped table.

    `shipped=False` for a server of one's own: a model that has the name of OpenAI's there has not its price.
    Raises: UsageError for a file that cannot be read or is no table of prices.
    """
    own = _read(file) if file is not None else {}
    for table in (own, _shipped() if shipped else {}):
        for name in (model, _DATED.sub("", model)):
            if name in table:
                return table[name]
    return None


@cache
def _shipped() -> dict[str, Price]:
    return _TABLE.validate_python(
        tomllib.loads(resources.files(__package__).joinpath("prices.toml").read_text("utf-8"))
    )


def _read(file: Path) -> dict[str, Price]:
    try:
        return _TABLE.validate_python(tomllib.loads(file.expanduser().read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"the prices {file} cannot be read: {error.strerror}. See docs/models.md") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the prices {file} are not valid TOML: {error}. See docs/models.md") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError(f"the prices {file}: {place}: {first['msg']}. See docs/models.md") from None


class Purse:
    """What was spent so far, and a limit that no call begins beyond. Shared by threads.

    A call reserves the most it can cost (its prompt, and all the tokens it may write) and settles what it did cost.
    """

    def __init__(self, name: str, price: Price | None, max_usd: float | None) -> None:
        """Raises: UsageError for a limit on a model whose price is not known."""
        if max_usd is not None and price is None:
            raise UsageError(
                f"--max-cost needs the price of {name}, which is not known. "
                "Give it in a file of prices (setting `prices`, docs/models.md)"
            )
        self._name, self._price, self._max_usd = name, price, max_usd
        self._lock = threading.Lock()
        self._spent = self._reserved = 0.0

    def reserve(self, input_tokens: int, output_tokens: int) -> float:
        """Return the dollars set aside. Raises: CostLimitError where they are not left."""
        if self._price is None or self._max_usd is None:
            return 0.0
        most = self._price.cost_usd(Usage(1, input_tokens, output_tokens))
        with self._lock:
            if self._spent + self._reserved + most > self._max_usd:
                raise CostLimitError(
                    f"{self._name} was not asked: {self._spent:.4f} of {self._max_usd:g} USD are spent and the next "
                    f"call may cost {most:.4f}. Give a higher --max-cost"
                )
            self._reserved += most
        return most

    def settle(self, reserved: float, usage: Usage) -> None:
        """Give back what was set aside and count what was used."""
        with self._lock:
            self._reserved -= reserved
            if self._price is not None:
                self._spent += self._price.cost_usd(usage)
