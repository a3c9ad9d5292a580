"""Whether a text looks English: the verifier and the rules know no other language, and a person should be told."""

from __future__ import annotations

import re

__all__ = ["looks_english"]

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = frozenset(
    "the of and to in is was for on that with as by at from it an be are this has have not or were had its their which "
    "he she they who but will been a i you we what if do does did said can no more than about may would "
    "could should her his them there into".split()
)
_OTHER = frozenset(  # small words of other languages that are no English ones; capitals may be names ("Los Angeles")
    "der das den dem des ein eine einen einem einer und oder nicht wird wurde wurden ist sind hat haben wie viel "
    "viele wer wen wem wann wo warum welche welcher welches woher wohin von zum zur mit nach auf bei über für le la "
    "les une du au aux est sont qui que quoi quand où pourquoi combien comment quel quelle quels quelles dans pour "
    "sur avec pas ne et ou il elle ont été el los las del una por qué quién quiénes cuándo dónde cuánto cuánta "
    "cuántos cuántas cómo cuál es fue se en y con para gli che chi quanto quanti dove perché è della dei nel nella "
    "di quem onde quantos quais é não da os het een wat waar wanneer hoeveel hoe waarom welke van niet wie vem vad "
    "när hur många varför är och det som ett på av hvem hvad hvor når og kto co kiedy gdzie dlaczego ile jak czy "
    "jest na w z kdo kdy kde kolik proč hány mikor hol miért kuka milloin missä miksi kim ne zaman nerede kaç".split()
)
_ASKS = frozenset(  # of them and beside them, what opens a question
    "wie wer wen wem wann wo warum welche welcher welches woher wohin qui que quoi quand où pourquoi combien "
    "comment quel quelle quels quelles est-ce qué quién quiénes cuándo dónde cuánto cuánta cuántos cuántas cómo "
    "cuál chi quanto quanti dove perché quem onde quantos quais hoeveel waarom wanneer waar vem vad när hur varför "
    "hvem hvad hvor når kto kiedy gdzie dlaczego ile czy kdo kdy kde kolik proč hány mikor miért kuka milloin missä "
    "miksi nerede kaç ist sind wird wurde wurden est är".split()
)
_SHARED = frozenset("a i in was an on as do no me he had".split())  # English words that others write too
_GERMAN_WHAT = re.compile(
    r"^was (?:ist|sind|hat|haben|wird|wurde|macht|kostet|sagt|passiert|geschah|war|kostete|sagte)\b", re.IGNORECASE
)
_FEW = 8  # words; below that only the letters tell
_ENOUGH = 4_000  # code points that are looked at


def looks_english(text: str) -> bool:
    """Return whether letters and small words are those of English; a text without letters passes.

    Nine tenths of the letters are ASCII, small words of other languages are fewer than two or not more than the English
    ones, and from eight words on at least one in twelve is a common small word. A text that opens with a question word
    of another language and has no small word of English alone is of that one.
    """
    words = _WORD.findall(text[:_ENOUGH])
    letters = "".join(words)
    if not letters:
        return True
    if sum(c.isascii() for c in letters) < 0.9 * len(letters):
        return False
    if text.lstrip().startswith("¿") or _GERMAN_WHAT.match(text):
        return False
    english, other = sum(w.lower() in _COMMON for w in words), sum(w in _OTHER for w in words)
    opens = words[0].lower()
    if (other >= 2 and other > english) or (
        opens in _ASKS and not _COMMON.difference(_SHARED).intersection(w.lower() for w in words)
    ):
        return False
    return len(words) < _FEW or english >= len(words) / 12
