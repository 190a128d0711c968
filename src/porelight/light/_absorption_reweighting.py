"""One batch of packets for several absorptions at once, by reweighting the paths of one walk.

Where a packet goes depends on scattering and on chance; absorption only decides how much of it is
left. So one walk serves several *tones*: media that differ in absorption alone, as skin tones do.
It is made with the least absorption of all tones in each region (extinction mu_t), by the SIMD loop
of `_simd.py` as it is. Beside its weight a packet carries for each tone a factor, which after a
path l is

    factor *= exp(-(mu_a of the tone - least mu_a) l)

and an interaction absorbs, for that tone, the share mu_a / mu_t of what arrives. That is exact: the
mean of every tally is that of a run of the tone alone. Factors never exceed 1, and where no tone
differs from the least they stay as they are, which for skin colour is everywhere but in the
epidermis.

The paths are needed in full. Those that end in an interaction are drawn again from the same random
words, before the SIMD loop draws them; those that end on a surface are measured.

References
----------
.. [1] C. K. Hayakawa et al., "Perturbation Monte Carlo methods to solve inverse photon migration
   problems in heterogeneous tissues," Opt. Lett. 26, 1335-1337 (2001). doi:10.1364/OL.26.001335
"""

import math
from typing import Any, NamedTuple, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from porelight._jit import jit_fused, jit_inlined, jit_lent
from porelight.light._events import (
    carried_weight,
    copy_packet,
    enter_region,
    meet_surface,
    put_weight,
    vector_at,
    way_flown,
)
from porelight.light._kernel import ROULETTE_CHANCE, ring_of
from porelight.light._lanes import (
    CELL,
    DEPOSIT,
    EVENT,
    MET_SURFACE,
    NOTHING,
    PATH,
    SEED_0,
    SEED_1,
    SEED_2,
    SEED_3,
    TO_X,
    WEIGHED,
    WIDTH,
    Lanes,
    Whole,
    X,
)
from porelight.light._launch import Launch
from porelight.light._phase import draw_by_tables
from porelight.light._random import Words, uniform
from porelight.light._simd import FastScene, fly_all, turn_all
from porelight.light._simd_intrinsics import Singles, bits_of, load, store
from porelight.light._tally import find_cells
from porelight.light._trace import FastTables, launch_packet
from porelight.light._vector_math import drawn_word, free_path, next_words, unit_interval
from porelight.quantities import Floats

# as many as fill one line of the cache with float64 sums
N_TONES = 8
_DOUBLE = ir.DoubleType()
_TONES = ir.VectorType(_DOUBLE, N_TONES)


class Tones(NamedTuple):
    """Absorption of each tone in each region; all rows have N_TONES numbers."""

    extra: Floats  # (n_regions * N_TONES,) mu_a beyond the least [1/m]
    share: Floats  # (n_regions * N_TONES,) mu_a over the extinction of the walk
    varied: Whole  # (n_regions,) 1 where tones differ
    ones: Floats  # (N_TONES,)


class ToneTally(NamedTuple):
    """Weight of packets, summed over a batch: N_TONES numbers for each entry, all flat."""

    absorbed: Floats  # ((n_rows + 1) * (n_rings + 1) * N_TONES,)
    by_region: Floats  # (n_regions * N_TONES,)
    reflected: Floats  # ((n_rings + 1) * N_TONES,)
    transmitted: Floats  # (N_TONES,)
    roulette: Floats  # (N_TONES,)


class ToneBatchState(NamedTuple):
    """The state of a batch while its packets are followed."""

    lanes: Lanes
    words: Words  # random numbers of scalar code
    flights: Singles  # (WIDTH,) paths drawn last [m]
    factors: Floats  # (WIDTH * N_TONES,) of the packets
    tally: ToneTally


def aligned_zeros(n: int) -> Floats:
    """Return zeros aligned to the cache, so that no N_TONES of them lie on two cache lines."""
    room = np.zeros(n + N_TONES)
    start = -(room.ctypes.data // room.itemsize) % N_TONES
    return room[start : start + n]


def _add_product(  # type: ignore[no-untyped-def]
    _context, total, start, factor, first, share, second, weight
):
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def vector_at_(position: int) -> Any:
            array_type, array = signature.args[position], arguments[position]
            data = context.make_array(array_type)(context, builder, array).data
            address = builder.gep(data, [arguments[position + 1]])
            return builder.bitcast(address, _TONES.as_pointer())

        place = vector_at_(0)
        splat = builder.insert_element(
            ir.Constant(_TONES, ir.Undefined), arguments[6], ir.Constant(ir.IntType(32), 0)
        )
        mask = ir.Constant(ir.VectorType(ir.IntType(32), N_TONES), [0] * N_TONES)
        weights = builder.shuffle_vector(splat, ir.Constant(_TONES, ir.Undefined), mask)
        product = builder.fmul(
            builder.fmul(
                builder.load(vector_at_(2), align=8), builder.load(vector_at_(4), align=8)
            ),
            weights,
        )
        sums = builder.fadd(builder.load(place, align=8), product)
        builder.store(sums, place, align=8)
        return context.get_dummy_value()

    whole = types.int64
    return types.void(total, whole, factor, whole, share, whole, types.float64), emit


# total[start:] += factor[first:] * share[second:] * weight, N_TONES numbers in one instruction
add_product = cast("Any", intrinsic(_add_product))


@jit_fused
def draw_flights(n_active: int, flat: Singles, flights: Singles) -> None:
    """Write the length of the flight that each packet is about to draw [m]."""
    for i in range(n_active):
        first = next_words(
            (
                bits_of(load(flat, SEED_0 * WIDTH + i)),
                bits_of(load(flat, SEED_1 * WIDTH + i)),
                bits_of(load(flat, SEED_2 * WIDTH + i)),
                bits_of(load(flat, SEED_3 * WIDTH + i)),
            )
        )
        path = load(flat, PATH * WIDTH + i)
        store(flights, i, free_path(unit_interval(drawn_word(first))) * path)


@jit_lent
def weaken(lane: int, region: int, path: float, factors: Floats, extra: Floats) -> None:
    """Multiply the factors of a packet by the attenuation over a path."""
    for tone in range(N_TONES):
        beyond = extra[region * N_TONES + tone]
        if beyond > 0.0:
            factors[lane * N_TONES + tone] *= math.exp(-beyond * path)


@jit_inlined
def collect_tones(n_active: int, tables: FastTables, tones: Tones, so_far: ToneBatchState) -> int:
    """Tally for every tone what the packets deposited, and list those with an event."""
    flat, regions, listed = so_far.lanes.flat, so_far.lanes.region, so_far.lanes.listed
    factors, absorbed = so_far.factors, so_far.tally.absorbed
    find_cells(n_active, flat, tables.bin_tables, absorbed, N_TONES)
    n_listed = np.uint64(0)
    for i in range(n_active):
        event = bits_of(load(flat, EVENT * WIDTH + i))
        stopped = event == MET_SURFACE
        region = regions[i]
        if tones.varied[region] and not stopped:
            weaken(i, region, np.float64(load(so_far.flights, i)), factors, tones.extra)
        # what arrived: what the interaction left and what it took
        arrived = carried_weight(i, flat) + np.float64(load(flat, DEPOSIT * WIDTH + i))
        add_product(
            absorbed,
            int(bits_of(load(flat, CELL * WIDTH + i))) * N_TONES,
            factors,
            i * N_TONES,
            tones.share,
            region * N_TONES,
            0.0 if stopped else arrived,
        )
        listed[n_listed] = i
        n_listed += np.uint64(event != NOTHING)
    return int(n_listed)


@jit_lent
def book(
    total: Floats, entry: int, factors: Floats, lane: int, ones: Floats, weight: float
) -> None:
    """Add the weight of a packet to an entry of a tally, for every tone."""
    add_product(total, entry * N_TONES, factors, lane * N_TONES, ones, 0, weight)


@jit_inlined
def start_packet(lane: int, tones: Tones, so_far: ToneBatchState) -> None:
    """Give a launched packet the factors 1, and add its weight to its region."""
    for tone in range(N_TONES):
        so_far.factors[lane * N_TONES + tone] = 1.0
    weight = carried_weight(lane, so_far.lanes.flat)
    region = so_far.lanes.region[lane]
    book(so_far.tally.by_region, region, so_far.factors, lane, tones.ones, weight)


@jit_inlined
def is_over(
    lane: int,
    region: int,
    tables: FastTables,
    scene: FastScene,
    tones: Tones,
    so_far: ToneBatchState,
) -> bool:
    """Handle the event of a listed packet; return whether its lane is free."""
    flat, factors, tally, ones = so_far.lanes.flat, so_far.factors, so_far.tally, tones.ones
    weight = carried_weight(lane, flat)
    if bits_of(load(flat, EVENT * WIDTH + lane)) == WEIGHED:
        survives = weight > 0.0 and uniform(so_far.words) < ROULETTE_CHANCE
        kept = weight / ROULETTE_CHANCE if survives else 0.0
        book(tally.roulette, 0, factors, lane, ones, weight - kept)
        book(tally.by_region, region, factors, lane, ones, kept - weight)
        put_weight(kept, lane, flat)
        return kept == 0.0
    start, direction = vector_at(X, lane, flat), vector_at(TO_X, lane, flat)
    beyond = meet_surface(lane, region, flat, tables.where, scene, so_far.words)
    if tones.varied[region]:
        path = way_flown(start, direction, vector_at(X, lane, flat), scene.cell)
        weaken(lane, region, path, factors, tones.extra)
    if beyond == region:
        return False
    book(tally.by_region, region, factors, lane, ones, -weight)
    n_regions = tables.where.place.size
    if beyond < n_regions:
        so_far.lanes.region[lane] = beyond
        book(tally.by_region, beyond, factors, lane, ones, weight)
        enter_region(lane, beyond, flat, tables.where.columns)
        return False
    if beyond == n_regions:
        ring = ring_of(vector_at(X, lane, flat), tables.r_axis)
        book(tally.reflected, ring, factors, lane, ones, weight)
    else:
        book(tally.transmitted, 0, factors, lane, ones, weight)
    return True


@jit_lent
def trace_tones(
    launch: Launch,
    entry: Whole,
    tables: FastTables,
    scene: FastScene,
    tones: Tones,
    so_far: ToneBatchState,
) -> None:
    """Follow the packets of a launch; `entry` is the region in which each starts.

    The tally by region is a ledger, as in `_trace.trace_lanes`: what stays of all that came into a
    region has been absorbed there, so energy closes for every tone.
    """
    lanes, factors = so_far.lanes, so_far.factors
    flat, regions, listed, columns = lanes.flat, lanes.region, lanes.listed, tables.where.columns
    n_photons = launch.weight.size
    n_launched = min(WIDTH, n_photons)
    for lane in range(n_launched):
        regions[lane] = launch_packet(lane, lane, launch, entry, flat, columns)
        start_packet(lane, tones, so_far)
    n_active = n_launched
    while n_active > 0:
        draw_flights(n_active, flat, so_far.flights)
        fly_all(n_active, flat, scene)
        draw_by_tables(n_active, flat, regions, tables.phases)
        turn_all(n_active, flat)
        n_listed = collect_tones(n_active, tables, tones, so_far)
        # from the last lane down, so that the lane that fills a gap has been seen to already
        for number in range(n_listed - 1, -1, -1):
            lane = listed[number]
            if not is_over(lane, regions[lane], tables, scene, tones, so_far):
                continue
            if n_launched < n_photons:
                regions[lane] = launch_packet(lane, n_launched, launch, entry, flat, columns)
                start_packet(lane, tones, so_far)
                n_launched += 1
            else:
                n_active -= 1
                copy_packet(n_active, lane, flat)
                regions[lane] = regions[n_active]
                for tone in range(N_TONES):
                    factors[lane * N_TONES + tone] = factors[n_active * N_TONES + tone]
