"""How fast a firmware and the line to it carry out a program: a Pace from a profile and a machine."""

from __future__ import annotations

import math
from typing import Final

from dcode.firmware.dialect import Planning
from dcode.firmware.profile import FirmwareProfile
from dcode.machine.machine import Machine
from dcode.machine.motion_model import MotionModel
from dcode.machine.pace import Pace

TURNAROUND: Final = 0.001  # s from an ack to the next line: what the daemon takes, a USB adapter without a timer
_NUMBER: Final = 5.5  # characters of `N1 ` and `*99`
_MOST: Final = 60  # lines in flight that are told apart


def pace_of(profile: FirmwareProfile, machine: Machine, turnaround: float = TURNAROUND) -> Pace:
    """What an estimate goes by. `turnaround`: seconds from an ack to the next line.

    Whether firmware that knows both drives belts or rails its profile says, or what it said of itself (`adapted`).
    """
    says, byte_s = profile.planning, 10 / profile.baud
    asks, on_belts = bool(profile.realtime_status), says.belts or profile.y_down
    return Pace(
        motion_model(says, machine, on_belts=on_belts),
        blocks=says.blocks,
        draw_piece=profile.moves.segment_draw_mm,
        travel_piece=profile.moves.segment_travel_mm,
        per_second=says.segments_per_second,
        shortest=says.shortest_segment,
        longest=says.longest_segment if on_belts else 0.0,
        rounds_up=says.even_segments,
        fewest_steps=says.fewest_steps,
        drains=says.drains,
        byte_s=byte_s,
        room_bytes=profile.wire_bytes or math.inf,
        number_bytes=_NUMBER if profile.numbering else 0.0,
        window=min(profile.flow.lines or _MOST, _MOST),
        ack_s=says.ack_characters * byte_s,
        ack_early=says.ack_first,
        turnaround=turnaround,
        proof_s=says.status_seconds + turnaround if asks else 0.0,
        line_s=says.line_seconds,
        character_s=says.character_seconds,
        wake_s=says.wake_seconds,
        late_s=says.late_character_seconds,
        block_s=says.block_seconds,
        replan_s=says.replan_seconds,
        prepare_s=says.prepare_seconds,
        idle_s=says.stop_seconds,
        dwell_step=says.dwell_step,
        barrier_s=says.barrier_seconds,
        pen_lines=len(profile.pen.before) + 1,
        settles=profile.pen.settle,
        pen_s=says.servo_seconds or says.pen_axis_seconds,
        barrier_before=profile.numbering is None,
        max_feed=profile.max_feed_of(machine) / 60,
        rest_s=machine.pen.max_rest_seconds,
    )


def motion_model(says: Planning, machine: Machine, *, on_belts: bool) -> MotionModel:
    """How the planner drives: the machine's limits where it has any, else what is usual for the firmware."""
    path = says.acceleration if says.own_acceleration else machine.acceleration or says.acceleration
    motor = says.motor_acceleration or path
    rate = machine.max_feed / 60 if machine.max_feed else says.motor_rate
    steps = machine.belts.steps_per_mm if machine.belts else says.steps_per_mm
    return MotionModel(
        rates=(rate, rate, rate),
        accelerations=(motor, motor, motor),
        belts=machine.anchors if on_belts else None,
        paper_feed=not says.belt_feed,
        steps=(steps, steps, steps),
        acceleration=path if says.limits_path else math.inf,
        junction_deviation=says.deviation,
        jerk=(says.jerk, says.jerk, says.jerk) if says.jerk > 0 else None,
        segment=says.prepared_seconds if says.prepared else 0.0,
        segments=says.prepared or 5,
        replan_running=says.replans_running,
        auto_start=says.starts_by_itself,
        start_delay=says.start_delay,
        start_blocks=says.start_blocks,
    )
