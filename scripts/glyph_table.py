#!/usr/bin/python3
"""Writes catalog/data/glyph_pairs.txt: which characters look alike, measured on the glyphs of an open font.

Every character of the Table of General Standard Chinese Characters (Unihan kTGH) is drawn with Noto Sans CJK SC, blurred a
little and more, and compared with every other: the mean of the two correlations, after what all glyphs have in common was taken
away. Pairs from LEAST on are kept.

A part that is squeezed or shifted (能 in 熊, 庚 and 康) correlates badly. Where the Cangjie codes of two characters (Unihan kCangjie),
which spell their parts, differ in one letter only, SAME_PARTS is added. Where their four-corner codes (Unihan kFourCornerCode) are
the same, what differs stands within (自 and 白), and SAME_CORNERS is added.

Not part of the build: the table changes with the font only. Needs the Debian packages python3-numpy, python3-pil,
fonts-noto-cjk, unicode-data; libopenblas0 makes it a matter of seconds.

Output, in UTF-8: a line for each character, by code: the character, then each character of a larger code that looks like it,
followed by two digits, the similarity in hundredths.

Usage: scripts/glyph_table.py [--check]     --check compares with the table that is there; 77 = a package is missing
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLE = ROOT / "catalog/data/glyph_pairs.txt"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
FONT_SC = 2  # place of the simplified Chinese face in the collection
UNIHAN = pathlib.Path("/usr/share/unicode")
SIZE = 32
BLURS = (1.0, 1.6)
LEAST = 58
SAME_PARTS = 22
SAME_CORNERS = 6
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
    if not pathlib.Path(FONT).exists() or not UNIHAN.exists():
        print("skipped: fonts-noto-cjk or unicode-data is not installed", file=sys.stderr)
        sys.exit(MISSING)


def drawn(characters, blur):
    """One row of grey values for each character, of length 1."""
    font = ImageFont.truetype(FONT, SIZE, index=FONT_SC)
    edge = SIZE + 4
    rows = []
    for character in characters:
        image = Image.new("L", (edge, edge), 0)
        ImageDraw.Draw(image).text((2, 2 - SIZE * 0.12), character, font=font, fill=255)
        rows.append(numpy.asarray(image.filter(ImageFilter.GaussianBlur(blur)), dtype=numpy.float32).ravel())
    table = numpy.stack(rows)
    table -= table.mean(0)
    return table / numpy.linalg.norm(table, axis=1, keepdims=True)


def one_letter_apart(a, b):
    """One letter changed, added, left out, or two neighbours swapped; of codes with at least three letters in one."""
    if a == b or max(len(a), len(b)) < 3 or abs(len(a) - len(b)) > 1:
        return False
    begin = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    a, b = a[begin:], b[begin:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def similar(characters):
    """(a, b) -> hundredths, for a < b."""
    import unihan
    codes = unihan.fields(UNIHAN, "DictionaryLikeData", ["kCangjie", "kFourCornerCode"])
    parts, corners = codes["kCangjie"], codes["kFourCornerCode"]
    tables = [drawn(characters, blur) for blur in BLURS]
    found = {}
    step = 512
    for begin in range(0, len(characters), step):
        means = sum(table[begin:begin + step] @ table.T for table in tables) / len(tables)
        hundredths = numpy.minimum(numpy.floor(means * 100 + 0.5), 99)
        for row, column in zip(*numpy.nonzero(hundredths >= LEAST - SAME_PARTS - SAME_CORNERS)):
            a, b = characters[begin + row], characters[column]
            if a >= b:
                continue
            likeness = int(hundredths[row, column])
            codes_a, codes_b = parts.get(ord(a), []), parts.get(ord(b), [])
            if any(one_letter_apart(x, y) for x in codes_a for y in codes_b):
                likeness = min(99, likeness + SAME_PARTS)
            if set(corners.get(ord(a), [])) & set(corners.get(ord(b), [])):
                likeness = min(99, likeness + SAME_CORNERS)
            if likeness >= LEAST:
                found[a, b] = likeness
    return found


def standard_characters():
    import unihan
    codes = unihan.fields(UNIHAN, "OtherMappings", ["kTGH"])["kTGH"]
    return [chr(code) for code in sorted(codes) if 0x3400 <= code <= 0x9FFF]


def text_of(found):
    lines = {}
    for a, b in sorted(found):
        lines.setdefault(a, a)
        lines[a] += f"{b}{found[a, b]:02}"
    return "".join(line + "\n" for line in lines.values())


def read(text):
    return {(line[0], line[i]): int(line[i + 1:i + 3]) for line in text.splitlines() for i in range(1, len(line), 3)}


def differences(found, kept):
    """Libraries of linear algebra round differently: one hundredth more or less is no difference."""
    least = LEAST - 1
    return [f"{a}{b}: {kept.get((a, b), least)} in the table, {found.get((a, b), least)} measured"
            for a, b in sorted(found.keys() | kept.keys())
            if abs(found.get((a, b), least) - kept.get((a, b), least)) > 1]


def main():
    if sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    need_packages()
    found = similar(standard_characters())
    if sys.argv[1:] == ["--check"]:
        wrong = differences(found, read(TABLE.read_text(encoding="utf-8")))
        print("\n".join(wrong[:20] + [f"{len(found)} pairs, {len(wrong)} different"]))
        return 1 if wrong else 0
    TABLE.write_text(text_of(found), encoding="utf-8")
    print(f"{len(found)} pairs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
