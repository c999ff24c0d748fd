"""The ONNX graphs of the aligned encoder, from raw little-endian weights; standard library only, so that they can be tried without PyTorch."""
import struct

import onnx_writer as onnx
import pooling


def _floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def text_graph(table: bytes, rows: int, width: int, hidden: int, dimension: int, linear: bytes, first: bytes, first_bias: bytes, second: bytes) -> bytes:
    """ids [batch, tokens], 0 = padding -> rows of a float16 table, sum / sqrt(count) = p -> p·linear + relu(p·first + bias)·second -> L2 norm of 1."""
    tensors = [
        onnx.tensor("table", onnx.FLOAT16, [rows, width], table),
        onnx.tensor("linear", onnx.FLOAT, [width, dimension], linear),
        onnx.tensor("first", onnx.FLOAT, [width, hidden], first),
        onnx.tensor("first_bias", onnx.FLOAT, [hidden], first_bias),
        onnx.tensor("second", onnx.FLOAT, [hidden, dimension], second),
        *pooling.tensors(),
    ]
    nodes = [
        *pooling.nodes(),
        onnx.node("MatMul", ["pooled", "linear"], "straight"),
        *_perceptron("pooled", "first", "first_bias", "second", "bent"),
        onnx.node("Add", ["straight", "bent"], "projected"),
        *_unit("projected", "embedding"),
    ]
    return onnx.model("streaming", "aligned_text", nodes, tensors,
                      [onnx.value("ids", onnx.INT64, ["batch", "tokens"])], [onnx.value("embedding", onnx.FLOAT, ["batch", dimension])])


def image_graph(size: int, pool: int, channels: list, kernels: list, biases: list, dimension: int, out: bytes) -> bytes:
    """image [batch, 3, size, size] -> mean over pool x pool -> 3x3 convolutions of stride 2 with ReLU -> mean over places -> matrix -> L2 norm of 1."""
    tensors = [onnx.tensor("out", onnx.FLOAT, [channels[-1], dimension], out), onnx.tensor("tiny", onnx.FLOAT, [], _floats(1e-12))]
    nodes = [onnx.node("AveragePool", ["image"], "small", kernel_shape=[pool, pool], strides=[pool, pool])]
    current = "small"
    for layer, (kernel, bias) in enumerate(zip(kernels, biases)):
        tensors.append(onnx.tensor(f"kernel{layer}", onnx.FLOAT, [channels[layer + 1], channels[layer], 3, 3], kernel))
        tensors.append(onnx.tensor(f"bias{layer}", onnx.FLOAT, [channels[layer + 1]], bias))
        nodes.append(onnx.node("Conv", [current, f"kernel{layer}", f"bias{layer}"], f"conv{layer}", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]))
        nodes.append(onnx.node("Relu", [f"conv{layer}"], f"relu{layer}"))
        current = f"relu{layer}"
    nodes += [
        onnx.node("ReduceMean", [current], "pooled", axes=[2, 3], keepdims=0),
        onnx.node("MatMul", ["pooled", "out"], "projected"),
        *_unit("projected", "features"),
    ]
    return onnx.model("streaming", "small_image", nodes, tensors,
                      [onnx.value("image", onnx.FLOAT, ["batch", 3, size, size])], [onnx.value("features", onnx.FLOAT, ["batch", dimension])])


def fusion_graph(dimension: int, hidden: int, no_text: bytes, no_image: bytes, image_linear: bytes, first: bytes, first_bias: bytes, second: bytes) -> bytes:
    """text, image [batch, dimension], present [batch, 2] -> the learned vectors stand for what is missing: t, i
    -> t + i·image_linear + relu([t, i]·first + bias)·second -> L2 norm of 1."""
    tensors = [
        onnx.tensor("text_column", onnx.FLOAT, [2, 1], _floats(1, 0)),
        onnx.tensor("image_column", onnx.FLOAT, [2, 1], _floats(0, 1)),
        onnx.tensor("one", onnx.FLOAT, [], _floats(1.0)),
        onnx.tensor("tiny", onnx.FLOAT, [], _floats(1e-12)),
        onnx.tensor("no_text", onnx.FLOAT, [1, dimension], no_text),
        onnx.tensor("no_image", onnx.FLOAT, [1, dimension], no_image),
        onnx.tensor("image_linear", onnx.FLOAT, [dimension, dimension], image_linear),
        onnx.tensor("first", onnx.FLOAT, [2 * dimension, hidden], first),
        onnx.tensor("first_bias", onnx.FLOAT, [hidden], first_bias),
        onnx.tensor("second", onnx.FLOAT, [hidden, dimension], second),
    ]
    nodes = [
        *_or_missing("text"),
        *_or_missing("image"),
        onnx.node("Concat", ["text_or_missing", "image_or_missing"], "both", axis=1),
        onnx.node("MatMul", ["image_or_missing", "image_linear"], "image_part"),
        onnx.node("Add", ["text_or_missing", "image_part"], "straight"),
        *_perceptron("both", "first", "first_bias", "second", "bent"),
        onnx.node("Add", ["straight", "bent"], "projected"),
        *_unit("projected", "embedding"),
    ]
    inputs = [onnx.value("text", onnx.FLOAT, ["batch", dimension]), onnx.value("image", onnx.FLOAT, ["batch", dimension]), onnx.value("present", onnx.FLOAT, ["batch", 2])]
    return onnx.model("streaming", "fusion", nodes, tensors, inputs, [onnx.value("embedding", onnx.FLOAT, ["batch", dimension])])


def _or_missing(name: str) -> list:
    return [
        onnx.node("MatMul", ["present", f"{name}_column"], f"has_{name}"),
        onnx.node("Sub", ["one", f"has_{name}"], f"lacks_{name}"),
        onnx.node("Mul", [name, f"has_{name}"], f"{name}_kept"),
        onnx.node("Mul", [f"no_{name}", f"lacks_{name}"], f"{name}_learned"),
        onnx.node("Add", [f"{name}_kept", f"{name}_learned"], f"{name}_or_missing"),
    ]


def _perceptron(source: str, first: str, bias: str, second: str, target: str) -> list:
    return [
        onnx.node("MatMul", [source, first], f"{target}_hidden"),
        onnx.node("Add", [f"{target}_hidden", bias], f"{target}_shifted"),
        onnx.node("Relu", [f"{target}_shifted"], f"{target}_active"),
        onnx.node("MatMul", [f"{target}_active", second], target),
    ]


def _unit(source: str, target: str) -> list:
    return [
        onnx.node("ReduceL2", [source], f"{target}_norm", axes=[1], keepdims=1),
        onnx.node("Max", [f"{target}_norm", "tiny"], f"{target}_divisor"),
        onnx.node("Div", [source, f"{target}_divisor"], target),
    ]
