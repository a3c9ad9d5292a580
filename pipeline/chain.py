"""The chain: question -> claim -> passages -> evidence -> citations -> verdict -> answer, as a LangChain Runnable.

    from pipeline.chain import open_chain
    with open_chain(load_settings()) as chain:
        answer = chain.invoke("Does the treaty include a mutual defence clause?")

`batch`, `stream` (one item: the answer) and the async forms come from Runnable.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable, RunnableConfig

from factcheck import __version__
from factcheck.errors import UserError
from factcheck.records import BOOLEAN_ANSWERS, Answer, Coverage, Filters, Passage, Question, Source
from factcheck.settings import Settings
from pipeline.attribution import attribute
from pipeline.boolean import judge_claim
from pipeline.claims import claim_from_question
from pipeline.cite import cite
from pipeline.coverage import cover
from pipeline.explain import explain
from pipeline.judge import Decision, find_duplicates
from pipeline.questions import parse_question
from pipeline.read import Reader, open_reader
from pipeline.relevance import Relevance
from pipeline.retrieve import retrieve
from pipeline.sentences import Reading, collect_sentences
from pipeline.support import Scorer, open_scorer
from pipeline.trace import Trace
from pipeline.value import ValueFinding, find_value

if TYPE_CHECKING:
    from vectorstore.embedder import Embedder
    from vectorstore.store import Store
