"""Make `pipeline/lexicon/words.tsv` from WordNet 3.0's own files (Debian package `wordnet-base`).

    python -m training.lexicon --wordnet /usr/share/wordnet --out pipeline/lexicon/words.tsv

One line a lemma that is a verb, or that SemCor tags as an adjective at least once: how often it was tagged as verb,
noun, adjective (counts over the senses of `cntlist.rev`), and its irregular past tense (`verb.exc`), if any.
The rules that turn questions into claims use it to tell where a subject ends.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

PARTS = {"1": "n", "2": "v", "3": "a", "5": "a"}
# verb.exc lists past tense and participle alike, for some verbs rare ones first; these are the common past tenses
PAST = dict(
    line.split()
    for line in """be was
begin began
break broke
bring brought
build built
buy bought
choose chose
come came
do did
draw drew
drive drove
eat ate
fall fell
feel felt
fight fought
fly flew
forbid forbade
forget forgot
get got
give gave
go went
grow grew
have had
hold held
keep kept
know knew
lead led
leave left
lose lost
make made
mean meant
meet met
pay paid
rise rose
run ran
say said
see saw
seek sought
sell sold
send sent
set set
sing sang
speak spoke
spend spent
stand stood
take took
teach taught
tell told
think thought
understand understood
undertake undertook
wear wore
win won
withdraw withdrew
write wrote
cut cut
hit hit
put put
let let
shut shut
cost cost
hurt hurt
split split
spread spread
bid bid
beat beat
become became
overcome overcame
overthrow overthrew
throw threw
show showed
prove proved
shoot shot
sit sat
sleep slept
strike struck
swear swore
catch caught
deal dealt
find found
hear heard
read read
ride rode
ring rang
sink sank
steal stole
uphold upheld
foresee foresaw
undergo underwent
arise arose
awake awoke
bear bore
bind bound
blow blew
burn burned
dig dug
feed fed
flee fled
hang hung
hide hid
lay laid
lend lent
lie lay
quit quit
shake shook
shrink shrank
slide slid
swim swam
swing swung
tear tore
wake woke
weave wove
wind wound
forgive forgave
rebuild rebuilt
resell resold
overtake overtook
broadcast broadcast
cast cast
forecast forecast
thrust thrust
burst burst
bend bent
light lit
stick stuck
bite bit
freeze froze
shine shone
spin spun
spring sprang
weep wept
mistake mistook
retake retook
remake remade
outgrow outgrew
oversee oversaw
override overrode
cling clung
creep crept
fling flung
kneel knelt
partake partook
rethink rethought
rewrite rewrote
slay slew
sling slung
sting stung
stink stank
strive strove
sweep swept
wring wrung
beset beset
bet bet
offset offset
outbid outbid
overrun overran
reset reset
rid rid
slit slit
undercut undercut
upset upset
drink drank
forgo forwent""".splitlines()
)


def read_counts(folder: Path) -> dict[str, dict[str, int]]:
    """Return lemma -> part of speech -> tagged occurrences."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in (folder / "cntlist.rev").read_text("ascii").splitlines():
        key, _, count = line.split()
        lemma, sense = key.split("%")
        part = PARTS.get(sense[0])
        if part and lemma.isalpha():
            counts[lemma][part] += int(count)
    return counts


def add_untagged_verbs(folder: Path, counts: dict[str, dict[str, int]]) -> None:
    """Count a verb that WordNet lists and SemCor never tags as seen once, unless it is common as a noun."""
    for line in (folder / "index.verb").read_text("ascii").splitlines():
        lemma = line.split(" ", 1)[0]
        if lemma.isalpha() and not counts[lemma]["v"] and counts[lemma]["n"] <= 3:
            counts[lemma]["v"] = 1


def read_doubled(folder: Path) -> dict[str, str]:
    """Return lemma -> past tense for the verbs that double their last letter or are irregular with one form only."""
    forms: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "verb.exc").read_text("ascii").splitlines():
        form, lemma = line.split()[:2]
        if form.endswith("d") and not form.endswith("ing"):
            forms[lemma].append(form)
    return {lemma: found[0] for lemma, found in forms.items() if len(found) == 1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    counts = read_counts(args.wordnet)
    add_untagged_verbs(args.wordnet, counts)
    doubled = read_doubled(args.wordnet)
    lines = [
        f"{lemma}\t{c['v']}\t{c['n']}\t{c['a']}\t{(PAST.get(lemma) or doubled.get(lemma, '')) if c['v'] else ''}"
        for lemma, c in sorted(counts.items())
        if c["v"] or c["a"]
    ]
    args.out.write_text(
        "# lemma, tagged as verb, noun, adjective; irregular past. From WordNet 3.0, see NOTICE\n"
        + "\n".join(lines)
        + "\n",
        "ascii",
    )


if __name__ == "__main__":
    main()
