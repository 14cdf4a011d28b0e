"""A byte-level BPE whose pieces are the same at the start of a word and after a space.

A tool call repeats the user's words behind a quotation mark: the first one without the space that stood
before it. An ordinary BPE cuts `note` and ` note` differently, and copying would have to be learned for
each word. Here the merges are learned on words without their space, and last of all a space may join the
whole first piece. So ` zalmor` and `zalmor` are the same pieces but for that one, and common words still
cost one token.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from ..data import dialect
from ..data.guide import topics
from ..data.mixture import conversation
from ..data.words import ORDINARY
from ..spec import SHAPE, SPECIAL_TOKENS

SPACE = "Ġ"  # how the byte-level alphabet writes a space
SPACED_PIECES = 420
_DIGITS = set("0123456789")


def _byte_alphabet() -> list[str]:
    return sorted(pre_tokenizers.ByteLevel.alphabet())


def _words() -> Counter[str]:
    """Words of the training text in the byte-level alphabet, with their space, and how often they count."""
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    found: Counter[str] = Counter()

    def count(text: str, times: int) -> None:
        for word, _ in cut.pre_tokenize_str(text):
            found[word] += times

    for topic in topics():
        count(topic.answer, 12)
        for question in topic.questions:
            count(question, 3)
    count(dialect.system_text(dialect.NOTES, dialect.TODO), 200)
    count(" ".join(ORDINARY), 8)
    rng = random.Random(20)
    for _ in range(400):
        for message in conversation(rng, lambda messages: len(messages) > 12)[1:]:
            count(message.content, 1)
    return found


def _apply(pieces: tuple[str, ...], left: str, right: str) -> tuple[str, ...]:
    out: list[str] = []
    index = 0
    while index < len(pieces):
        if index + 1 < len(pieces) and pieces[index] == left and pieces[index + 1] == right:
            out.append(left + right)
            index += 2
        else:
            out.append(pieces[index])
            index += 1
    return tuple(out)


def _learn(words: Counter[str], count: int) -> tuple[list[tuple[str, str]], dict[str, tuple[str, ...]]]:
    """The `count` most frequent merges one after another, and how they cut each word. Digits stay single."""
    cut = {word: tuple(word) for word in words}
    merges: list[tuple[str, str]] = []
    while len(merges) < count:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, pieces in cut.items():
            for left, right in pairwise(pieces):
                if not (_DIGITS & set(left + right)):
                    pairs[left, right] += words[word]
        (left, right), _ = max(pairs.items(), key=lambda item: (item[1], item[0]))
        merges.append((left, right))
        cut = {
            word: _apply(pieces, left, right) if left in pieces else pieces for word, pieces in cut.items()
        }
    return merges, cut


def learn_merges() -> list[tuple[str, str]]:
    """All merges in order: those inside words first, then the space before the most frequent first pieces."""
    spaced = _words()
    bare: Counter[str] = Counter()
    for word, times in spaced.items():
        bare[word.removeprefix(SPACE) or word] += times
    inside = SHAPE.vocab_size - len(SPECIAL_TOKENS) - 256 - SPACED_PIECES
    merges, cut = _learn(bare, inside)
    first: Counter[str] = Counter()
    for word, times in spaced.items():
        if word.startswith(SPACE) and len(word) > 1:
            first[cut[word.removeprefix(SPACE)][0]] += times
    common = [piece for piece, _ in sorted(first.items(), key=lambda item: (-item[1], item[0]))]
    wanted = [piece for piece in common if not _DIGITS & set(piece)][:SPACED_PIECES]
    return merges + [(SPACE, piece) for piece in wanted]


def build() -> Tokenizer:
    """The tokenizer of the demo model; the same every time."""
    merges = learn_merges()
    names = [*SPECIAL_TOKENS, *_byte_alphabet(), *(left + right for left, right in merges)]
    if len(set(names)) != SHAPE.vocab_size:
        raise ValueError(f"{len(set(names))} distinct tokens, expected {SHAPE.vocab_size}")
    tokenizer = Tokenizer(models.BPE({name: index for index, name in enumerate(names)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name in SPECIAL_TOKENS]
    )
    return tokenizer


def spaced_pairs(tokenizer: Tokenizer) -> list[tuple[int, int]]:
    """Ids of (piece with its space, the same piece without)."""
    vocabulary = tokenizer.get_vocab()
    return [
        (index, vocabulary[name[1:]])
        for name, index in vocabulary.items()
        if name.startswith(SPACE) and name[1:] in vocabulary
    ]


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Write `tokenizer.json` in the format that both tokenizers-cpp and transformers read."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
