"""How every text graph here begins: ids [batch, tokens], 0 = padding -> rows of a float16 table -> their sum / sqrt(count), as `pooled`."""
import struct

import onnx_writer as onnx

PADDING_ID = 0


def tensors() -> list:
    """What the nodes and an L2 norm behind them need, besides `table`."""
    return [
        onnx.tensor("padding", onnx.INT64, [], struct.pack("<q", PADDING_ID)),
        onnx.tensor("tokens_axis", onnx.INT64, [1], struct.pack("<q", 1)),
        onnx.tensor("last_axis", onnx.INT64, [1], struct.pack("<q", 2)),
        onnx.tensor("one", onnx.FLOAT, [], struct.pack("<f", 1.0)),
        onnx.tensor("tiny", onnx.FLOAT, [], struct.pack("<f", 1e-12)),
    ]


def nodes() -> list:
    """From `ids` and `table` to `pooled`."""
    return [
        onnx.node("Gather", ["table", "ids"], "rows_half", axis=0),
        onnx.node("Cast", ["rows_half"], "rows", to=onnx.FLOAT),
        onnx.node("Equal", ["ids", "padding"], "is_padding"),
        onnx.node("Not", ["is_padding"], "is_token"),
        onnx.node("Cast", ["is_token"], "mask", to=onnx.FLOAT),
        onnx.node("Unsqueeze", ["mask", "last_axis"], "mask_column"),
        onnx.node("Mul", ["rows", "mask_column"], "masked"),
        onnx.node("ReduceSum", ["masked", "tokens_axis"], "total", keepdims=0),
        onnx.node("ReduceSum", ["mask", "tokens_axis"], "count", keepdims=1),
        onnx.node("Max", ["count", "one"], "count_or_one"),
        onnx.node("Sqrt", ["count_or_one"], "scale"),
        onnx.node("Div", ["total", "scale"], "pooled"),
    ]
