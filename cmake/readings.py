#!/usr/bin/env python3
"""Writes how Chinese characters are read in Mandarin, as pinyin syllables without tones.

Source: the Unihan database (Debian package unicode-data). kHanyuPinlu tells which reading is the commonest, else kMandarin;
further ones come from kTGHZ2013 and kXHC1983, the two dictionaries of today's language (kHanyuPinyin, which also tells how
characters were once read, is left out). A simplified character without a reading has that of the one which it is the
simplified form of (han_fold.py). ü is written v, as it is typed.

Output, in UTF-8: a line for each syllable, by the alphabet: syllable, tab, the characters whose commonest reading it is, tab,
those that may also be read so; both in the order of their codes.

Usage: readings.py --unihan DIR OUTPUT
"""
import argparse
import collections
import pathlib
import re
import unicodedata

import han_fold
import unihan

FIELDS = ("kHanyuPinlu", "kMandarin", "kTGHZ2013", "kXHC1983")  # the commonest reading first


def toneless(reading):
    """"lǜ" -> "lv"; None for what is no syllable with a vowel (呣, 嗯)."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("ü", "v")
    return plain if re.fullmatch("[a-z]*[aeiouv][a-z]*", plain) else None


def spoken(values):
    """"lè(283)" and "212.030:lè,yuè" -> the readings alone."""
    for value in values:
        for reading in value.split(":")[-1].split(","):
            syllable = toneless(reading.split("(")[0])
            if syllable:
                yield syllable


def syllables_of(tables, code):
    """Commonest first, none twice."""
    return list(dict.fromkeys(s for field in FIELDS for s in spoken(tables[field].get(code, []))))


def read_characters(folder):
    """code -> syllables, the commonest first."""
    tables = unihan.fields(folder, "Readings", FIELDS)
    codes = set().union(*tables.values())
    read = {code: found for code in codes if (found := syllables_of(tables, code))}
    spelled = {to: read[code] for code, to in han_fold.Folding(folder).pairs() if code in read}
    return spelled | read


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unihan", type=pathlib.Path, required=True)
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    lines = collections.defaultdict(lambda: ([], []))
    for code, syllables in sorted(read_characters(options.unihan).items()):
        for position, syllable in enumerate(syllables):
            lines[syllable][0 if position == 0 else 1].append(chr(code))
    text = "".join(f"{s}\t{''.join(lines[s][0])}\t{''.join(lines[s][1])}\n" for s in sorted(lines))
    options.output.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
