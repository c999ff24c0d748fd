"""Writes an ONNX ModelProto in protobuf wire format with the standard library alone.

Only what an encoder graph needs: nodes, integer-list attributes, raw tensors, named inputs and outputs.
Field numbers are those of onnx/onnx.proto (IR version 8).
"""

FLOAT, INT64, FLOAT16 = 1, 7, 10


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def data(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def node(op: str, inputs: list[str], output: str, **attributes: int | list[int]) -> bytes:
    out = b"".join(data(1, name) for name in inputs) + data(2, output) + data(3, output) + data(4, op)
    for name, value in sorted(attributes.items()):
        if isinstance(value, list):
            attribute = data(1, name) + b"".join(number(8, item) for item in value) + number(20, 7)
        else:
            attribute = data(1, name) + number(3, value) + number(20, 2)
        out += data(5, attribute)
    return out


def tensor(name: str, kind: int, dims: list[int], raw: bytes) -> bytes:
    return b"".join(number(1, dim) for dim in dims) + number(2, kind) + data(8, name) + data(9, raw)


def value(name: str, kind: int, dims: list[int | str]) -> bytes:
    """A graph input or output; a string dimension is symbolic."""
    shape = b"".join(data(1, data(2, dim) if isinstance(dim, str) else number(1, dim)) for dim in dims)
    return data(1, name) + data(2, data(1, number(1, kind) + data(2, shape)))


def model(producer: str, name: str, nodes: list[bytes], tensors: list[bytes], inputs: list[bytes], outputs: list[bytes]) -> bytes:
    graph = b"".join(data(1, item) for item in nodes) + data(2, name)
    graph += b"".join(data(5, item) for item in tensors)
    graph += b"".join(data(11, item) for item in inputs) + b"".join(data(12, item) for item in outputs)
    opset = data(1, "") + number(2, 17)
    return number(1, 8) + data(2, producer) + data(7, graph) + data(8, opset)
