from collections.abc import Collection

class Scanner:
    x: float
    y: float
    offset_x: float
    offset_y: float
    scale: float
    relative: bool
    mode: int
    travel_feed: float
    draw_feed: float
    draw_feed_given: bool
    unfed_line: int
    down: bool
    spindle: bool
    power: bool
    line: int
    def __init__(self, data: bytes) -> None: ...
    def teach(self, text: bytes, ops: Collection[tuple[int, float]]) -> None: ...
    def run(self) -> bool: ...
    def next_line(self) -> bytes: ...
    def take_rows(self) -> dict[str, memoryview]: ...
    @property
    def ended(self) -> bool: ...
    @property
    def has_rows(self) -> bool: ...

def measure(
    kind: object, x: object, y: object, here_x: float, here_y: float, down: bool
) -> tuple[
    tuple[int, int, float, float, bool],
    tuple[float, float, float, float],
    tuple[float, float, float, float],
]: ...
def write_rows(
    kind: object,
    x: object,
    y: object,
    value: object,
    row: int,
    decimals: int,
    mode: int,
    feed: float,
    feeds: tuple[float, float],
    feed_texts: tuple[bytes, bytes],
    pen_texts: tuple[bytes, bytes],
) -> tuple[bytes, int, int, float]: ...
