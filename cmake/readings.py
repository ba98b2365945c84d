#!/usr/bin/env python3
"""Writes how Chinese characters are read in Mandarin, as pinyin syllables without tones.

Source: the Unihan database (Debian package unicode-data). kHanyuPinlu tells which reading is the commonest, else kMandarin;
further ones come from kTGHZ2013 and kXHC1983, the two dictionaries of today's language. ü is written v, as it is typed.

Output, in UTF-8: a line for each syllable, by the alphabet: syllable, tab, the characters whose commonest reading it is, tab,
those that may also be read so; both in the order of their codes. U+3400 to U+9FFF only.

Usage: readings.py --unihan DIR OUTPUT
"""
import argparse
import collections
import pathlib
import re
import unicodedata

import unihan

FIRST, LAST = 0x3400, 0x9FFF


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
    order = ("kHanyuPinlu", "kMandarin", "kTGHZ2013", "kXHC1983")
    return list(dict.fromkeys(s for field in order for s in spoken(tables[field].get(code, []))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unihan", type=pathlib.Path, required=True)
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    tables = unihan.fields(options.unihan, "Readings", ["kHanyuPinlu", "kMandarin", "kTGHZ2013", "kXHC1983"])
    lines = collections.defaultdict(lambda: ([], []))
    for code in range(FIRST, LAST + 1):
        for position, syllable in enumerate(syllables_of(tables, code)):
            lines[syllable][0 if position == 0 else 1].append(chr(code))
    text = "".join(f"{s}\t{''.join(lines[s][0])}\t{''.join(lines[s][1])}\n" for s in sorted(lines))
    options.output.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
