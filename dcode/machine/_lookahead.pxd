# The types of lookahead.py where it is compiled.
cimport cython
from libc cimport math

cdef double NEVER, INSTANT, LEAST, ROUND
cdef int DRAW_S, TRAVEL_S, PEN_S, DWELL_S, DRAW_MM, TRAVEL_MM, LIFTS, TOTALS
cdef int PEN_DRAW, PEN_TRAVEL, PEN_RAISE, PEN_LOWER, PENS

@cython.locals(cosine=double, size=double, acceleration=double, half_sine=double)
cpdef double corner_by_deviation(
    double before_a, double before_b, double before_c, double a, double b, double c,
    double strength_a, double strength_b, double strength_c, double most, double deviation,
) noexcept

@cython.locals(factor=double, speed=double)
cpdef double resting_speed(
    double a, double b, double c, double nominal, double jerk_a, double jerk_b, double jerk_c
) noexcept

cdef double jump(double leaving, double entering) noexcept

@cython.locals(speed=double, factor=double, by=double, safe=double)
cpdef double corner_by_jerk(
    double before_a, double before_b, double before_c, double before_nominal,
    double a, double b, double c, double nominal, double jerk_a, double jerk_b, double jerk_c,
) noexcept


@cython.final
cdef class Pacer:
    cdef double[::1] pens
    cdef double[::1] totals
    cdef double[::1] elapsed
    cdef int[::1] owner
    cdef double[::1] acks
    cdef double[::1] sizes
    cdef double[::1] ends
    cdef double[::1] length
    cdef double[::1] gain
    cdef double[::1] strength
    cdef double[::1] nominal
    cdef double[::1] cap
    cdef double[::1] back
    cdef double[::1] entry
    cdef double rate_a, rate_b, strength_a, strength_b, most, deviation, jerk_a, jerk_b
    cdef double segment, segments, start_delay, start_blocks, steps_a, steps_b
    cdef double left_x, left_y, right_x, right_y
    cdef double blocks, draw_piece, travel_piece, per_second, shortest, longest, fewest_steps, drains
    cdef double byte_s, room_bytes, number_bytes, flying, sent, ack_s, turnaround, proof_s
    cdef double line_s, character_s, wake_s, late_s, block_s, replan_s, prepare_s, idle_s, dwell_step, barrier_s, pen_lines, pen_s, max_feed, rest_s
    cdef bint by_jerk, replans, auto_start, on_belts, paper_feed, rounds_up, ack_early, settles, barrier_before
    cdef int mask, window, head, count, row, pen
    cdef long long first_end, last_end, next, oldest
    cdef bint running, fresh, known, delayed, cycling, down
    cdef double x, y, a, b, start_x, start_y
    cdef double done, time, speed, head_rest, leaving, unit_a, unit_b, before
    cdef double wire, free, hold, heard, debt, moment
    cdef double top, out, up_s, flat_s, down_s, rest_seconds

    @cython.locals(numbers="double[::1]")
    cdef void take(self, double[::1] numbers) noexcept

    @cython.locals(row=int, what=int)
    cpdef rows(self, const unsigned char[::1] kind, const double[::1] x, const double[::1] y, const float[::1] value, int count)

    @cython.locals(begin=double, kept=double)
    cpdef double park(self, double x, double y)

    @cython.locals(row=int, what=int, pen=int, at=double, up=double, before=double, seconds=double, length=double, down=bint)
    cdef void sum_up(self, const unsigned char[::1] kind, const double[::1] x, const double[::1] y, int count) noexcept

    @cython.locals(
        way_x=double, way_y=double, length=double, piece=double, pieces=double, start_x=double, start_y=double, done=double
    )
    cdef void go(self, double x, double y, double feed, bint drawing) noexcept

    @cython.locals(now=double, pieces=double, start_x=double, start_y=double, done=double, part=double)
    cdef void line(self, double x, double y, double length, double feed) noexcept

    cdef double written(self, double now, double before) noexcept

    @cython.locals(came=double, now=double)
    cdef double receive(self, double size) noexcept

    cdef void acknowledge(self, double now) noexcept

    @cython.locals(now=double)
    cdef void stand(self, double seconds) noexcept

    cdef double standstill(self, double now) noexcept

    cdef void barrier(self) noexcept

    cdef void raise_pen(self) noexcept

    @cython.locals(line=double)
    cdef void turn_pen(self, double seconds) noexcept

    cdef void wait(self, double seconds) noexcept

    cdef void dwell(self, double seconds) noexcept

    cdef double along_a(self, double x, double y) noexcept

    cdef double along_b(self, double x, double y) noexcept

    @cython.locals(a=double, b=double, way_a=double, way_b=double, unit_a=double, unit_b=double, top=double, strength=double)
    cdef double block(self, double x, double y, double length, double feed, double now) noexcept

    @cython.locals(when=double)
    cdef double room(self, double now) noexcept

    @cython.locals(queued=int, seconds=double)
    cdef double drained(self, double length, double feed) noexcept

    @cython.locals(at=int, cap=double)
    cdef void add(self, double length, double unit_a, double unit_b, double nominal, double strength) noexcept

    @cython.locals(head=int, mask=int, newest=int, first=int, index=int, at=int, leaving=double, limit=double, reach=double)
    cdef void plan(self) noexcept

    cdef void begin(self, double now) noexcept

    cdef void begin_by_itself(self, double now) noexcept

    @cython.locals(
        head=int, length=double, strength=double, nominal=double, square=double, end=double, peak=double, top=double,
        out=double, flat=double,
    )
    cdef double rest(self) noexcept

    @cython.locals(segment=double, seconds=double, wanted=double, span=double)
    cdef void settle(self, double now) noexcept

    @cython.locals(segment=double, pieces=double, index=double, end=double)
    cdef void prepare(self, double now, double seconds) noexcept

    @cython.locals(seconds=double, segment=double, pending=double, missing=double, index=double, at="long long")
    cdef double freed_at(self) noexcept

    cdef void finish(self, double seconds) noexcept

    @cython.locals(strength=double)
    cdef void advance(self, double span) noexcept
