"""Weights of the convolutions in an ONNX file, in the order in which they are used.

An ONNX file is a message of Protocol Buffers [1]_: fields of a number and a kind, of which nested
messages and text have a length before them. Only what weights need is read: the nodes with their
inputs, and the tensors that are constants.

References
----------
.. [1] ONNX, "Open Neural Network Exchange intermediate representation (IR) specification";
   Protocol Buffers, "Encoding".
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.errors import DataFileError

Tensor: TypeAlias = NDArray[np.float32]

# numbers of fields: of the model, its graph, a node, a tensor
_GRAPH = 7
_NODE, _CONSTANT = 1, 5
_INPUT, _OUTPUT, _OPERATION = 1, 2, 4
_SIZE, _KIND, _NAME, _CONTENT = 1, 2, 8, 9
_KINDS: dict[int, str] = {1: "<f4", 10: "<f2"}
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5


def convolution_weights(content: bytes) -> list[tuple[Tensor, Tensor]]:
    """Return weights and biases of the convolutions that an ONNX file holds.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    list of tuple of ndarray of float32
        Shapes (outputs, inputs, rows, cols) and (outputs,); in the order of the nodes.

    Raises
    ------
    DataFileError
        If it is no ONNX file with convolutions whose weights are in it.
    """
    try:
        return _convolutions(content)
    except (IndexError, KeyError, StopIteration, TypeError, ValueError):
        raise DataFileError(
            f"the pore network of {len(content)} bytes is no ONNX file with weights; expected the "
            "one that training/train.py writes."
        ) from None


def _convolutions(content: bytes) -> list[tuple[Tensor, Tensor]]:
    graph = next(value for number, value in _fields(content) if number == _GRAPH)
    tensors: dict[bytes, Tensor] = {}
    nodes = []
    for number, value in _fields(graph):
        if number == _CONSTANT:
            name, tensor = _tensor(value)
            tensors[name] = tensor
        elif number == _NODE:
            nodes.append(list(_fields(value)))
    found = []
    for node in nodes:
        operation = next(bytes(value) for number, value in node if number == _OPERATION)
        inputs = [bytes(value) for number, value in node if number == _INPUT]
        if operation == b"Cast" and inputs[0] in tensors:
            # weights of 16 bits are widened by a node of their own
            output = next(bytes(value) for number, value in node if number == _OUTPUT)
            tensors[output] = tensors[inputs[0]]
        elif operation == b"Conv":
            weights, bias = (tensors[name] for name in inputs[1:3])
            found.append((weights, bias))
    if not found:
        raise ValueError
    return found


def _tensor(message: memoryview) -> tuple[bytes, Tensor]:
    shape: list[int] = []
    kind, name, content = 0, b"", b""
    for number, value in _fields(message):
        if number == _SIZE:
            # one by one, or all of them packed
            shape += [value] if isinstance(value, int) else list(_varints(bytes(value)))
        elif number == _KIND:
            kind = int(value)
        elif number == _NAME:
            name = bytes(value)
        elif number == _CONTENT:
            content = bytes(value)
    if kind not in _KINDS:
        return name, np.empty(0, np.float32)  # whole numbers, such as sizes
    values = np.frombuffer(content, np.dtype(_KINDS[kind]))
    return name, np.asarray(values.reshape(shape), np.float32)


def _fields(message: memoryview | bytes) -> Iterator[tuple[int, Any]]:
    """Yield the number and the value of each field of a message."""
    view, at = memoryview(message), 0
    while at < len(view):
        key, at = _varint(view, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(view, at)
            yield key >> 3, value
            continue
        if kind == _LENGTH:
            length, at = _varint(view, at)
        else:
            length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}[kind]
        if at + length > len(view):
            raise ValueError
        yield key >> 3, view[at : at + length]
        at += length


def _varints(content: bytes) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = _varint(memoryview(content), at)
        yield value


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the lowest first, and where the next begins."""
    value = shift = 0
    while True:
        byte = view[at]
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not byte & 0x80:
            return value, at
