"""The folder of a Space: app.py, requirements.txt and README.md with its header; a repository as it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import dcode
from dcode.errors import ConfigError

GRADIO: Final = "6.31.0"  # what the Space runs; the page needs 5 at least
FILES: Final = ("app.py", "requirements.txt", "README.md")
_APP: Final = '''"""dcode's demo: words to line art for a pen plotter. It draws on the page and plots nothing."""

from dcode.demo.app import app

if __name__ == "__main__":
    app().launch()
'''
_README: Final = f"""---
title: dcode
emoji: 🖊️
colorFrom: gray
colorTo: blue
sdk: gradio
sdk_version: {GRADIO}
python_version: "3.11"
app_file: app.py
license: mit
---

# dcode

Words to line art for a pen plotter: type what is to be drawn, look at it, and take the G-code or the SVG away. Drawings
come from the model and the line-art library that ship with dcode, on the CPU; what one is drawn after is told with its
licence. Nothing is plotted from here.

    pip install -r requirements.txt
    python app.py
"""


def write_space(folder: Path, wheel: Path | None = None) -> list[Path]:
    """Write the folder; `wheel` is a built dcode that goes into it, for one that no index has.

    Files of other names are left alone. Raises ConfigError where the wheel is none.
    """
    if wheel is not None and (wheel.suffix != ".whl" or not wheel.is_file()):
        raise ConfigError("there is no such wheel; python -m build --wheel makes one.", file=str(wheel))
    folder.mkdir(parents=True, exist_ok=True)
    wanted = f"./{wheel.name}" if wheel else f"dcode=={dcode.__version__}"
    texts = dict(zip(FILES, (_APP, f"{wanted}\n", _README), strict=True))
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    written = [folder / name for name in FILES]
    if wheel is not None and wheel.resolve().parent != folder.resolve():
        shutil.copy(wheel, folder)
    return [*written, *([folder / wheel.name] if wheel else [])]
