"""The page itself, in Gradio: the only module that imports it (`pip install 'dcode[demo]'`)."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Any, Final

import gradio as gr

from dcode.demo.drawing import BARE, Page, Studio
from dcode.errors import DcodeError
from dcode.generation.engines import DEFAULT

_EXAMPLES: Final = ("a horse", "a house and a tree", "two cats", "a sailboat", "a flower")
_FIRST_SEED: Final = 0


def app(studio: Studio | None = None) -> Any:
    """The page, ready to be launched."""
    draws = studio or Studio()

    def drawn(prompt: str, seed: float, engine: str) -> tuple[str, str, str, str, str]:
        """Preview, words, G-code, and the two files, of the form's values."""
        try:
            page = draws.page(prompt, int(seed or 0), engine)
        except DcodeError as error:
            raise gr.Error(error.message, print_exception=False) from error
        gcode, svg = saved(page)
        return shown(page), page.says, page.gcode, gcode, svg

    with gr.Blocks(title="dcode") as page:
        gr.Markdown("# dcode\nWords to line art for a pen plotter. Nothing is plotted here: take the files away.")
        with gr.Row():
            prompt = gr.Textbox(label="What is to be drawn", value=_EXAMPLES[0], max_length=200, scale=4)
            seed = gr.Number(label="Seed", value=_FIRST_SEED, precision=0, minimum=0, scale=1)
            engine = gr.Dropdown(list(BARE), value=DEFAULT, label="Engine", scale=1)
            button = gr.Button("Draw", variant="primary", scale=1)
        preview, says = gr.HTML(), gr.Markdown()
        with gr.Row():
            files = [gr.DownloadButton("G-code"), gr.DownloadButton("SVG")]
        program = gr.Code(label="G-code", language=None, lines=12)
        gr.Examples([[one] for one in _EXAMPLES], [prompt])
        wanted, outputs = [prompt, seed, engine], [preview, says, program, *files]
        gr.on([button.click, prompt.submit], drawn, wanted, outputs, concurrency_limit=1)
    return page


def shown(page: Page) -> str:
    """The preview as an image that cannot run anything."""
    data = base64.b64encode(page.preview.encode()).decode()
    return f'<img alt="preview" style="max-height: 70vh; margin: auto" src="data:image/svg+xml;base64,{data}">'


def saved(page: Page) -> tuple[str, str]:
    """The two files, in a folder of their own."""
    folder = Path(tempfile.mkdtemp(prefix="dcode-demo-"))
    paths = folder / f"{page.name}.gcode", folder / f"{page.name}.svg"
    for path, text in zip(paths, (page.gcode, page.svg), strict=True):
        path.write_text(text, encoding="utf-8")
    return str(paths[0]), str(paths[1])
