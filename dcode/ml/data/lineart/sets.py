"""The icon sets: where each comes from, under which licence, and how its files become lines.

Only what may ship is read unless share-alike sets are asked for by name: see `SHARE_ALIKE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

MIT, ISC, APACHE, BY4, BY3 = "MIT", "ISC", "Apache-2.0", "CC-BY-4.0", "CC-BY-3.0"
PUBLIC, SHARE_ALIKE = "public domain", "CC-BY-SA-4.0"


class Way(Enum):
    """How a file becomes lines. This is the one place that chooses it."""

    DRAWN = "drawn"  # strokes as they are, filled areas by their edge: true strokes, and silhouettes
    EITHER = "either"  # along the middle where all ink is as narrow as a line, as DRAWN where there are areas
    IN_FRONT = "in front"  # the same for pictures of coloured areas: what lies behind one painted later is left out
    MIDDLE = "middle"  # along the middle of the ink: strokes that the designer has turned into areas


@dataclass(frozen=True, slots=True)
class IconSet:
    """One set. `package` is npm's (or Debian's); `tail` what names must end in, `but` what they must not."""

    key: str
    title: str
    package: str
    version: str
    licence: str
    rights: tuple[str, ...]
    home: str
    way: Way = Way.DRAWN
    tail: str = ""
    but: tuple[str, ...] = ()
    words: str = ""  # the npm package that has tags for the same names
    words_version: str = ""
    longest: int = 5  # words in a name: beyond that it is a list of search words


ARTISTS: Final = (
    "Lorc, Delapouite, John Colburn, Felbrigg, John Redman, Carl Olsen, Sbed, PriorBlue, Willdabeast, Viscious Speed "
    "(CC0), Lord Berandas, Irongamer, HeavenlyDog, Lucas, Faithtoken, Skoll, Andy Meneely, Cathelineau, Kier Heyl, "
    "Aussiesim, Sparker, Zeromancer, Rihlsul, Quoting, Guard13007, DarkZaitzev, SpencerDub, GeneralAce135, Zajkonur, "
    "Catsu, Starseeker, Pepijn Poolman, Pierre Leducq, Caro Asercion, SeregaCthtuf"
)

# In the order of preference: of two drawings that are called the same the one of the earlier set stands first.
SETS: Final = (
    IconSet(
        "lucide",
        "Lucide",
        "@iconify-json/lucide",
        "1.2.137",
        ISC,
        (
            "Copyright (c) 2026 Lucide Icons and Contributors (ISC)",
            "Copyright (c) 2013-present Cole Bemis (MIT, the part that comes from Feather)",
        ),
        "https://github.com/lucide-icons/lucide",
        words="lucide-static",
        words_version="1.62.0",
    ),
    IconSet(
        "tabler",
        "Tabler Icons",
        "@iconify-json/tabler",
        "1.2.41",
        MIT,
        ("Copyright (c) 2020-2026 Paweł Kuna",),
        "https://github.com/tabler/tabler-icons",
        but=("-filled",),
        words="@tabler/icons",
        words_version="3.51.0",
    ),
    IconSet(
        "phosphor",
        "Phosphor Icons",
        "@iconify-json/ph",
        "1.2.2",
        MIT,
        ("Copyright (c) 2023 Phosphor Icons",),
        "https://github.com/phosphor-icons/core",
        way=Way.MIDDLE,
        but=("-thin", "-light", "-bold", "-fill", "-duotone"),
    ),
    IconSet(
        "twemoji",
        "Twemoji",
        "@iconify-json/twemoji",
        "1.2.5",
        BY4,
        ("Copyright 2020 Twitter, Inc and other contributors",),
        "https://github.com/jdecked/twemoji",
        way=Way.IN_FRONT,
    ),
    IconSet(
        "lucide-lab",
        "Lucide Lab",
        "@iconify-json/lucide-lab",
        "1.2.3",
        ISC,
        ("Copyright (c) 2026 Lucide Icons and Contributors (ISC)",),
        "https://github.com/lucide-icons/lucide-lab",
    ),
    IconSet(
        "icon-park",
        "IconPark",
        "@iconify-json/icon-park-outline",
        "1.2.4",
        APACHE,
        ("Copyright ByteDance and the IconPark authors",),
        "https://github.com/bytedance/IconPark",
    ),
    IconSet(
        "hugeicons",
        "Hugeicons",
        "@iconify-json/hugeicons",
        "1.2.35",
        MIT,
        ("Copyright (c) 2025 Hugeicons",),
        "https://hugeicons.com",
    ),
    IconSet(
        "solar",
        "Solar",
        "@iconify-json/solar",
        "1.2.13",
        BY4,
        ("480 Design",),
        "https://www.figma.com/community/file/1166831539721848736",
        tail="-linear",
    ),
    IconSet(
        "plump",
        "Streamline Plump",
        "@iconify-json/streamline-plump",
        "1.2.0",
        BY4,
        ("Streamline (Webalys)",),
        "https://github.com/webalys-hq/streamline-vectors",
        but=("-solid", "-remix"),
    ),
    IconSet(
        "flex",
        "Streamline Flex",
        "@iconify-json/streamline-flex",
        "1.2.3",
        BY4,
        ("Streamline (Webalys)",),
        "https://github.com/webalys-hq/streamline-vectors",
        but=("-solid", "-remix"),
    ),
    IconSet(
        "ultimate",
        "Streamline Ultimate",
        "@iconify-json/streamline-ultimate",
        "1.2.2",
        BY4,
        ("Streamline (Webalys)",),
        "https://github.com/webalys-hq/streamline-vectors",
        but=("-bold",),
    ),
    IconSet(
        "streamline",
        "Streamline",
        "@iconify-json/streamline",
        "1.2.5",
        BY4,
        ("Streamline (Webalys)",),
        "https://github.com/webalys-hq/streamline-vectors",
        but=("-solid", "-remix"),
        longest=3,
    ),
    IconSet(
        "mingcute",
        "MingCute",
        "@iconify-json/mingcute",
        "1.2.8",
        APACHE,
        ("Copyright MingCute Design",),
        "https://github.com/Richard9394/MingCute",
        tail="-line",
    ),
    IconSet(
        "iconoir",
        "Iconoir",
        "@iconify-json/iconoir",
        "1.2.11",
        MIT,
        ("Copyright (c) 2021 Luca Burgio",),
        "https://github.com/iconoir-icons/iconoir",
        but=("-solid",),
    ),
    IconSet(
        "health",
        "Health Icons",
        "@iconify-json/healthicons",
        "1.2.13",
        MIT,
        ("Copyright (c) 2021 Resolve to Save Lives",),
        "https://github.com/resolvetosavelives/healthicons",
        way=Way.MIDDLE,
        tail="-outline",
    ),
    IconSet(
        "carbon",
        "Carbon Pictograms",
        "@carbon/pictograms",
        "12.82.0",
        APACHE,
        ("Copyright 2015 IBM Corp.",),
        "https://github.com/carbon-design-system/carbon",
        way=Way.MIDDLE,
    ),
    IconSet(
        "mynaui",
        "Myna UI Icons",
        "@iconify-json/mynaui",
        "1.2.19",
        MIT,
        ("Copyright (c) Praveen Juge",),
        "https://github.com/praveenjuge/mynaui-icons",
        but=("-solid",),
    ),
    IconSet(
        "majesticons",
        "Majesticons",
        "@iconify-json/majesticons",
        "1.2.5",
        MIT,
        ("Copyright (c) 2021 Gerrit Halfmann",),
        "https://github.com/halfmage/majesticons",
        tail="-line",
    ),
    IconSet(
        "meteor",
        "Meteor Icons",
        "@iconify-json/meteor-icons",
        "1.2.8",
        MIT,
        ("Copyright (c) 2022 zkreations",),
        "https://github.com/zkreations/icons",
    ),
    IconSet(
        "cyber",
        "Streamline Cyber",
        "@iconify-json/streamline-cyber",
        "1.2.2",
        BY4,
        ("Streamline (Webalys)",),
        "https://github.com/webalys-hq/streamline-vectors",
    ),
    IconSet(
        "fluent",
        "Fluent Emoji",
        "@iconify-json/fluent-emoji-high-contrast",
        "1.2.6",
        MIT,
        ("Copyright (c) Microsoft Corporation.",),
        "https://github.com/microsoft/fluentui-emoji",
        way=Way.EITHER,
    ),
    IconSet(
        "game-icons",
        "Game-icons.net",
        "@iconify-json/game-icons",
        "1.2.4",
        BY3,
        (f"Icons made by {ARTISTS}",),
        "https://game-icons.net",
        way=Way.EITHER,
    ),
    IconSet(
        "openclipart",
        "Open Clip Art Library",
        "openclipart-svg",
        "",
        PUBLIC,
        ("Dedicated to the public domain by its authors, as each file's metadata says",),
        "https://openclipart.org",
        way=Way.IN_FRONT,
    ),
    IconSet(
        "openmoji",
        "OpenMoji",
        "openmoji",
        "17.0.0",
        SHARE_ALIKE,
        ("OpenMoji, the open-source emoji and icon project",),
        "https://openmoji.org",
    ),
)


def named(key: str) -> IconSet:
    """The set of that key. Raises KeyError for an unknown one."""
    return {one.key: one for one in SETS}[key]
