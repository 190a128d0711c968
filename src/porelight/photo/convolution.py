"""Convolutions of planes of pixels, compiled for this processor when they are first wanted.

Rows of pixels fill the vector registers, and a weight is multiplied with all pixels of one: sums of
several outputs over several vectors are held in registers until all inputs are through, so that for
each number that is loaded several are multiplied and added. Libraries lay channels in vectors,
which leaves a third of them empty where a small network has 24; laid like this, every lane counts.

The kernels are written as LLVM's intermediate code by llvmlite, on which Numba stands: the compiler
of Python functions cannot be told what to hold in registers. They are ready in a third of a second.
Every output is the same chain of fused multiplications and additions wherever it lies and however
wide the vectors are, so neither strips nor threads change a bit, nor AVX2 or AVX-512.
"""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

Kernel = Callable[..., None]

_FLOAT, _INT, _INDEX = ir.FloatType(), ir.IntType(64), ir.IntType(32)
_FLOATS = _FLOAT.as_pointer()
_NEAR, _FAR = 0.75, 0.25  # weights of the two nearest of pixels twice as large


@dataclass(frozen=True, slots=True)
class Convolution:
    """Kind of a convolution that is compiled.

    Attributes
    ----------
    size : int
        Rows and columns of its window [px].
    stride : int
        Pixels from one output to the next, 1 or 2.
    is_rectified : bool
        Whether outputs below 0 become 0.
    together : int
        Outputs whose sums are held in registers together.
    """

    size: int
    stride: int
    is_rectified: bool
    together: int


@dataclass(frozen=True, slots=True)
class Processor:
    """What is compiled for.

    Attributes
    ----------
    name, features : str
        As LLVM calls them.
    lanes : int
        Floats in a vector.
    vectors : int
        Vectors of pixels whose sums are held in registers together.
    most_together : tuple of int
        Numbers of outputs to hold together, the best first.
    """

    name: str
    features: str
    lanes: int
    vectors: int
    most_together: tuple[int, ...]

    @property
    def block(self) -> int:
        """Pixels that are written at once; what is written of a row is a multiple of it."""
        return self.lanes * self.vectors

    def together(self, n_outputs: int) -> int:
        """Return how many of so many outputs are held in registers together."""
        return next(n for n in self.most_together if n_outputs % n == 0)


@cache
def this_processor() -> Processor:
    """Return the processor that this process runs on, or that NUMBA_CPU_NAME names."""
    name = os.environ.get("NUMBA_CPU_NAME", "")
    features = os.environ.get("NUMBA_CPU_FEATURES", "")
    if not name:
        name, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    return processor(name, features)


@cache
def processor(name: str, features: str = "") -> Processor:
    """Return how kernels are laid out for a processor by its name and features in LLVM."""
    if llvm.get_default_triple().startswith("x86_64"):
        # registers of 64 bytes are used where they are there
        features = ",".join([*filter(None, [features]), "-prefer-256-bit"])
    # what a vector of 16 floats becomes tells how wide the registers are
    text = _machine(name, features).emit_assembly(llvm.parse_assembly(_PROBE))
    if "zmm" in text:
        return Processor(name, features, 16, 2, (12, 8, 4, 1))
    return Processor(name, features, 8 if "ymm" in text else 4, 3, (4, 1))


_PROBE = """
define <16 x float> @probe(<16 x float> %a, <16 x float> %b) {
  %c = fadd <16 x float> %a, %b
  ret <16 x float> %c
}
"""


def _machine(name: str, features: str) -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=name, features=features, opt=2, jit=True)


@dataclass(slots=True, eq=False)
class Kernels:
    """Compiled kernels; each releases the interpreter's lock while it runs.

    Attributes
    ----------
    processor : Processor
        What they are compiled for.
    convolutions : dict of Convolution to callable
        ``kernel(out, out_channel, out_row, image, image_channel, image_row, weights, rows, blocks,
        inputs, groups)``: addresses of the first output and of the first input of its window,
        with the floats from one channel and from one row to the next; weights as `packed` has them;
        how many rows, blocks of `Processor.block` pixels, inputs and groups of outputs there are.
    enlarge : callable
        ``enlarge(out, out_channel, out_row, image, image_channel, image_row, rows, blocks,
        channels)`` adds an image, drawn twice as large in straight lines between the middles of
        its pixels, to another; the first row is that above the one to begin with.
    """

    processor: Processor
    convolutions: dict[Convolution, Kernel]
    enlarge: Kernel
    _engine: object = field(repr=False, default=None)


_compiled: dict[tuple[frozenset[Convolution], Processor], Kernels] = {}


def kernels(wanted: frozenset[Convolution], on: Processor) -> Kernels:
    """Return kernels for these convolutions, compiled once in a process."""
    key = (wanted, on)
    if key not in _compiled:
        _compiled[key] = _compile(wanted, on)
    return _compiled[key]


def packed(
    weights: NDArray[np.float32], bias: NDArray[np.float32], together: int
) -> NDArray[np.float32]:
    """Return weights and biases in the order in which a kernel reads them, shape (n,).

    Parameters
    ----------
    weights : ndarray of float32, shape (outputs, inputs, size, size)
        Weights of each window.
    bias : ndarray of float32, shape (outputs,)
        What the sums begin with.
    together : int
        Outputs of a group.
    """
    groups = (slice(k, k + together) for k in range(0, len(bias), together))
    parts = [(bias[group], weights[group].transpose(1, 2, 3, 0).ravel()) for group in groups]
    return np.concatenate([one for pair in parts for one in pair])


def _compile(wanted: frozenset[Convolution], on: Processor) -> Kernels:
    module = ir.Module()
    names = {kind: f"convolve_{number}" for number, kind in enumerate(sorted(wanted, key=repr))}
    for kind, name in names.items():
        _Writer(module, name, (0, 3, 6), 11).convolution(kind, on)
    _Writer(module, "enlarge", (0, 3), 9).enlargement(on)
    machine = _machine(on.name, on.features)
    code = llvm.parse_assembly(str(module))
    code.verify()
    # the loops are laid out by hand already
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = options.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(code, builder)
    engine = llvm.create_mcjit_compiler(code, machine)
    engine.finalize_object()

    def kernel(name: str, pointers: tuple[int, ...], n: int) -> Kernel:
        kinds = [ctypes.c_void_p if k in pointers else ctypes.c_int64 for k in range(n)]
        return ctypes.CFUNCTYPE(None, *kinds)(engine.get_function_address(name))

    convolutions = {kind: kernel(name, (0, 3, 6), 11) for kind, name in names.items()}
    return Kernels(on, convolutions, kernel("enlarge", (0, 3), 9), engine)


class _Writer:
    """Writes one kernel in LLVM's intermediate code."""

    def __init__(self, module: ir.Module, name: str, pointers: tuple[int, ...], n: int) -> None:
        kinds = [_FLOATS if k in pointers else _INT for k in range(n)]
        self.module = module
        self.function = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), name)
        for k in pointers:
            self.function.args[k].add_attribute("noalias")
        self.build = ir.IRBuilder(self.function.append_basic_block())

    def convolution(self, kind: Convolution, on: Processor) -> None:
        """Write the kernel of a convolution."""
        out, out_channel, out_row, image, channel, row, weights, *counts = self.function.args
        n_rows, n_blocks, n_inputs, n_groups = counts
        taps = kind.size**2 * kind.together
        with self.loop(n_rows) as y, self.loop(n_blocks) as x, self.loop(n_groups) as group:
            column = self.times(x, on.block)
            first = self.sum(
                self.product(y, self.times(row, kind.stride)), self.times(column, kind.stride)
            )
            group_size = self.sum(self.times(n_inputs, taps), _index(kind.together))
            own = self.at(weights, self.product(group, group_size))
            begun = [
                value
                for k in range(kind.together)
                for value in [self.spread(self.at(own, _index(k)), on.lanes)] * on.vectors
            ]
            with self.loop(n_inputs, begun) as (number, sums):
                window = self.at(image, self.sum(first, self.product(number, channel)))
                these = self.at(own, self.sum(self.times(number, taps), _index(kind.together)))
                with self.loop(_index(kind.size), sums) as (down, line_sums):
                    line = self.at(window, self.product(row, down))
                    weight = self.at(these, self.times(down, kind.size * kind.together))
                    line_sums[:] = self.products(kind, on, line, weight, line_sums)
                sums[:] = line_sums
            where = self.sum(self.product(y, out_row), column)
            place = self.product(self.times(group, kind.together), out_channel)
            target = self.at(out, self.sum(where, place))
            nothing = ir.Constant(_vector(on.lanes), [0.0] * on.lanes)
            for k, value in enumerate(sums):
                output, number = divmod(k, on.vectors)
                if kind.is_rectified:
                    value = self.call("maxnum", value, nothing)  # noqa: PLW2901
                offset = self.sum(self.times(out_channel, output), _index(number * on.lanes))
                self.store(value, self.at(target, offset))
        self.build.ret_void()

    def products(
        self,
        kind: Convolution,
        on: Processor,
        line: ir.Value,
        weights: ir.Value,
        sums: list[ir.Value],
    ) -> list[ir.Value]:
        """Write the products of one row of the window of one input, added to the sums."""
        sums, pairs = list(sums), []
        for along in range(kind.size):
            starts = [along + kind.stride * on.lanes * v for v in range(on.vectors)]
            if kind.stride == 1:
                pixels = [self.load(self.at(line, _index(k)), on.lanes) for k in starts]
            else:
                if along % 2 == 0:
                    # every second pixel of two vectors; the others are those of the next
                    ends = [(k, k + on.lanes) for k in starts]
                    pairs = [
                        [self.load(self.at(line, _index(k)), on.lanes) for k in pair]
                        for pair in ends
                    ]
                every = [2 * k + along % 2 for k in range(on.lanes)]
                pixels = [self.chosen(one, next_one, every) for one, next_one in pairs]
            for output in range(kind.together):
                place = along * kind.together + output
                weight = self.spread(self.at(weights, _index(place)), on.lanes)
                for v, pixel in enumerate(pixels):
                    k = output * on.vectors + v
                    sums[k] = self.call("fmuladd", pixel, weight, sums[k])
        return sums

    def enlargement(self, on: Processor) -> None:
        """Write the kernel that adds an image twice as large."""
        out, out_channel, out_row, image, channel, row, *counts = self.function.args
        n_rows, n_blocks, n_channels = counts
        lanes = on.lanes
        near, far = (ir.Constant(_vector(lanes), [w] * lanes) for w in (_NEAR, _FAR))

        def between(nearer: ir.Value, farther: ir.Value) -> ir.Value:
            return self.call("fmuladd", nearer, near, self.build.fmul(farther, far))

        with self.loop(n_rows) as y, self.loop(n_channels) as number, self.loop(n_blocks) as x:
            column = self.times(x, lanes)
            start = self.sum(self.product(y, row), self.product(number, channel))
            start = self.sum(start, column)
            lines = []
            for down in range(3):
                line = self.at(image, self.sum(start, self.times(row, down)))
                left, middle, right = (
                    self.load(self.at(line, _index(k)), lanes) for k in (-1, 0, 1)
                )
                lines.append((between(middle, left), between(middle, right)))
            above, own, below = lines
            place = self.product(y, self.times(out_row, 2))
            place = self.sum(place, self.product(number, out_channel))
            target = self.at(out, self.sum(place, self.times(column, 2)))
            for down, other in ((0, above), (1, below)):
                even, odd = (between(*pair) for pair in zip(own, other, strict=True))
                for half in (0, 1):
                    mixed = [lanes // 2 * half + k // 2 + lanes * (k % 2) for k in range(lanes)]
                    offset = self.sum(self.times(out_row, down), _index(half * lanes))
                    there = self.at(target, offset)
                    added = self.build.fadd(self.load(there, lanes), self.chosen(even, odd, mixed))
                    self.store(added, there)
        self.build.ret_void()

    @contextmanager
    def loop(self, n: ir.Value, carried: list[ir.Value] | None = None) -> Iterator[Any]:
        """Write a loop of n rounds, at least one; yields its number, and what it carries on."""
        before, head = self.build.block, self.function.append_basic_block()
        self.build.branch(head)
        self.build.position_at_end(head)
        number = self.build.phi(_INT)
        number.add_incoming(_index(0), before)
        phis = []
        for value in carried or []:
            phi = self.build.phi(value.type)
            phi.add_incoming(value, before)
            phis.append(phi)
        values = list(phis)
        yield number if carried is None else (number, values)
        following = self.build.add(number, _index(1))
        number.add_incoming(following, self.build.block)
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, self.build.block)
        after = self.function.append_basic_block()
        self.build.cbranch(self.build.icmp_signed("<", following, n), head, after)
        self.build.position_at_end(after)

    def call(self, name: str, *values: ir.Value) -> ir.Value:
        """Write a call of one of LLVM's own functions on vectors."""
        kind = values[0].type
        full = f"llvm.{name}.v{kind.count}f32"
        known = self.module.globals.get(full)
        if known is None:
            known = ir.Function(self.module, ir.FunctionType(kind, [kind] * len(values)), full)
        return self.build.call(known, values)

    def spread(self, pointer: ir.Value, lanes: int) -> ir.Value:
        """Write one float in all lanes."""
        nothing = ir.Constant(_vector(lanes), ir.Undefined)
        one = self.build.insert_element(nothing, self.build.load(pointer), ir.Constant(_INDEX, 0))
        return self.chosen(one, nothing, [0] * lanes)

    def chosen(self, one: ir.Value, other: ir.Value, lanes: list[int]) -> ir.Value:
        """Write a vector of some lanes of two."""
        mask = ir.Constant(ir.VectorType(_INDEX, len(lanes)), lanes)
        return self.build.shuffle_vector(one, other, mask)

    def load(self, pointer: ir.Value, lanes: int) -> ir.Value:
        """Write the reading of a vector from anywhere."""
        return self.build.load(self.build.bitcast(pointer, _vector(lanes).as_pointer()), align=4)

    def store(self, value: ir.Value, pointer: ir.Value) -> None:
        """Write the writing of a vector to anywhere."""
        self.build.store(value, self.build.bitcast(pointer, value.type.as_pointer()), align=4)

    def at(self, pointer: ir.Value, offset: ir.Value) -> ir.Value:
        """Write a place so many floats after another."""
        return self.build.gep(pointer, [offset])

    def sum(self, one: ir.Value, other: ir.Value) -> ir.Value:
        """Write a sum of whole numbers."""
        return self.build.add(one, other)

    def product(self, one: ir.Value, other: ir.Value) -> ir.Value:
        """Write a product of whole numbers."""
        return self.build.mul(one, other)

    def times(self, one: ir.Value, n: int) -> ir.Value:
        """Write a multiple."""
        return self.build.mul(one, _index(n))


def _index(n: int) -> ir.Constant:
    return ir.Constant(_INT, n)


def _vector(lanes: int) -> ir.VectorType:
    return ir.VectorType(_FLOAT, lanes)
