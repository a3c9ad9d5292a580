"""Prompt templates: `prompts/<name>.md`, a YAML head, then `## system` and `## user` with `$name` places.

Braces stay literal, `$$` is a dollar sign. Values are data: what could end a fenced block or speak the model's
chat markup is neutralised in every one of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

from factcheck.errors import UsageError

FOLDER = Path(__file__).parent
_HEAD = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_SECTION = re.compile(r"^## (\w+)[ \t]*$", re.MULTILINE)
_FENCE = "source_text"
_FENCE_INSIDE = re.compile(rf"<(?=[\s/\\\u200b-\u200f\u2060\ufeff]*{_FENCE})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """What is sent to a model. `sha256` is the template's, so that runs with one prompt compare equal."""

    name: str
    version: str
    sha256: str
    system: str
    user: str


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A template as read from its file; `sha256` covers the body, not the head."""

    name: str
    version: str
    variables: frozenset[str]
    system: str
    user: str
    sha256: str

    def render(self, **values: object) -> RenderedPrompt:
        """Return the prompt with every place filled. Raises: UsageError naming what is missing or not declared."""
        if values.keys() != self.variables:
            missing, extra = sorted(self.variables - values.keys()), sorted(values.keys() - self.variables)
            told = [f"missing {', '.join(missing)}"] * bool(missing) + [f"not declared: {', '.join(extra)}"] * bool(
                extra
            )
            raise UsageError(
                f"prompt {self.name!r}: {'; '.join(told)}. Its variables: {', '.join(sorted(self.variables))}"
            )
        safe = {key: _without_markup(str(value)) for key, value in values.items()}
        system, user = (Template(part).substitute(safe) for part in (self.system, self.user))
        return RenderedPrompt(self.name, self.version, self.sha256, system, user)


def load(name: str, *, folder: Path = FOLDER) -> PromptTemplate:
    """Return the template `<folder>/<name>.md`.

    Raises: UsageError when it is not there or malformed, or when declared and used variables differ.
    """
    path = folder / f"{name}.md"
    if not path.is_file():
        raise UsageError(f"no prompt is called {name!r}. Known: {', '.join(names(folder=folder)) or 'none'}")
    match = _HEAD.match(path.read_text("utf-8"))
    head = yaml.safe_load(match[1]) if match else None
    if match is None or not isinstance(head, Mapping) or head.keys() != {"version", "variables"}:
        raise UsageError(f"{path}: a prompt begins with a head between --- lines: version and variables, nothing else")
    sections = _sections(match[2], path)
    declared = frozenset(head["variables"] or ())
    used = frozenset[str]().union(*(_places(text, path) for text in sections.values()))
    if declared != used:
        odd = sorted(declared ^ used)
        raise UsageError(f"{path}: variables must be declared and used; one of both is missing for {', '.join(odd)}")
    digest = hashlib.sha256(match[2].encode()).hexdigest()
    return PromptTemplate(name, str(head["version"]), declared, sections["system"], sections["user"], digest)


def names(*, folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the names of all templates, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.md")))


def fence(text: str) -> str:
    """Return `text` as a marked block of data. It cannot end the block: its own marks lose their bracket."""
    inside = _FENCE_INSIDE.sub("‹", text)
    return f"<{_FENCE}>\n{inside}\n</{_FENCE}>"


def _without_markup(value: str) -> str:
    """Chat markup such as `<|im_end|>` would be read as control tokens by a local model's tokenizer."""
    return value.replace("<|", "‹|")


def _sections(body: str, path: Path) -> dict[str, str]:
    _, *pieces = _SECTION.split(body)
    found = dict(zip(pieces[::2], (text.strip() for text in pieces[1::2]), strict=True))
    if found.keys() != {"system", "user"} or len(pieces) != 4:
        raise UsageError(
            f"{path}: a prompt has two sections, `## system` and `## user`; found: {', '.join(pieces[::2])}"
        )
    return found


def _places(text: str, path: Path) -> frozenset[str]:
    template = Template(text)
    if not template.is_valid():
        raise UsageError(f"{path}: a lone $ in the body; write $$ for a dollar sign")
    return frozenset(template.get_identifiers())
