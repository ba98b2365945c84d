"""Reads the Unihan database of the Unicode Character Database, as the Debian package unicode-data ships it."""
import bz2


def fields(folder, file, wanted):
    """field -> character -> values, for the fields `wanted` of Unihan_`file`.txt.bz2 in `folder`."""
    found = {field: {} for field in wanted}
    with bz2.open(folder / f"Unihan_{file}.txt.bz2", "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("U+"):
                continue
            code, field, value = line.rstrip("\n").split("\t", 2)
            if field in found:
                found[field][int(code[2:], 16)] = value.split()
    return found
