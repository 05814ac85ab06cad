"""Arrow keys that move the gondola, by steps that are chosen: within the limits, or a little where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Static

from dcode.api.codec import Message
from dcode.tui.messages import Told

if TYPE_CHECKING:
    from dcode.tui.app import DcodeApp

JOG_STEPS: Final = (0.1, 1.0, 10.0, 50.0, 100.0)  # mm, by the keys 1 to 5


def area_of(machine: Message | None) -> tuple[float, float, float, float] | None:
    """Left, right, top and bottom of the work area, mm; None while the machine is not known."""
    values = (machine or {}).get("values", {})
    found = [values.get(f"work_area.{side}", {}).get("value") for side in ("left", "right", "top", "bottom")]
    return (found[0], found[1], found[2], found[3]) if all(isinstance(one, int | float) for one in found) else None


def reached(
    position: tuple[float, float], way: tuple[float, float], area: tuple[float, float, float, float]
) -> tuple[float, float]:
    """Where a step ends that goes no further than the edge, mm; from beyond it no further out."""
    left, right, top, bottom = area
    x, y = position[0] + way[0], position[1] + way[1]
    return (
        min(max(x, min(left, position[0])), max(right, position[0])),
        min(max(y, min(bottom, position[1])), max(top, position[1])),
    )


class Jogging(Static, can_focus=True):
    """Takes the arrow keys while it has the focus. `small`: nudges, where the position need not be known."""

    DEFAULT_CSS = """
    Jogging { border: round $foreground 40%; padding: 0 1; height: auto; }
    Jogging:focus { border: round $accent; }
    """
    BORDER_TITLE = "Jog"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "jog(-1, 0)", "Left", id="jog.left", show=False, tooltip="Move left by the step."),
        Binding("right", "jog(1, 0)", "Right", id="jog.right", show=False, tooltip="Move right by the step."),
        Binding("up", "jog(0, 1)", "Up", id="jog.up", show=False, tooltip="Move up by the step."),
        Binding("down", "jog(0, -1)", "Down", id="jog.down", show=False, tooltip="Move down by the step."),
        *(
            Binding(str(n), f"step({n - 1})", f"Step {n}", id=f"jog.step{n}", show=False, tooltip="Choose the step.")
            for n in range(1, 6)
        ),
        Binding(
            "plus,equals_sign", "longer(1)", "Longer", id="jog.longer", show=False, tooltip="The next longer step."
        ),
        Binding("minus", "longer(-1)", "Shorter", id="jog.shorter", show=False, tooltip="The next shorter step."),
    ]
    step: reactive[int] = reactive(2)

    def __init__(self, steps: tuple[float, ...] = JOG_STEPS, *, small: bool = False) -> None:
        super().__init__(markup=False)
        self._steps, self._small = steps, small
        self._moving = False

    @property
    def _app(self) -> DcodeApp:
        return cast("DcodeApp", self.app)

    def on_mount(self) -> None:
        self.watch_step()

    def watch_step(self) -> None:
        marks = [f"[{n}] {mm:g}" if n - 1 == self.step else f" {n}  {mm:g}" for n, mm in enumerate(self._steps, 1)]
        self.update(f"↑ ↓ ← →  by {self._steps[self.step]:g} mm\n{'  '.join(marks)}")

    def action_step(self, number: int) -> None:
        self.step = number

    def action_longer(self, by: int) -> None:
        self.step = min(max(self.step + by, 0), len(self._steps) - 1)

    def action_jog(self, right: int, up: int) -> None:
        """A key that comes while the gondola moves is not kept: a held key must not run on."""
        if not self._moving:
            self._moving = True
            self.run_worker(self._jog(right, up), group="jog")

    async def _jog(self, right: int, up: int) -> None:
        try:
            await self._move(right * self._steps[self.step], up * self._steps[self.step])
        finally:
            self._moving = False

    async def _move(self, dx: float, dy: float) -> None:
        app = self._app
        if self._small:
            await self._ask("plotter.nudge", dx=dx, dy=dy)
            return
        position, area = app.store.status.get("position"), area_of(app.store.machine)
        if position is None or area is None:
            await self._ask("plotter.jog", dx=dx, dy=dy)  # the daemon says what is missing
            return
        at = (float(position[0]), float(position[1]))
        to = reached(at, (dx, dy), area)
        if to == at:
            app.notify("That is the edge of the work area.")
        else:
            await self._ask("plotter.jog", dx=round(to[0] - at[0], 4), dy=round(to[1] - at[1], 4))

    async def _ask(self, method: str, **params: float) -> None:
        """The answer is where the next step begins: an event with it may come later."""
        if (status := await self._app.ask(method, **params)) is not None:
            self._app.post_message(Told({"event": "status", "status": status}))
