"""A WordNet of a few nouns in WordNet's own format."""

from __future__ import annotations

from pathlib import Path

# place: kind, words, wider place, gloss
SENSES = {
    100: ("03", ["entity"], None, "all there is"),
    200: ("05", ["animal"], 100, 'a living thing that moves; "it bites"'),
    300: ("05", ["horse"], 200, "a solid-hoofed quadruped"),
    400: ("05", ["stallion"], 300, "an adult male horse"),
    500: ("06", ["castle"], 100, "a large building"),
    600: ("06", ["wine_bottle"], 100, "a bottle for wine"),
    700: ("06", ["bottle"], 100, "a glass vessel"),
    800: ("13", ["wine"], 100, "fermented juice"),
    900: ("09", ["idea"], 100, "the content of a thought"),
    950: ("06", ["traffic_light"], 100, "a signal at a crossing"),
    970: ("05", ["Equus", "genus_Equus"], 200, "a genus"),
}


def write_wordnet(folder: Path) -> Path:
    kinds = {"03": "03", "05": "05", "06": "06", "09": "09", "13": "13"}
    data, index = ["  1 This is the licence"], ["  1 This is the licence"]
    for place, (kind, words, wider, gloss) in SENSES.items():
        pointer = f"001 @ {wider:08d} n 0000" if wider else "000"
        names = " ".join(f"{word} 0" for word in words)
        data.append(f"{place:08d} {kinds[kind]} n {len(words):02x} {names} {pointer} | {gloss}  ")
        index += [f"{word.lower()} n 1 1 @ 1 1 {place:08d}  " for word in words]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.noun").write_text("\n".join(data) + "\n")
    (folder / "index.noun").write_text("\n".join(sorted(index)) + "\n")
    (folder / "noun.exc").write_text("oxen ox\nhorsies horse\n")
    (folder / "index.adj").write_text("  1 This is the licence\nblack a 1 0 1 0 00000001  \n")
    return folder
