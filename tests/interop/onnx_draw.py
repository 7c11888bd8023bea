# SPDX-License-Identifier: Apache-2.0
"""onnx_draw.py FOLDER COUNT - models with layers that are drawn, weights that stand as exporters write
them, and what onnxruntime makes of x: NAME.onnx, and NAME.safetensors with x and y."""
import os
import sys

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fixtures"))
import onnx_models as models  # noqa: E402


def draw_layer(random, size):
    """A layer as fixtures.def would have it, and its output's size."""
    kind = ("lstm", "gru", "rnn", "linear")[random.integers(4)]
    layer = {"kind": kind, "input": str(size)}
    cell = int(random.integers(1, 24))
    if random.integers(4) == 0:
        layer["bias"] = "false"
    if kind == "linear":
        layer["output"] = str(cell)
        activation = ("", "relu", "sigmoid", "tanh")[random.integers(4)]
        return ({**layer, "activation": activation} if activation else layer), cell
    layer["cell"] = str(cell)
    layer["direction"] = ("forward", "backward", "both")[random.integers(3)]
    if kind == "lstm" and random.integers(2):
        layer.update({"peephole": "true", "coupled": ("none", "forget")[random.integers(2)]})
    if kind == "lstm" and random.integers(4) == 0:
        layer["candidate"] = "sigm"
    if kind == "gru":
        layer["reset"] = ("before", "after")[random.integers(2)]
    if kind == "rnn":
        layer["nonlinearity"] = ("tanh", "relu")[random.integers(2)]
    return layer, cell * (2 if layer["direction"] == "both" else 1)


def shapes(layer):
    """Of all tensors, by name."""
    size = int(layer["input"])
    if layer["kind"] == "linear":
        wanted = {"W": (int(layer["output"]), size), "b": (int(layer["output"]),)}
    else:
        cell, gates = int(layer["cell"]), models.GATES[layer["kind"]]
        wanted = {f"W_{g}x": (cell, size) for g in gates}
        wanted.update({f"W_{g}r": (cell, cell) for g in gates})
        wanted.update({f"b_{g}": (cell,) for g in gates})
        if layer["kind"] == "gru" and layer["reset"] == "after":
            wanted["c_n"] = (cell,)
        if layer.get("peephole") == "true":
            wanted.update({f"w_{g}c": (cell,) for g in "iof"})
        wanted["y_0"] = (cell,)
        if layer["kind"] == "lstm":
            wanted["c_0"] = (cell,)
    return {name: shape for name, shape in wanted.items()
            if layer.get("bias") != "false" or name[0] not in "b" and name != "c_n"}


def draw_tensors(random, layers):
    tensors = {}
    for number, layer in enumerate(layers):
        states = random.integers(2)
        for half in models.halves(number, layer):
            for name, shape in shapes(layer).items():
                if states or not name.endswith("_0"):
                    scale = 800 / max(1.0, np.sqrt(shape[-1]) / 2)
                    tensors[half + name] = (random.integers(-scale, scale, shape) / 1024).astype("f4")
    return tensors


def main(folder, count):
    ways = [("plain", models.plain)] + [(name, way) for name, way in models.WEIGHTS.items()
                                        if name != "torch"]
    for seed in range(count):
        random = np.random.default_rng(seed)
        size, layers = int(random.integers(1, 24)), []
        for _ in range(random.integers(1, 4)):
            layer, size = draw_layer(random, size)
            layers.append(layer)
        tensors = draw_tensors(random, layers)
        way, weight = ways[seed % len(ways)]
        opset = 14 if way in ("backward", "dequantized") else (7, 9, 12, 14, 17, 20)[seed % 6]
        model = models.model_of_layers(tensors, layers, opset, weight)
        x = random.uniform(-2, 2, (random.integers(1, 12), int(layers[0]["input"]))).astype("f4")
        y = models.run(model, folder, x, tensors)
        name = os.path.join(folder, f"{seed:03d}_{way}_{opset}")
        onnx.save(model, name + ".onnx")
        models.write_safetensors(name + ".safetensors", {"x": x, "y": y.astype("f4")})


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
