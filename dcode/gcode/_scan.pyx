# distutils: extra_compile_args = -O2 -ffp-contract=off
# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The three inner loops of large files, compiled: reading plain lines, measuring a motion, writing one.

Scanner does what careful.py does for G0, G1, X, Y, F, N, comments, checksums and pen lines that it was taught, bit for
bit. Any other line it leaves where it is. -ffp-contract=off keeps value * scale + offset from becoming one fused
operation, which would round differently from Python.
"""

from cpython.array cimport array, clone
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport rint, sqrt
from libc.string cimport memcmp, memcpy

ctypedef const unsigned char* text_t

cdef enum:
    TRAVEL = 0  # Kind, motion.py
    DRAW = 1
    PEN_UP = 2
    PEN_DOWN = 3
    DWELL = 4
    HOME = 7

    PEN = 0  # Op, state.py
    SPINDLE = 1
    POWER = 2

    ENDED = 0  # why Scanner.run stopped: the end of the text,
    FULL = 1  # the end of the buffers,
    OTHER = 2  # a line that is not plain

    HAS_N = 1  # words of a line
    HAS_G = 2
    HAS_X = 4
    HAS_Y = 8
    HAS_F = 16
    CHECKED = 32

    TAUGHT = 16  # lines known at a time
    OPS = 4  # of a known line
    ROWS = 65536  # of the buffers
    LONGEST_LINE = 10000  # parse.py
    DIGITS = 16  # of a number, so that it fits 63 bits

cdef double LARGEST = 1e9  # parse.py
cdef double EXACT = 9007199254740992.0  # 2**53: integers up to here are doubles
cdef double[23] POW10
for _power in range(23):
    POW10[_power] = float(10**_power)  # all exact


cdef inline text_t skip_blanks(text_t p) noexcept nogil:
    while p[0] == c" " or p[0] == c"\t":
        p += 1
    return p


cdef inline bint printable(unsigned char c) noexcept nogil:
    """What a comment may contain."""
    return c >= 32 and c != 127 or c == c"\t"


cdef text_t number(text_t p, double* value) noexcept nogil:
    """Read a number and return what follows it; NULL for none, and for one that this cannot round correctly.

    A whole number below 2**53 divided by an exact power of ten is rounded once, and so is the nearest double.
    """
    cdef long long whole = 0
    cdef int digits = 0, decimals = 0
    cdef bint negative
    p = skip_blanks(p)
    negative = p[0] == c"-"
    if negative or p[0] == c"+":
        p += 1
    while c"0" <= p[0] <= c"9":
        whole = whole * 10 + (p[0] - c"0")
        digits += 1
        p += 1
        if digits > DIGITS:
            return NULL
    if p[0] == c".":
        p += 1
        while c"0" <= p[0] <= c"9":
            whole = whole * 10 + (p[0] - c"0")
            decimals += 1
            p += 1
            if digits + decimals > DIGITS:
                return NULL
    if digits + decimals == 0 or whole > <long long>EXACT:
        return NULL
    value[0] = <double>whole / POW10[decimals] if decimals else <double>whole
    if value[0] > LARGEST:
        return NULL
    if negative:
        value[0] = -value[0]
    return p


cdef text_t checksum(text_t start, text_t star) noexcept nogil:
    """What follows a checksum that is right; NULL for any other."""
    cdef unsigned int total = 0, told = 0
    cdef int digits = 0
    cdef text_t p = skip_blanks(start)
    while p < star:
        total ^= p[0]
        p += 1
    p = skip_blanks(star + 1)
    while c"0" <= p[0] <= c"9":
        told = told * 10 + (p[0] - c"0")
        digits += 1
        p += 1
        if digits > 3:
            return NULL
    return p if digits and told == total else NULL


cdef struct Known:
    text_t text
    Py_ssize_t size
    int ops
    int[OPS] op
    double[OPS] value


cdef class Scanner:
    """A State (state.py) that reads plain lines of `data` by itself and collects their rows."""

    cdef public double x, y, offset_x, offset_y, scale, travel_feed, draw_feed
    cdef public bint relative, draw_feed_given, down, spindle, power
    cdef public int mode
    cdef public unsigned int unfed_line
    cdef public unsigned int line  # of the next line, from 1

    cdef bytes data
    cdef text_t at, end
    cdef array kind_rows, x_rows, y_rows, value_rows, line_rows
    cdef Py_ssize_t rows
    cdef Known[TAUGHT] known
    cdef int known_count, known_next
    cdef list known_texts  # keeps the bytes alive that `known` points to

    def __init__(self, bytes data not None):
        self.data = data
        self.at = <text_t>PyBytes_AS_STRING(data)  # Python ends it with a zero, where every loop stops
        self.end = self.at + len(data)
        self.line = 1
        self.scale = 1.0
        self.power = True
        self.kind_rows = clone(array("B"), ROWS, zero=False)
        self.x_rows = clone(array("d"), ROWS, zero=False)
        self.y_rows = clone(array("d"), ROWS, zero=False)
        self.value_rows = clone(array("f"), ROWS, zero=False)
        self.line_rows = clone(array("I"), ROWS, zero=False)
        self.known_texts = [None] * TAUGHT

    def teach(self, bytes text not None, ops):
        """Let lines with exactly this text be carried out as these (op, value) without asking again."""
        if len(ops) > OPS:
            return
        cdef int index = self.known_next
        self.known_next = (index + 1) % TAUGHT
        self.known_count = max(self.known_count, index + 1)
        self.known_texts[index] = text
        cdef Known* known = &self.known[index]
        known.text = <text_t>PyBytes_AS_STRING(text)
        known.size = len(text)
        known.ops = 0
        for op, value in ops:
            known.op[known.ops] = op
            known.value[known.ops] = value
            known.ops += 1

    def run(self):
        """Read lines until one is not plain (True; it is the next) or the text ends or the buffers fill (False)."""
        cdef int reason
        with nogil:
            reason = self.read()
        return reason == OTHER

    @property
    def ended(self):
        return self.at >= self.end

    def next_line(self):
        """Take the next line from the text, as it is and without its end."""
        cdef text_t start = self.at
        cdef text_t p = start
        while p < self.end and p[0] != c"\n" and p[0] != c"\r":
            p += 1
        self.at = self.after_end(p)
        self.line += 1
        return PyBytes_FromStringAndSize(<const char*>start, p - start)

    def take_rows(self):
        """The rows collected since the last call, as columns of a motion; valid until the next run."""
        cdef Py_ssize_t rows = self.rows
        self.rows = 0
        return {
            "kind": memoryview(self.kind_rows)[:rows],
            "x": memoryview(self.x_rows)[:rows].cast("B"),
            "y": memoryview(self.y_rows)[:rows].cast("B"),
            "value": memoryview(self.value_rows)[:rows].cast("B"),
            "line": memoryview(self.line_rows)[:rows].cast("B"),
        }

    @property
    def has_rows(self):
        return self.rows > 0

    cdef int read(self) noexcept nogil:
        while self.at < self.end:
            if self.rows > ROWS - OPS:
                return FULL
            if not self.plain() and not self.is_known():
                return OTHER
        return ENDED

    cdef inline text_t after_end(self, text_t p) noexcept nogil:
        """Where the line after the line end at p begins."""
        if p >= self.end:
            return self.end
        return p + 2 if p[0] == c"\r" and p[1] == c"\n" else p + 1

    cdef inline void add(self, int kind, float value) noexcept nogil:
        cdef Py_ssize_t row = self.rows
        self.kind_rows.data.as_uchars[row] = kind
        self.x_rows.data.as_doubles[row] = self.x
        self.y_rows.data.as_doubles[row] = self.y
        self.value_rows.data.as_floats[row] = value
        self.line_rows.data.as_uints[row] = self.line
        self.rows = row + 1

    cdef bint plain(self) noexcept nogil:
        """Carry out the next line if it is plain; else change nothing."""
        cdef text_t p = self.at
        cdef int has = 0
        cdef double g = 0, x = 0, y = 0, f = 0
        cdef unsigned char c
        while True:
            c = p[0]
            if c == c" " or c == c"\t":
                p += 1
            elif c == c"\n" or c == c"\r" or (c == 0 and p >= self.end):
                break
            elif c == c";":
                while printable(p[0]):
                    p += 1
            elif c == c"(":
                while p[0] != c")":
                    if not printable(p[0]):
                        return False
                    p += 1
                p += 1
            elif has & CHECKED:
                return False
            elif c == c"*":
                p = checksum(self.at, p)
                has |= CHECKED
            else:
                c |= 32  # lower case
                if c == c"x" and not has & HAS_X:
                    p = number(p + 1, &x)
                    has |= HAS_X
                elif c == c"y" and not has & HAS_Y:
                    p = number(p + 1, &y)
                    has |= HAS_Y
                elif c == c"g" and not has & HAS_G:
                    p = number(p + 1, &g)
                    has |= HAS_G
                    if g != 0 and g != 1:
                        return False
                elif c == c"f" and not has & HAS_F:
                    p = number(p + 1, &f)
                    has |= HAS_F
                    if f <= 0:
                        return False
                elif c == c"n" and has == 0:
                    p = line_number(p + 1)
                    has |= HAS_N
                else:
                    return False
            if p == NULL:
                return False
        if p - self.at > LONGEST_LINE or not self.carry_out(has, <int>g, x, y, f):
            return False
        self.at = self.after_end(p)
        self.line += 1
        return True

    cdef inline bint carry_out(self, int has, int g, double x, double y, double f) noexcept nogil:
        cdef bint moves = has & (HAS_X | HAS_Y) != 0
        cdef double new_x = self.x, new_y = self.y
        if has & HAS_G:
            self.mode = g
        elif moves and self.mode > 1:
            return False  # an arc
        if has & HAS_F:
            if (moves or has & HAS_G) and self.mode == 0:
                self.travel_feed = f * self.scale
            else:
                self.draw_feed = f * self.scale
                self.draw_feed_given = True
        if has & HAS_X:
            new_x = x * self.scale + (self.x if self.relative else self.offset_x)
        if has & HAS_Y:
            new_y = y * self.scale + (self.y if self.relative else self.offset_y)
        if new_x != self.x or new_y != self.y:
            self.x = new_x
            self.y = new_y
            if self.down:
                if not self.draw_feed_given and self.unfed_line == 0:
                    self.unfed_line = self.line
                self.add(DRAW, <float>self.draw_feed)
            else:
                self.add(TRAVEL, <float>self.travel_feed)
        return True

    cdef bint is_known(self) noexcept nogil:
        """Carry out the next line if it was taught; else change nothing."""
        cdef Known* known
        cdef text_t after
        cdef int index, op
        for index in range(self.known_count):
            known = &self.known[index]
            if self.end - self.at < known.size or memcmp(self.at, known.text, known.size) != 0:
                continue
            after = self.at + known.size
            if after < self.end and after[0] != c"\n" and after[0] != c"\r":
                continue
            for op in range(known.ops):
                self.act(known.op[op], known.value[op])
            self.at = self.after_end(after)
            self.line += 1
            return True
        return False

    cdef inline void act(self, int op, double value) noexcept nogil:
        """state.act."""
        cdef bint down = value != 0
        if op > POWER:
            if value > 0:
                self.add(DWELL, <float>value)
            return
        if op == SPINDLE:
            self.spindle = down
            down = down and self.power
        elif op == POWER:
            self.power = down
            if not self.spindle:
                return
        if down != self.down:
            self.down = down
            self.add(PEN_DOWN if down else PEN_UP, 0)


cdef text_t line_number(text_t p) noexcept nogil:
    cdef int digits = 0
    p = skip_blanks(p)
    while c"0" <= p[0] <= c"9":
        digits += 1
        p += 1
    return p if 0 < digits < 10 else NULL


def measure(
    const unsigned char[::1] kind, const double[::1] x, const double[::1] y, double here_x, double here_y, bint down
):
    """What measure.py says of the rows: the counts, the lengths in mm, and the corners of all and of ink."""
    cdef Py_ssize_t row, moves = 0, lifts = 0, inked = 0, homes = 0
    cdef double draw = 0, travel = 0, dx, dy, length, nx, ny
    cdef double inf = float("inf")
    cdef double left = inf, right = -inf, top = -inf, bottom = inf
    cdef double ink_left = inf, ink_right = -inf, ink_top = -inf, ink_bottom = inf
    with nogil:
        for row in range(kind.shape[0]):
            if kind[row] > DRAW and kind[row] != HOME:
                if kind[row] == PEN_UP:
                    lifts += 1
                    down = False
                elif kind[row] == PEN_DOWN:
                    down = True
                    ink_left = min(ink_left, x[row])
                    ink_right = max(ink_right, x[row])
                    ink_bottom = min(ink_bottom, y[row])
                    ink_top = max(ink_top, y[row])
                continue
            nx = x[row]
            ny = y[row]
            dx = nx - here_x
            dy = ny - here_y
            here_x = nx
            here_y = ny
            length = sqrt(dx * dx + dy * dy)
            left = min(left, nx)
            right = max(right, nx)
            bottom = min(bottom, ny)
            top = max(top, ny)
            if kind[row] == DRAW:
                moves += 1
                draw += length
                ink_left = min(ink_left, nx)
                ink_right = max(ink_right, nx)
                ink_bottom = min(ink_bottom, ny)
                ink_top = max(ink_top, ny)
            else:
                moves += kind[row] == TRAVEL
                travel += length
    return (
        (moves, lifts, draw, travel, down),
        (left, right, top, bottom),
        (ink_left, ink_right, ink_top, ink_bottom),
    )


cdef inline char* put_number(char* out, char letter, long long whole, int decimals) noexcept nogil:
    """Letter and whole / 10**decimals, without zeros that say nothing."""
    cdef char[24] digits
    cdef int count = 0, least = 0
    out[0] = letter
    out += 1
    if whole < 0:
        out[0] = c"-"
        out += 1
        whole = -whole
    while least < decimals and whole % 10 == 0:
        whole //= 10
        least += 1
    while whole or count <= decimals - least:
        digits[count] = c"0" + <char>(whole % 10)
        whole //= 10
        count += 1
    while count:
        if count == decimals - least:
            out[0] = c"."
            out += 1
        count -= 1
        out[0] = digits[count]
        out += 1
    return out


def write_rows(
    const unsigned char[::1] kind,
    const double[::1] x,
    const double[::1] y,
    const float[::1] value,
    Py_ssize_t row,
    int decimals,
    int mode,
    double feed,
    tuple feeds,
    tuple feed_texts,
    tuple pen_texts,
):
    """The lines of the rows from `row` on that lift, lower or move the pen at known feeds, and what comes after them.

    `mode` and `feed` are the kind and the feed of the last move written; `feeds` those of the last travel and the last
    draw (NaN for none) with their words, `pen_texts` the lines that lift and lower the pen. The row before is where the
    pen is. A move has the axes that change at `decimals` decimals; one that changes neither has no line. Stops at a
    move of another feed, at rows of other kinds, and at a number that is not exact at that scale. Returns the lines,
    the row after them, and the kind and feed of the last move.
    """
    cdef double[2] known
    cdef text_t[4] texts
    cdef Py_ssize_t[4] sizes
    cdef Py_ssize_t stop = row, room = 0
    cdef Py_ssize_t last = min(kind.shape[0], row + ROWS)
    cdef double scale = POW10[decimals], next_x, next_y
    cdef double last_x = rint(x[row - 1] * scale), last_y = rint(y[row - 1] * scale)
    cdef unsigned char what
    cdef bytes text
    for what in range(4):
        text = (feed_texts + pen_texts)[what]
        texts[what] = text
        sizes[what] = len(text)
        room = max(room, sizes[what])
    known[0], known[1] = feeds
    while stop < last and kind[stop] < 4 and (kind[stop] > DRAW or value[stop] == known[kind[stop]]):
        stop += 1
    cdef array lines = clone(array("b"), (stop - row) * (44 + room) + 1, zero=False)  # G1, 2 letters, 2 x 19, line end
    cdef char* begin = lines.data.as_chars
    cdef char* out = begin
    with nogil:
        while row < stop:
            what = kind[row]
            if what > DRAW:
                memcpy(out, texts[what], sizes[what])
                out += sizes[what]
                row += 1
                continue
            next_x = rint(x[row] * scale)
            next_y = rint(y[row] * scale)
            if not (-EXACT < next_x < EXACT and -EXACT < next_y < EXACT):
                break
            row += 1
            if next_x == last_x and next_y == last_y:
                continue
            if what != mode:
                out[0] = c"G"
                out[1] = c"0" + what
                out += 2
                mode = what
            if next_x != last_x:
                out = put_number(out, c"X", <long long>next_x, decimals)
            if next_y != last_y:
                out = put_number(out, c"Y", <long long>next_y, decimals)
            if feed != known[what]:
                memcpy(out, texts[what], sizes[what])
                out += sizes[what]
                feed = known[what]
            out[0] = c"\n"
            out += 1
            last_x = next_x
            last_y = next_y
    return PyBytes_FromStringAndSize(begin, out - begin), row, mode, feed
