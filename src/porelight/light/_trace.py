"""One batch through the fast kernel: rounds of SIMD flights, and the events between them."""

from typing import NamedTuple

import numpy as np

from porelight._jit import jit_inlined, jit_lent
from porelight.light._bins import Axis, cell_of
from porelight.light._events import (
    RegionMap,
    carried_weight,
    copy_packet,
    enter_region,
    meet_surface,
    place_on_way,
    put_weight,
    vector_at,
    way_flown,
)
from porelight.light._kernel import (
    ROULETTE_WEIGHT,
    Gate,
    Leg,
    Tally,
    absorbed_on_way,
    after_roulette,
    bin_of_time,
    is_late,
    note_time,
    ring_of,
    way_in_time,
)
from porelight.light._lanes import (
    AGE,
    EVENT,
    INDEX,
    OWED,
    TO_X,
    TO_Y,
    TO_Z,
    WEIGHED,
    WIDTH,
    Lanes,
    Whole,
    X,
    Y,
    Z,
)
from porelight.light._launch import Launch
from porelight.light._phase import PhaseTables, draw_by_tables
from porelight.light._random import Words, uniform
from porelight.light._simd import FastScene, fly_all, turn_all
from porelight.light._simd_intrinsics import Singles, bits_of, load, store
from porelight.light._tally import BinTables, collect
from porelight.light._weight_window import Window
from porelight.light.detectors import Discs, detect
from porelight.quantities import Floats

# packets that wait to be followed after a split; while it is full, none is split
BANK_SIZE = 4096
N_PACKET_COLUMNS = OWED + 1
_MOST_PIECES = 8
# from this share of the next power of two on, a weight is split into so many pieces
_HALFWAY = 1.5


class Bank(NamedTuple):
    """The particle bank: packets from a split that wait for a free lane."""

    packets: Singles  # (BANK_SIZE, N_PACKET_COLUMNS)
    region: Whole  # (BANK_SIZE,)
    waiting: Whole  # (1,) how many there are


def empty_bank() -> Bank:
    """Return a bank without packets."""
    packets = np.zeros((BANK_SIZE, N_PACKET_COLUMNS), dtype=np.float32)
    return Bank(packets, np.zeros(BANK_SIZE, dtype=np.int64), np.zeros(1, dtype=np.int64))


class FastTables(NamedTuple):
    """Arrays of a scene that all packets read and none changes."""

    where: RegionMap
    bin_tables: BinTables | None  # of the tally, unless its grid is even
    r_axis: Axis
    z_axis: Axis
    discs: Discs | None = None
    phases: PhaseTables | None = None
    clear: Floats | None = None  # (n_regions,) see `Media`; None where all are 0


class BatchState(NamedTuple):
    """The state of a batch while its packets are followed."""

    lanes: Lanes
    bank: Bank
    words: Words  # random numbers of scalar code
    absorbed: Floats  # ((n_rows + 1) * (n_rings + 1),) last row and ring: beyond the grid
    by_region: Floats  # (n_regions,) see `trace_lanes`
    tally: Tally  # the rest


@jit_inlined
def launch_packet(
    lane: int, number: int, launch: Launch, entry: Whole, flat: Singles, columns: Singles
) -> int:
    """Put packet `number` of a launch into a lane; return its region."""
    store(flat, X * WIDTH + lane, np.float32(launch.x[number]))
    store(flat, Y * WIDTH + lane, np.float32(launch.y[number]))
    store(flat, Z * WIDTH + lane, np.float32(launch.depth))
    store(flat, TO_X * WIDTH + lane, np.float32(launch.to_x[number]))
    store(flat, TO_Y * WIDTH + lane, np.float32(launch.to_y[number]))
    store(flat, TO_Z * WIDTH + lane, np.float32(launch.to_z[number]))
    store(flat, AGE * WIDTH + lane, np.float32(0.0))
    put_weight(launch.weight[number], lane, flat)
    region = int(entry[number])
    enter_region(lane, region, flat, columns)
    return region


@jit_inlined
def put_aside(lane: int, region: int, copies: int, flat: Singles, bank: Bank) -> None:
    """Add copies of a packet to the bank."""
    for _ in range(copies):
        number = bank.waiting[0]
        for column in range(N_PACKET_COLUMNS):
            bank.packets[number, column] = load(flat, column * WIDTH + lane)
        bank.region[number] = region
        bank.waiting[0] += 1


@jit_inlined
def take_back(lane: int, flat: Singles, columns: Singles, bank: Bank) -> int:
    """Put the last packet of the bank into a lane; return its region."""
    bank.waiting[0] -= 1
    number = bank.waiting[0]
    for column in range(N_PACKET_COLUMNS):
        store(flat, column * WIDTH + lane, bank.packets[number, column])
    region = int(bank.region[number])
    enter_region(lane, region, flat, columns)
    return region


@jit_inlined
def weighed(
    window: Window | None, lane: int, region: int, weight: float, so_far: BatchState
) -> float:
    """Return the weight with which a packet goes on after roulette or split; 0 if it ends.

    Without a window it is light, and plays the plain roulette. With one, it is light for where it
    is and plays for the target there, or heavy: then it is split into 2, 4 or 8, whose weights have
    no rounding, and all but one wait in the bank.
    """
    flat, bank, words, tally = so_far.lanes.flat, so_far.bank, so_far.words, so_far.tally
    if weight <= 0.0:  # all of it was absorbed
        tally.roulette[0] += weight
        return 0.0
    if window is None:
        return after_roulette(weight, words, tally)
    x, y, z = vector_at(X, lane, flat)
    steepness, floor = np.float64(window.steepness), np.float64(window.floor)
    # as the lane will hold it
    target = float(np.float32(min(max(steepness * (x * x + y * y + z * z), floor), 1.0)))
    if weight < target:
        kept = target if uniform(words) * target < weight else 0.0
        tally.roulette[0] += weight - kept
        return kept
    pieces = 2
    while pieces < _MOST_PIECES and weight > _HALFWAY * pieces * target:
        pieces *= 2
    if bank.waiting[0] + pieces > bank.region.size:
        return weight
    put_weight(weight / pieces, lane, flat)
    put_aside(lane, region, pieces - 1, flat, bank)
    so_far.by_region[region] += weight - weight / pieces
    return weight / pieces


@jit_inlined
def leave(
    lane: int, beyond: int, gate: Gate | None, tables: FastTables, so_far: BatchState
) -> None:
    """Tally a packet that has left through the top or the bottom."""
    flat, tally = so_far.lanes.flat, so_far.tally
    weight, age = carried_weight(lane, flat), np.float64(load(flat, AGE * WIDTH + lane))
    side = int(beyond != tables.where.place.size)
    if tables.discs is not None:
        cosine = np.float64(load(flat, TO_Z * WIDTH + lane))
        time, place = bin_of_time(gate, age, tally), vector_at(X, lane, flat)
        detect(tables.discs, side, place, cosine, weight, time, tally.detected)
    note_time(gate, side, age, weight, tally)
    if side == 0:
        tally.reflected[ring_of(vector_at(X, lane, flat), tables.r_axis)] += weight
    else:
        tally.transmitted[0] += weight


@jit_inlined
def met_in_time(
    lane: int, region: int, where: RegionMap, scene: FastScene, so_far: BatchState
) -> int:
    """Take a packet to the surface in its way; return its region then, -1 if it came too late."""
    flat = so_far.lanes.flat
    if scene.gate is None:
        return meet_surface(lane, region, flat, where, scene, so_far.words)
    start, direction = vector_at(X, lane, flat), vector_at(TO_X, lane, flat)
    age, index = load(flat, AGE * WIDTH + lane), load(flat, INDEX * WIDTH + lane)
    beyond = meet_surface(lane, region, flat, where, scene, so_far.words)
    age += np.float32(index * way_flown(start, direction, vector_at(X, lane, flat), scene.cell))
    store(flat, AGE * WIDTH + lane, age)
    return -1 if is_late(scene.gate, np.float64(age)) else beyond


@jit_inlined
def is_spent(
    clear: Floats | None,
    lane: int,
    region: int,
    leg: Leg,
    tables: FastTables,
    scene: FastScene,
    so_far: BatchState,
) -> bool:
    """Take from a packet what a clear region absorbs on its way; return whether that ends it."""
    if clear is None:
        return False
    mu_a = clear[region]
    if mu_a == 0.0:
        return False
    flat, tally = so_far.lanes.flat, so_far.tally
    end = vector_at(X, lane, flat)
    whole = np.float64(way_flown(leg.start, leg.direction, end, scene.cell))
    way = way_in_time(scene.gate, whole, leg.age, np.float64(load(flat, INDEX * WIDTH + lane)))
    share, at = absorbed_on_way(mu_a, way, uniform(so_far.words))
    place = place_on_way(leg, end, at, whole, scene.cell)
    weight = carried_weight(lane, flat)
    cell = cell_of(max(0.0, place[2]), tables.z_axis) * tally.absorbed.shape[1]
    so_far.absorbed[cell + ring_of(place, tables.r_axis)] += weight * share
    left = weight - weight * share
    kept = left
    if 0.0 < left < ROULETTE_WEIGHT:
        kept = after_roulette(left, so_far.words, tally)
    put_weight(kept, lane, flat)
    # the ledger: what the roulette took was not absorbed
    so_far.by_region[region] += kept - left
    return kept == 0.0


@jit_inlined
def is_over(
    lane: int, region: int, tables: FastTables, scene: FastScene, so_far: BatchState
) -> bool:
    """Handle the event of a listed packet; return whether its lane is free."""
    flat, by_region, where = so_far.lanes.flat, so_far.by_region, tables.where
    if is_late(scene.gate, np.float64(load(flat, AGE * WIDTH + lane))):
        weight = carried_weight(lane, flat)
        by_region[region] -= weight
        so_far.tally.after[0] += weight
        return True
    if bits_of(load(flat, EVENT * WIDTH + lane)) == WEIGHED:
        weight = carried_weight(lane, flat)
        kept = weighed(scene.window, lane, region, weight, so_far)
        by_region[region] += kept - weight
        put_weight(kept, lane, flat)
        return kept == 0.0
    age = np.float64(load(flat, AGE * WIDTH + lane))
    leg = Leg(vector_at(X, lane, flat), vector_at(TO_X, lane, flat), age)
    beyond = met_in_time(lane, region, where, scene, so_far)
    spent = is_spent(tables.clear, lane, region, leg, tables, scene, so_far)
    if spent or beyond == region:
        return spent
    weight = carried_weight(lane, flat)
    by_region[region] -= weight
    if beyond < 0:
        so_far.tally.after[0] += weight
        return True
    if beyond >= where.place.size:
        leave(lane, beyond, scene.gate, tables, so_far)
        return True
    so_far.lanes.region[lane] = beyond
    by_region[beyond] += weight
    enter_region(lane, beyond, flat, where.columns)
    return False


@jit_lent
def trace_lanes(
    launch: Launch, entry: Whole, tables: FastTables, scene: FastScene, so_far: BatchState
) -> None:
    """Follow the packets of a launch; `entry` is the region in which each starts.

    ``so_far.by_region`` is a ledger: what a packet carries is added to the region that it enters
    and taken off when it leaves. What remains in the end has been absorbed there.
    """
    lanes, bank, by_region = so_far.lanes, so_far.bank, so_far.by_region
    flat, regions, listed, columns = lanes.flat, lanes.region, lanes.listed, tables.where.columns
    n_photons = launch.weight.size
    n_launched = min(WIDTH, n_photons)
    for lane in range(n_launched):
        regions[lane] = launch_packet(lane, lane, launch, entry, flat, columns)
        by_region[regions[lane]] += carried_weight(lane, flat)
    n_active = n_launched
    while n_active > 0:
        fly_all(n_active, flat, scene)
        draw_by_tables(n_active, flat, regions, tables.phases)
        turn_all(n_active, flat)
        n_listed = collect(n_active, flat, listed, tables.bin_tables, so_far.absorbed)
        # from the last lane down, so that the lane that fills a gap has been seen to already
        for number in range(n_listed - 1, -1, -1):
            lane = listed[number]
            if not is_over(lane, regions[lane], tables, scene, so_far):
                continue
            if bank.waiting[0] > 0:
                regions[lane] = take_back(lane, flat, columns, bank)
            elif n_launched < n_photons:
                regions[lane] = launch_packet(lane, n_launched, launch, entry, flat, columns)
                by_region[regions[lane]] += carried_weight(lane, flat)
                n_launched += 1
            else:
                n_active -= 1
                copy_packet(n_active, lane, flat)
                regions[lane] = regions[n_active]
