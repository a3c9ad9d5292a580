"""The public sets, one value each. Adding one is a reader and a value here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.benchmarks import read_pairs, read_questions
from eval.benchmarks.ask_questions import Asked, choice_figures, extract_figures, open_figures, yes_no_figures
from eval.benchmarks.items import PairSet, QuerySet, QuestionSet
from eval.benchmarks.judge_pairs import Judged, hallucination_figures, label_figures, support_figures
from eval.benchmarks.result import Figure

__all__ = ["BENCHMARKS", "Benchmark", "PairBenchmark", "Published", "QuestionBenchmark", "RetrievalBenchmark"]


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of somebody else, in percent, and where it is from."""

    system: str
    figure: str
    percent: float
    source: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`where`: which published files to get, as the end of a sentence. `note`: in what our setting differs."""

    title: str
    asks: str
    where: str
    note: str
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class PairBenchmark(Benchmark):
    """Claims against documents: the verifier's."""

    read: Callable[[Path, str], PairSet]
    figures: Callable[[Sequence[Judged]], list[Figure]]


@dataclass(frozen=True, slots=True)
class QuestionBenchmark(Benchmark):
    """Questions over the ingested texts that they need: the whole chain's."""

    read: Callable[[Path, str], QuestionSet]
    figures: Callable[[Sequence[Asked]], list[Figure]]


@dataclass(frozen=True, slots=True)
class RetrievalBenchmark(Benchmark):
    """Queries over the whole ingested corpus, whatever the limit: recall@10 and nDCG@10."""

    read: Callable[[Path, str], QuerySet]


_AGGREFACT = "LLM-AggreFact leaderboard"
_REALTIMEQA = (
    "the published files (github.com/realtimeqa/realtimeqa_public, past/2024) are not read, only a development copy: "
    "get realtimeqa_queries_2024.jsonl.gz and realtimeqa_corpus_2024.jsonl.gz"
)
_RAGTRUTH = "LettuceDetect, arXiv 2502.17125"

BENCHMARKS: Mapping[str, PairBenchmark | QuestionBenchmark | RetrievalBenchmark] = {
    "scifact": PairBenchmark(
        title="SciFact, verdict",
        asks="claim against a cited abstract: supported, refuted, not enough",
        where="get data.tar.gz of github.com/allenai/scifact: corpus.jsonl and claims_dev.jsonl",
        note="the whole abstract is given (oracle abstracts) and nothing was fitted to the set",
        published=(),
        read=read_pairs.scifact,
        figures=partial(label_figures, ("supported", "refuted", "nei")),
    ),
    "scifact-retrieval": RetrievalBenchmark(
        title="SciFact, retrieval (BEIR)",
        asks="the cited abstracts of a claim, out of 5,183",
        where="get scifact.zip of github.com/beir-cellar/beir and unpack it (scifact/corpus.jsonl …)",
        note="a claim is searched as it stands, over the passages of all abstracts",
        published=(
            Published("BM25", "nDCG@10", 66.5, "BEIR, arXiv 2104.08663"),
            Published("ColBERT", "nDCG@10", 67.1, "BEIR, arXiv 2104.08663"),
        ),
        read=read_questions.beir_scifact,
    ),
    "averitec": PairBenchmark(
        title="AVeriTeC, gold evidence",
        asks="claim against its gold questions and answers: four verdicts",
        where="get data/dev.json of AVeriTeC (fever.ai, dataset averitec)",
        note="gold evidence is given, so this is no AVeriTeC score; the published one counts retrieved evidence",
        published=(
            Published("best of the shared task 2024, retrieved evidence", "AVeriTeC score", 63.0, "arXiv 2410.23850"),
        ),
        read=read_pairs.averitec,
        figures=partial(label_figures, ("supported", "refuted", "nei", "conflicting")),
    ),
    "fever-symmetric": PairBenchmark(
        title="FEVER, symmetric",
        asks="claim against one sentence: supported or refuted; the claim alone says nothing",
        where="get symmetric_v0.2/fever_symmetric_test.jsonl of github.com/TalSchuster/FeverSymmetric",
        note="two-way: the larger of supports and refutes; chance is 50",
        published=(),
        read=read_pairs.fever_symmetric,
        figures=partial(label_figures, ("supported", "refuted")),
    ),
    "ragtruth": PairBenchmark(
        title="RAGTruth, whole answers",
        asks="does an answer hold something that its passages do not say?",
        where="get response.jsonl and source_info.jsonl of github.com/ParticleMedia/RAGTruth (dataset/)",
        note="an answer is flagged if one of its sentences is under 0.5; no threshold was chosen on the set. The "
        "verifier was trained on sentences of the training split",
        published=(
            Published("RAG-HAT, 8B", "F1", 83.9, _RAGTRUTH),
            Published("LettuceDetect-large, 0.4B", "F1", 79.2, _RAGTRUTH),
            Published("GPT-4 prompted", "F1", 63.4, _RAGTRUTH),
        ),
        read=read_pairs.ragtruth,
        figures=hallucination_figures,
    ),
    "wice": PairBenchmark(
        title="WiCE, whole pages",
        asks="claim of Wikipedia against the page that it cites",
        where="get data/entailment_retrieval/claim/dev.jsonl of github.com/ryokamoi/wice",
        note="whole pages of 1,400 words; the published figures are on LLM-AggreFact's WiCE, which gives short chunks",
        published=(
            Published("Bespoke-MiniCheck, 7B", "balanced accuracy", 83.0, _AGGREFACT),
            Published("HHEM-2.1-open, 0.1B", "balanced accuracy", 75.9, _AGGREFACT),
            Published("SummaC-ZS, 0.1B", "balanced accuracy", 62.8, _AGGREFACT),
        ),
        read=read_pairs.wice,
        figures=support_figures,
    ),
    "llm-aggrefact": PairBenchmark(
        title="LLM-AggreFact",
        asks="claim of a language model against its document: supported or not",
        where="get lytang/LLM-AggreFact, export its test split as llm_aggrefact_test.jsonl with its columns dataset, "
        "doc, claim, label",
        note="pooled over rows; the leaderboard averages over eleven sets. The development copy holds three parts: "
        "CNN and XSum summaries (validation), ExpertQA (validation), WiCE chunks (dev)",
        published=(
            Published("Bespoke-MiniCheck, 7B", "balanced accuracy", 77.4, _AGGREFACT),
            Published("MiniCheck-RoBERTa-L, 0.4B", "balanced accuracy", 73.5, _AGGREFACT),
            Published("HHEM-2.1-open, 0.1B", "balanced accuracy", 71.8, _AGGREFACT),
        ),
        read=read_pairs.aggrefact,
        figures=support_figures,
    ),
    "squad2": QuestionBenchmark(
        title="SQuAD 2.0",
        asks="question about a given paragraph, half of them without an answer",
        where="get dev-v2.0.json of SQuAD 2.0 (rajpurkar.github.io/SQuAD-explorer)",
        note="the published system was trained on 130,000 of its questions, ours on 4,201; the threshold of our text "
        "answers was chosen on 150 of the development copy's, which is 5 of 35 articles of the official dev set",
        published=(
            Published("human", "F1", 89.5, "SQuAD leaderboard"),
            Published("BERT-large, trained on it", "F1", 83.1, "SQuAD leaderboard"),
        ),
        read=read_questions.squad2,
        figures=extract_figures,
    ),
    "boolq": QuestionBenchmark(
        title="BoolQ",
        asks="yes-no question about a given paragraph; it may say nothing",
        where="get dev.jsonl of BoolQ (github.com/google-research-datasets/boolean-questions)",
        note="saying nothing is never right here. The development copy is a quarter of the official dev set; the "
        "verifier may have seen the other three quarters in training",
        published=(
            Published("human", "accuracy", 90.0, "arXiv 1905.10044"),
            Published("BERT-large, trained on MultiNLI and on it", "accuracy", 80.4, "arXiv 1905.10044"),
            Published("majority", "accuracy", 62.2, "arXiv 1905.10044"),
        ),
        read=read_questions.boolq,
        figures=yes_no_figures,
    ),
    "pubmedqa": QuestionBenchmark(
        title="PubMedQA",
        asks="question of an abstract without its conclusion: yes, no, maybe",
        where="get data/ori_pqal.json and data/test_ground_truth.json of github.com/pubmedqa/pubmedqa",
        note="maybe = not stated or conflicting; zero-shot, the published systems were trained on it",
        published=(
            Published("human, one annotator", "accuracy", 78.0, "arXiv 1909.06146"),
            Published("BioBERT, trained on it", "accuracy", 68.1, "arXiv 1909.06146"),
            Published("majority", "accuracy", 55.2, "arXiv 1909.06146"),
        ),
        read=read_questions.pubmedqa,
        figures=yes_no_figures,
    ),
    "realtimeqa": QuestionBenchmark(
        title="RealTimeQA 2024",
        asks="news quiz with choices, as of its day, over dated articles",
        where=_REALTIMEQA,
        note="over the first five articles that a search found for each question; many do not hold the answer, and "
        "saying nothing counts as wrong. Chance is 25",
        published=(),
        read=read_questions.realtimeqa,
        figures=choice_figures,
    ),
    "realtimeqa-open": QuestionBenchmark(
        title="RealTimeQA 2024, without choices",
        asks="news-quiz question as of its day, without type and choices, over dated articles",
        where=_REALTIMEQA,
        note="right is what holds the right choice, or is held by it, with at most two words more; many questions need "
        'their choices ("which of these"). The rules for wording were written on the questions of 2023',
        published=(),
        read=read_questions.realtimeqa_open,
        figures=open_figures,
    ),
}
