#!/usr/bin/env python3
"""Writes which Chinese characters search spells by which others: traditional and variant forms by the standard one.

Sources: the Unihan database of the Unicode Character Database (Debian package unicode-data), and the transform
Traditional-Simplified of ICU (`uconv`, which comes with libicu-dev). Of Unihan the fields kTGH (the 8105 characters of the
Table of General Standard Chinese Characters of 2013), kSimplifiedVariant, kZVariant, kSemanticVariant and
kPrimaryNumeric.

A standard character stays as it is, so that two of them are never mixed up, unless Unihan says that it is also the
traditional form of another (乾, 著). Any other becomes what ICU or Unihan call its simplified form, or else the one standard
character that it is a variant of.

Output: the pairs one after the other in UTF-8, "from" and "to", by ascending "from".

Usage: han_fold.py --unihan DIR OUTPUT
"""
import argparse
import collections
import pathlib
import subprocess

import unihan

# GB 18030-2022 gave these places of the private use area to characters of their own (its tables of changed mappings);
# files written before still have them.
GB18030_MOVED = {
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
    0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}


def variants(table, code):
    return [int(value.split("<")[0][2:], 16) for value in table.get(code, [])]


def simplified_by_icu(codes):
    """What the transform makes of each character alone, one a line."""
    lines = "".join(chr(code) + "\n" for code in codes)
    done = subprocess.run(["uconv", "-f", "UTF-8", "-t", "UTF-8", "-x", "Traditional-Simplified"], input=lines,
                          capture_output=True, check=True, encoding="utf-8").stdout.splitlines()
    return {code: ord(to) for code, to in zip(codes, done, strict=True) if len(to) == 1}


def ideographic_numbers(folder):
    """code -> value, as text, of what UnicodeData calls an ideographic number."""
    lines = (folder / "UnicodeData.txt").read_text(encoding="ascii").splitlines()
    rows = [line.split(";") for line in lines]
    return {int(row[0], 16): row[8] for row in rows if row[1].startswith("IDEOGRAPHIC NUMBER")}


class Folding:
    def __init__(self, folder):
        self.standard = set(unihan.fields(folder, "OtherMappings", ["kTGH"])["kTGH"])
        tables = unihan.fields(folder, "Variants", ["kSimplifiedVariant", "kZVariant", "kSemanticVariant"])
        self.simplified = tables["kSimplifiedVariant"]
        primary = unihan.fields(folder, "NumericValues", ["kPrimaryNumeric"])["kPrimaryNumeric"]
        of_value = {value: code for code, values in primary.items() for value in values if code in self.standard}
        self.numbers = {code: of_value[value] for code, value in ideographic_numbers(folder).items()}
        self.related = collections.defaultdict(set)
        for field in ("kZVariant", "kSemanticVariant"):
            for code in tables[field]:
                for other in variants(tables[field], code):
                    self.related[code].add(other)
                    self.related[other].add(code)
        self.codes = sorted(set(self.simplified) | set(self.related) | set(range(0x4E00, 0xA000)))
        self.icu = simplified_by_icu(self.codes)

    def simpler(self, code):
        """The simplified form, or the character itself."""
        others = [to for to in variants(self.simplified, code) if to != code]
        if code in self.standard and not others:
            return code
        by_icu = self.icu.get(code, code)
        if by_icu != code and by_icu in self.standard and (code not in self.standard or by_icu in others):
            return by_icu
        return next((to for to in others if to in self.standard), others[0] if others else code)

    def standard_form(self, code):
        """Through at most two steps of being variants of each other, where that leads to one standard character only."""
        near, seen = {code}, {code}
        for _ in range(2):
            near = {other for at in near for other in self.related[at]} - seen
            seen |= near
            known = {self.simpler(other) for other in near} & self.standard
            if known:
                return known.pop() if len(known) == 1 else code
        return code

    def target(self, code):
        to = self.simpler(code)
        if to in self.standard:
            return to
        by_variants = self.standard_form(code)
        return to if by_variants == code else by_variants

    def end_of(self, code):
        seen = {code}
        while (to := self.target(code)) not in seen:
            seen.add(to)
            code = to
        return code

    def pairs(self):
        folds = {code: self.end_of(code) for code in self.codes}
        folds |= {code: self.end_of(to) for code, to in (GB18030_MOVED | self.numbers).items()}
        # Two that lead to each other stay apart.
        return sorted((code, to) for code, to in folds.items() if to != code and self.target(to) == to)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unihan", type=pathlib.Path, required=True)
    parser.add_argument("output", type=pathlib.Path)
    options = parser.parse_args()
    text = "".join(chr(code) + chr(to) for code, to in Folding(options.unihan).pairs())
    options.output.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()
