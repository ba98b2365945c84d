#!/usr/bin/env python3
"""Writes how Chinese words are read whose readings do not follow from their characters: 重庆 "chong qing", not "zhong qing".

Source: the word list of Terra Pinyin (Debian package rime-data-terra-pinyin). Words are spelled as search spells them
(han_fold.py), syllables as readings.py writes them.

Output, in UTF-8, by ascending word: word, tab, a syllable for each of its characters, separated by spaces. Only words in which
a syllable is not the commonest reading of its character.

Usage: word_readings.py --unihan DIR --words FILE OUTPUT
"""
import argparse
import pathlib

import han_fold
import readings
import unihan

WORD_CHARACTERS_MAX = 8


def commonest(folder):
    """character -> its first reading."""
    return {chr(code): syllables[0] for code, syllables in readings.read_characters(folder).items()}


def listed(file):
    """(word, syllables, weight in percent) of each line that gives a reading."""
    for line in file.read_text(encoding="utf-8").split("\n...\n", 1)[1].splitlines():
        word, *rest = line.split("\t")
        if rest and 2 <= len(word) <= WORD_CHARACTERS_MAX:
            syllables = [readings.toneless(part.replace("u:", "v").rstrip("012345")) for part in rest[0].split()]
            if len(syllables) == len(word) and all(syllables):
                yield word, syllables, float(rest[1].rstrip("%")) if len(rest) > 1 and rest[1] else 100.0


def unusual(file, spell, usual):
    """word -> the reading with the largest weight, where it is unusual; of several the first."""
    best = {}
    for word, syllables, weight in listed(file):
        word = "".join(spell.get(c, c) for c in word)
        if word not in best or weight > best[word][0]:
            best[word] = (weight, syllables)
    return {word: syllables for word, (_, syllables) in best.items()
            if any(syllable != usual.get(c) for c, syllable in zip(word, syllables, strict=True))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unihan", type=pathlib.Path, required=True)
    parser.add_argument("--words", type=pathlib.Path, required=True)
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    spell = {chr(code): chr(to) for code, to in han_fold.Folding(options.unihan).pairs()}
    words = unusual(options.words, spell, commonest(options.unihan))
    text = "".join(f"{word}\t{' '.join(syllables)}\n" for word, syllables in sorted(words.items()))
    options.output.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
