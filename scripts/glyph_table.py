#!/usr/bin/python3
"""Writes catalog/data/glyph_pairs.txt: which characters look alike, measured on the glyphs of an open font and on their strokes.

Two views are added up, neither of which is enough:
- *Glyphs*: every character is drawn with Noto Sans CJK SC, blurred a little and more, and compared with every other: the mean of the
  two correlations, after what all glyphs have in common was taken away. Characters of few strokes are also laid over each other
  shifted and flattened, because a stroke that sticks out (由, 甲) moves all the others. A part that is squeezed or shifted
  otherwise (陪 and 涪, 黄 and 横) correlates badly.
- *Strokes*: the order in which a character is written goes through its parts one after the other. What two rows of strokes have in
  common at both ends, or else in one piece, is counted as a part of both, without what any two have in common by CHANCE; one piece
  that is half of the larger row counts more. Strokes alone do not tell how they stand (土 and 工).

Where the Cangjie codes (Unihan kCangjie), which spell parts, differ in one letter only, or the four-corner codes (Unihan
kFourCornerCode) are the same, a little is added. Pairs from LEAST on are kept; a character with fewer neighbours than NEAREST keeps
its next ones, too (盐 and 监): people take it for these, if for any.

The characters are those of the Table of General Standard Chinese Characters (Unihan kTGH); and what GB 2312 and the International
Ideographs Core (kGB0, kIICore) have besides, traditional ones above all, but of these only what comes close to a standard one.

Not part of the build: the table changes with the font only. Needs the Debian packages python3-numpy, python3-pil,
fonts-noto-cjk, unicode-data, rime-data-stroke; libopenblas0 makes it a matter of a minute.

Output, in UTF-8: a line for each character, by code: the character, then each character of a larger code that looks like it,
followed by two digits, the similarity in hundredths.

Usage: scripts/glyph_table.py [--check]     --check compares with the table that is there; 77 = a package is missing
"""
import collections
import itertools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLE = ROOT / "catalog/data/glyph_pairs.txt"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
FONT_SC = 2  # place of the simplified Chinese face in the collection
STROKES = pathlib.Path("/usr/share/rime-data/stroke.dict.yaml")
UNIHAN = pathlib.Path("/usr/share/unicode")
SIZE = 32
BLURS = (1.0, 1.6)
LEAST = 52
NEAREST = 8
LEAST_OF_NEAREST = 40
LEAST_OF_OTHERS = 75
GLYPHS_PERCENT = 45
STROKES_PERCENT = 55
SAME_PARTS = 6
SAME_CORNERS = 3
CHANCE = 2  # strokes, and a third of a row at most
WHOLE_PART = 7  # strokes
PART_IN_COMMON = 0.18
FEW_STROKES = 7
MOVED = 0.1  # what a glyph that was shifted must be more like another
FLATTENED = (1, 0.85, 0.72)
SHIFTED = (-0.125, -0.07, 0, 0.07, 0.125)  # parts of the height
MISSING = 77

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "cmake"))


def need_packages():
    global numpy, Image, ImageDraw, ImageFilter, ImageFont
    try:
        import numpy
        from PIL import Image, ImageDraw, ImageFilter, ImageFont
    except ImportError as error:
        print(f"skipped: {error}", file=sys.stderr)
        sys.exit(MISSING)
    for place, package in ((pathlib.Path(FONT), "fonts-noto-cjk"), (UNIHAN, "unicode-data"), (STROKES, "rime-data-stroke")):
        if not place.exists():
            print(f"skipped: {package} is not installed", file=sys.stderr)
            sys.exit(MISSING)


def drawn(characters, blur, flattened=1, shifted=0):
    """One row of grey values for each character. `flattened`: height, as a part of its own; `shifted`: down, as a part of it."""
    font = ImageFont.truetype(FONT, SIZE, index=FONT_SC)
    edge = SIZE + 4
    top = (edge - edge * flattened) / 2 + shifted * edge
    rows = []
    for character in characters:
        image = Image.new("L", (edge, edge), 0)
        ImageDraw.Draw(image).text((2, 2 - SIZE * 0.12), character, font=font, fill=255)
        if (flattened, shifted) != (1, 0):
            image = image.transform(image.size, Image.AFFINE, (1, 0, 0, 0, 1 / flattened, -top / flattened), Image.BILINEAR)
        rows.append(numpy.asarray(image.filter(ImageFilter.GaussianBlur(blur)), dtype=numpy.float32).ravel())
    return numpy.stack(rows)


def comparable(rows, common):
    """Without what all have in common, and of length 1."""
    rows = rows - common
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


class Glyphs:
    def __init__(self, characters, few):
        """`few`: places of the characters of few strokes."""
        rows = [drawn(characters, blur) for blur in BLURS]
        self.tables = [comparable(table, table.mean(0)) for table in rows]
        self.few = {place: i for i, place in enumerate(few)}
        self.places = numpy.array(few)
        plain = self.tables[0][few]
        self.moved = numpy.zeros((len(few), len(few)), dtype=numpy.float32)
        for flattened, shifted in itertools.product(FLATTENED, SHIFTED):
            table = drawn([characters[place] for place in few], BLURS[0], flattened, shifted)
            likeness = plain @ comparable(table, rows[0].mean(0)).T
            self.moved = numpy.maximum(self.moved, numpy.maximum(likeness, likeness.T))

    def alike(self, begin, end):
        """A row for each character from `begin` to `end`, of its likeness to each."""
        means = sum(table[begin:end] @ table.T for table in self.tables) / len(self.tables)
        for place in range(begin, min(end, len(means) + begin)):
            if place in self.few:
                row = means[place - begin]
                row[self.places] = numpy.maximum(row[self.places], self.moved[self.few[place]] - MOVED)
        return numpy.maximum(means, 0)


class Strokes:
    """Of each character the rows of strokes that it is written with, here or there: letters, one for each kind of stroke."""

    def __init__(self, characters):
        rows = stroke_rows()
        self.known = [sorted(rows[character]) for character in characters]
        self.rows = [row for known in self.known for row in known]
        self.owners = numpy.repeat(numpy.arange(len(characters)), [len(known) for known in self.known])
        self.starts = numpy.flatnonzero(numpy.r_[True, self.owners[1:] != self.owners[:-1]])
        self.sizes = numpy.array([len(row) for row in self.rows])
        width = max(self.sizes) + 1
        self.forward = numpy.array([list(row.ljust(width).encode()) for row in self.rows], dtype=numpy.uint8)
        self.backward = numpy.array([list(row[::-1].ljust(width).encode()) for row in self.rows], dtype=numpy.uint8)
        having = collections.defaultdict(list)
        for place, row in enumerate(self.rows):
            for piece in pieces(row):
                having[piece].append(place)
        self.having = {piece: numpy.array(places) for piece, places in having.items()}

    def count(self, place):
        return min(len(row) for row in self.known[place])

    def alike(self, begin, end):
        first, last = numpy.searchsorted(self.owners, [begin, end])
        found = numpy.zeros((end - begin, len(self.known)), dtype=numpy.float32)
        for place in range(first, last):
            row = found[self.owners[place] - begin]
            numpy.maximum(row, numpy.maximum.reduceat(self.like_row(place), self.starts), out=row)
        return found

    def like_row(self, place):
        """What both have in common, as a part of either, without what any two rows have in common by CHANCE."""
        size = self.sizes[place]
        ends = [(table != table[place]).argmax(1) for table in (self.forward, self.backward)]
        common = numpy.minimum(ends[0] + ends[1], numpy.minimum(self.sizes, size)).astype(numpy.float32)
        common[place] = size
        common[self.swapped(place, ends)] = size - 1
        piece = numpy.maximum(*ends)
        for one in sorted(pieces(self.rows[place]), key=len):
            places = self.having[one]
            piece[places] = numpy.maximum(piece[places], len(one))
        common = numpy.maximum(common, piece)
        middle = (self.sizes + size) / 2
        chance = numpy.minimum(CHANCE, middle / 3)
        part = (piece >= WHOLE_PART) & (2 * piece >= numpy.maximum(self.sizes, size))
        return numpy.maximum(0, common - chance) / (middle - chance) + PART_IN_COMMON * part

    def swapped(self, place, ends):
        """Rows that are the same but for two neighbours, which are swapped."""
        near = numpy.flatnonzero((self.sizes == self.sizes[place]) & (ends[0] + ends[1] == self.sizes - 2))
        at = ends[0][near]
        row = self.forward[place]
        other = self.forward[near]
        lines = numpy.arange(len(near))
        return near[(other[lines, at] == row[at + 1]) & (other[lines, at + 1] == row[at])]


def pieces(row):
    """Every unbroken piece that is a third of the row or more: no less can be half of both rows."""
    least = max(2, len(row) // 3)
    return {row[i:j] for i in range(len(row)) for j in range(i + least, len(row) + 1)}


def stroke_rows():
    rows = collections.defaultdict(set)
    for line in STROKES.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"(\S)\t([hspnz]+)", line):
            rows[found[1]].add(found[2])
    return rows


def one_letter_apart(a, b):
    """One letter changed, added, left out, or two neighbours swapped; of codes with at least three letters in one."""
    if a == b or max(len(a), len(b)) < 3 or abs(len(a) - len(b)) > 1:
        return False
    begin = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    a, b = a[begin:], b[begin:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def code_bonus():
    import unihan
    codes = unihan.fields(UNIHAN, "DictionaryLikeData", ["kCangjie", "kFourCornerCode"])
    parts, corners = codes["kCangjie"], codes["kFourCornerCode"]

    def bonus(a, b):
        codes_a, codes_b = parts.get(ord(a), []), parts.get(ord(b), [])
        near = any(one_letter_apart(x, y) for x in codes_a for y in codes_b)
        same = set(corners.get(ord(a), [])) & set(corners.get(ord(b), []))
        return (SAME_PARTS if near else 0) + (SAME_CORNERS if same else 0)

    return bonus


class Kept:
    """Pairs from LEAST on, and of each standard character those that are nearest to it."""

    def __init__(self, standard):
        self.standard = set(standard)
        self.pairs = {}
        self.near = collections.defaultdict(list)

    def add(self, a, b, likeness):
        both = a in self.standard and b in self.standard
        pair = min(a, b), max(a, b)
        if likeness >= (LEAST if both else LEAST_OF_OTHERS):
            self.pairs[pair] = likeness
        elif both:
            self.near[a].append((likeness, pair))
            self.near[b].append((likeness, pair))

    def all(self):
        count = collections.Counter(itertools.chain.from_iterable(self.pairs))
        nearest = {}
        for character, near in self.near.items():
            room = max(0, NEAREST - count[character])
            line = min((likeness for likeness, _ in sorted(near, reverse=True)[:room]), default=100)
            nearest.update((pair, likeness) for likeness, pair in near if likeness >= line)
        return {**nearest, **self.pairs}


def similar(standard, others):
    """(a, b) -> hundredths, for a < b."""
    characters = standard + others
    strokes = Strokes(characters)
    glyphs = Glyphs(characters, [i for i in range(len(characters)) if strokes.count(i) <= FEW_STROKES])
    bonus = code_bonus()
    kept = Kept(standard)
    step = 512
    for begin in range(0, len(standard), step):
        end = min(begin + step, len(standard))
        views = GLYPHS_PERCENT * glyphs.alike(begin, end) + STROKES_PERCENT * strokes.alike(begin, end)
        least = numpy.where(numpy.arange(len(characters)) < len(standard), LEAST_OF_NEAREST, LEAST_OF_OTHERS)
        for row, column in zip(*numpy.nonzero(views >= least - SAME_PARTS - SAME_CORNERS)):
            a, b = characters[begin + row], characters[column]
            if a == b or (column < len(standard) and a > b):
                continue
            likeness = min(99, int(views[row, column] + bonus(a, b) + 0.5))
            if likeness >= least[column]:
                kept.add(a, b, likeness)
    return kept.all()


def characters_drawn():
    """The standard ones, and others that people write."""
    import unihan
    codes = unihan.fields(UNIHAN, "OtherMappings", ["kTGH", "kGB0"])
    core = unihan.fields(UNIHAN, "IRGSources", ["kIICore"])["kIICore"]
    standard = codes["kTGH"].keys()
    others = (codes["kGB0"].keys() | core.keys()) - standard
    known = {ord(character) for character in stroke_rows() if 0x3400 <= ord(character) <= 0x9FFF}
    return [[chr(code) for code in sorted(known & wanted)] for wanted in (standard, others)]


def text_of(found):
    lines = {}
    for a, b in sorted(found):
        lines.setdefault(a, a)
        lines[a] += f"{b}{found[a, b]:02}"
    return "".join(line + "\n" for line in lines.values())


def read(text):
    return {(line[0], line[i]): int(line[i + 1:i + 3]) for line in text.splitlines() for i in range(1, len(line), 3)}


def differences(found, kept, standard):
    """Libraries of linear algebra round differently: one hundredth more or less is no difference, nor who is just nearest."""
    def value(pairs, pair):
        line = LEAST if standard.issuperset(pair) else LEAST_OF_OTHERS
        return pairs.get(pair, line - 1)

    def differs(pair):
        both = pair in found and pair in kept
        a, b = value(found, pair), value(kept, pair)
        return abs(a - b) > 1 and (both or max(a, b) >= LEAST)

    return [f"{a}{b}: {kept.get((a, b), 'none')} in the table, {found.get((a, b), 'none')} measured"
            for a, b in sorted(found.keys() | kept.keys()) if differs((a, b))]


def main():
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    need_packages()
    standard, others = characters_drawn()
    found = similar(standard, others)
    if sys.argv[1:] == ["--check"]:
        wrong = differences(found, read(TABLE.read_text(encoding="utf-8")), set(standard))
        print("\n".join(wrong[:20] + [f"{len(found)} pairs, {len(wrong)} different"]))
        return 1 if wrong else 0
    TABLE.write_text(text_of(found), encoding="utf-8")
    print(f"{len(found)} pairs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
