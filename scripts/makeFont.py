"""Makes the font of the picture, and the table of its widths, from Inter (OFL 1.1): a part of it, as TrueType, under a name of its own.

Run once, on Debian 12 with its packages fonts-inter and fonttools: /usr/bin/python3 scripts/makeFont.py
"""

from itertools import groupby
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

INTER = "/usr/share/fonts/opentype/inter/Inter-{}.otf"
FAMILY = "Telemetry Sans"
PICTURE = Path(__file__).parent.parent / "src/render/picture"
# Half of what a pixel is at the size of the headline figures.
TOLERANCE = 2.0
UNITS = 1000

RANGES = [
    (0x20, 0x7E),  # Latin, with the letters of all European languages, and of Vietnamese
    (0xA0, 0xAC),  # No soft hyphen: it is not seen within a line
    (0xAE, 0x17F),
    (0x18F, 0x18F),
    (0x192, 0x192),
    (0x1A0, 0x1B0),
    (0x1CD, 0x1DC),
    (0x1E6, 0x1E7),
    (0x1FA, 0x21B),
    (0x237, 0x237),
    (0x259, 0x259),
    (0x1E80, 0x1E85),
    (0x1EA0, 0x1EF9),
    (0x370, 0x3E1),  # Greek
    (0x400, 0x52F),  # Cyrillic
]
SIGNS = "·×–—‘’“”•…‹›€−≤≥≈↑→↓▲▼●"
# The bold one is for our own words, never for names.
OWN_WORDS = [(0x20, 0x7E)]


def code_points(cmap, ranges):
    wanted = {point for first, last in ranges for point in range(first, last + 1)} | {ord(sign) for sign in SIGNS}
    return sorted(wanted & cmap.keys())


def tabular(source):
    """The glyphs of the feature tnum, by those that they stand for: figures of one width, which stand under each other."""
    gsub = source["GSUB"].table
    lookups = {index for record in gsub.FeatureList.FeatureRecord if record.FeatureTag == "tnum" for index in record.Feature.LookupListIndex}
    tables = [table for index in lookups for table in gsub.LookupList.Lookup[index].SubTable]
    return {old: new for table in tables for old, new in getattr(table, "ExtSubTable", table).mapping.items()}


def empty_box(width, height):
    """What stands for a character that no font has."""
    pen = TTGlyphPen(None)
    side, line = width * 0.12, width * 0.08
    for inset, order in ((0, (0, 1, 2, 3)), (line, (3, 2, 1, 0))):
        left, right, low, high = side + inset, width - side - inset, inset, height - inset
        corners = [(left, low), (left, high), (right, high), (right, low)]
        first, *others = [tuple(map(round, corners[index])) for index in order]
        pen.moveTo(first)
        for corner in others:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def make(style, ranges):
    source = TTFont(INTER.format(style))
    cmap, outlines, metrics = source.getBestCmap(), source.getGlyphSet(), source["hmtx"]
    figures = tabular(source)
    chosen = {point: figures.get(cmap[point], cmap[point]) if chr(point).isdigit() else cmap[point] for point in code_points(cmap, ranges)}
    order = [".notdef", *dict.fromkeys(chosen.values())]
    glyphs = {".notdef": empty_box(metrics[".notdef"][0], source["OS/2"].sCapHeight)}
    for name in order[1:]:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(chosen)
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (metrics[name][0], glyphs[name].xMin if glyphs[name].numberOfContours else 0) for name in order})
    head = source["hhea"]
    font.setupHorizontalHeader(ascent=head.ascent, descent=head.descent)
    os2 = source["OS/2"]
    font.setupOS2(
        sTypoAscender=os2.sTypoAscender,
        sTypoDescender=os2.sTypoDescender,
        usWinAscent=os2.usWinAscent,
        usWinDescent=os2.usWinDescent,
        sCapHeight=os2.sCapHeight,
        sxHeight=os2.sxHeight,
        usWeightClass=os2.usWeightClass,
    )
    texts = {entry.nameID: str(entry) for entry in source["name"].names if entry.platformID == 3}
    font.setupNameTable(
        {
            "copyright": texts[0],
            "familyName": FAMILY,
            "styleName": style,
            "uniqueFontIdentifier": f"{FAMILY} {style}, of Inter {texts[5]}",
            "fullName": f"{FAMILY} {style}",
            "psName": f"{FAMILY.replace(' ', '')}-{style}",
            "version": texts[5],
            "licenseDescription": texts[13],
            "licenseInfoURL": texts[14],
        },
        mac=False,
    )
    font.setupPost(keepGlyphNames=False)
    file = PICTURE / f"font/{FAMILY.replace(' ', '')}-{style}.ttf"
    font.save(file)
    print(file, file.stat().st_size, "bytes,", len(order), "glyphs")
    return {point: round(metrics[name][0] * UNITS / source["head"].unitsPerEm) for point, name in chosen.items()}


def runs(widths):
    """Code points without a gap between them, with their widths."""
    for _, run in groupby(enumerate(sorted(widths)), lambda pair: pair[1] - pair[0]):
        points = [point for _, point in run]
        yield points[0], [widths[point] for point in points]


def table(name, widths):
    lines = "\n".join(f"  [0x{first:x}, {values}]," for first, values in runs(widths))
    return f"export const {name}: WidthTable = [\n{lines}\n];\n"


def main():
    PICTURE.joinpath("font").mkdir(parents=True, exist_ok=True)
    regular, bold = make("Regular", RANGES), make("SemiBold", OWN_WORDS)
    PICTURE.joinpath("fontWidths.ts").write_text(
        "// Made by scripts/makeFont.py, with the font.\n\n"
        "/** Widths of characters that follow each other, in thousandths of the size of the text, with the first one's code point. */\n"
        "type WidthTable = readonly (readonly [first: number, widths: readonly number[]])[];\n\n"
        + table("REGULAR", regular)
        + "\n"
        + table("BOLD", bold)
    )


main()
