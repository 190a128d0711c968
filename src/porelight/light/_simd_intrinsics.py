"""Machine instructions that Numba does not offer, for use inside a vectorised loop.

Numba widens 32-bit integers to 64 bits and guards every array index against being negative; either
one keeps the compiler from filling a SIMD register. Each name here stands for the one machine
instruction that is meant. They work in compiled code only.
"""

import sys
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

Singles: TypeAlias = NDArray[np.float32]
Float32: TypeAlias = np.float32
Uint32: TypeAlias = np.uint32

_WORD = ir.IntType(32)
_FLOAT = ir.FloatType()


def _unary(result: Any, operand: Any, build: Callable[[Any, Any], Any]) -> Any:
    def instruction(_: Any, x: Any) -> Any:
        def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return build(builder, *arguments)

        return result(operand), emit

    return intrinsic(instruction)


def _binary(kind: Any, build: Callable[[Any, Any, Any], Any]) -> Any:
    def instruction(_: Any, x: Any, y: Any) -> Any:
        def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return build(builder, *arguments)

        return kind(kind, kind), emit

    return intrinsic(instruction)


def _address(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    start = context.make_array(array_type)(context, builder, array).data
    return builder.gep(start, [index])


def _load(_: Any, array: Any, index: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_address(context, builder, signature.args[0], *arguments))

    return types.float32(array, types.int64), emit


def _half(*, upper: bool) -> Callable[[Any, Any, Any], Any]:
    first = int(upper == (sys.byteorder == "little"))

    def load_half(_: Any, array: Any, index: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = _address(context, builder, signature.args[0], *arguments)
            halves = builder.bitcast(word, ir.IntType(16).as_pointer())
            return builder.zext(
                builder.load(builder.gep(halves, [ir.IntType(32)(first)])), ir.IntType(64)
            )

        return types.uint64(array, types.int64), emit

    return load_half


def _store(_: Any, array: Any, index: Any, value: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where = _address(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], where)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.float32), emit


def _prefetch(_: Any, array: Any, index: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        where = builder.bitcast(
            _address(context, builder, signature.args[0], *arguments), ir.IntType(8).as_pointer()
        )
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [where.type, flag, flag, flag])
        call = builder.module.declare_intrinsic("llvm.prefetch.p0i8", [], kind)
        # for writing, to be kept near, of data
        builder.call(call, [where, flag(1), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), emit


def _widest(_: Any) -> Any:
    def emit(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        # llvmlite's own `add` takes only words, not a name with a value
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), emit


_WordPair: TypeAlias = Callable[[Uint32, Uint32], Uint32]
_U32, _F32 = types.uint32, types.float32

# an element of a flat array, unguarded: read, and written
load = cast("Callable[[Singles, int], Float32]", intrinsic(_load))
store = cast("Callable[[Singles, int, Float32], None]", intrinsic(_store))

# the two halves of an element's word, without a shift or a mask
upper_half = cast("Callable[[Singles, int], np.uint64]", intrinsic(_half(upper=True)))
lower_half = cast("Callable[[Singles, int], np.uint64]", intrinsic(_half(upper=False)))

# asks the memory for an element that is about to be changed
prefetch = cast("Callable[[NDArray[np.float64], int], None]", intrinsic(_prefetch))

# lets the loops of the function that calls it fill the widest registers: of AVX-512's, LLVM would
# use half, for fear of a slower clock
use_widest_registers = cast("Callable[[], None]", intrinsic(_widest))

# the bits of a float as a word, and the float that a word's bits spell
bits_of = cast("Callable[[Float32], Uint32]", _unary(_U32, _F32, lambda b, x: b.bitcast(x, _WORD)))
float_of = cast(
    "Callable[[Uint32], Float32]", _unary(_F32, _U32, lambda b, x: b.bitcast(x, _FLOAT))
)
# a signed word as the float of the same value, and back, towards zero
value_of = cast("Callable[[Uint32], Float32]", _unary(_F32, _U32, lambda b, x: b.sitofp(x, _FLOAT)))
truncated = cast("Callable[[Float32], Uint32]", _unary(_U32, _F32, lambda b, x: b.fptosi(x, _WORD)))

# arithmetic of words modulo 2**32
add = cast("_WordPair", _binary(_U32, lambda b, x, y: b.add(x, y)))
multiply = cast("_WordPair", _binary(_U32, lambda b, x, y: b.mul(x, y)))
subtract = cast("_WordPair", _binary(_U32, lambda b, x, y: b.sub(x, y)))
both = cast("_WordPair", _binary(_U32, lambda b, x, y: b.and_(x, y)))
either = cast("_WordPair", _binary(_U32, lambda b, x, y: b.or_(x, y)))
differ = cast("_WordPair", _binary(_U32, lambda b, x, y: b.xor(x, y)))
shift_left = cast("_WordPair", _binary(_U32, lambda b, x, y: b.shl(x, y)))
shift_right = cast("_WordPair", _binary(_U32, lambda b, x, y: b.lshr(x, y)))
shift_right_signed = cast("_WordPair", _binary(_U32, lambda b, x, y: b.ashr(x, y)))
least = cast("_WordPair", _binary(_U32, lambda b, x, y: b.select(b.icmp_signed("<", x, y), x, y)))
