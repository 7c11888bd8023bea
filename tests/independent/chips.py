# SPDX-License-Identifier: Apache-2.0
"""chips.py - what is asked of ese: two configurations and the networks for them, drawn here."""
import math
import os
import random

import files
from network import Network

# Sizes are such that layers could change places, and nobody would notice by the shapes.
STREAM = {
    "keys": ["pes: 4", "channels: 3", "memory: stream", "io: memory"],
    "base": 0x1280000000,
    "address_bits": 40, "bus_bits": 512, "pes": 4, "channels": 3, "ports": 2,
    "layers": [("lstm", 12, 16, 12), ("lstm", 12, 12, 0), ("linear", 12, 7)],
    "list": [],                      # the file alone says what its layers are
    "activation": lambda z: z,
    "kind": "F32", "grid": 0, "zeros": 0.5,
}
RESIDENT = {
    "keys": ["pes: 8", "channels: 4", "memory: resident", "io: memory", "memory_ports: 1",
             "axi_data_bits: 128", "axi_address_bits: 32"],
    "base": 0x7FFC0000,
    "address_bits": 32, "bus_bits": 128, "pes": 8, "channels": 4, "ports": 1,
    "layers": [("lstm", 12, 12, 0), ("lstm", 12, 16, 12), ("linear", 12, 7)],
    "list": ["  layers:", "    - {kind: lstm}", "    - {kind: lstm, projection_bias: true}",
             "    - {kind: linear, activation: tanh}"],
    "activation": math.tanh,
    "kind": "F64", "grid": 1 / 256, "zeros": 0,  # weights that 12 bits hold exactly
}
CHIPS = {"stream": STREAM, "resident": RESIDENT}


def draw_tensors(chip, seed):
    rng = random.Random(seed)
    tensors = {}

    def number(limit, sparse=True):
        if sparse and rng.random() < chip["zeros"]:
            return 0.0
        value = (2 * rng.random() - 1) * limit
        return round(value / chip["grid"]) * chip["grid"] if chip["grid"] else value

    def matrix(name, rows, cols):
        limit = 2.2 / math.sqrt(cols * (1 - chip["zeros"]))
        tensors[name] = ((rows, cols), [number(limit) for _ in range(rows * cols)])

    def vector(name, size, limit):
        tensors[name] = ((size,), [number(limit, False) for _ in range(size)])

    for n, (kind, inputs, cells, *rest) in enumerate(chip["layers"]):
        if kind == "linear":
            matrix("%d.W" % n, cells, inputs)
            vector("%d.b" % n, cells, 0.5)
            continue
        output = rest[0]
        for gate in "ifco":
            matrix("%d.W_%sx" % (n, gate), cells, inputs)
            matrix("%d.W_%sr" % (n, gate), cells, output or cells)
            vector("%d.b_%s" % (n, gate), cells, 0.7)
            if output and gate != "c":
                vector("%d.w_%sc" % (n, gate), cells, 0.9)
        if output:
            matrix("%d.W_ym" % n, output, cells)
            if chip["list"]:
                vector("%d.b_y" % n, output, 0.3)
    return tensors


def draw_x(rng, frames, size):
    """A voice that goes up and down, and noise."""
    walk, rows = [0.0] * size, []
    for _ in range(frames):
        walk = [0.7 * w + 1.2 * (2 * rng.random() - 1) for w in walk]
        rows.append(list(walk))
    return rows


def load(chip, path):
    return Network(files.read_safetensors(path), chip["activation"])


def draw(chip, folder):
    """Two models, and recordings with what they give, which set the number formats."""
    for name, seed in (("model", 1), ("other", 2)):
        files.write_safetensors("%s/%s.safetensors" % (folder, name), draw_tensors(chip, seed),
                                chip["kind"])
        rng = random.Random(100)
        network = load(chip, "%s/%s.safetensors" % (folder, name))
        y = "%s/%s_y" % (folder, name)
        for part in (folder + "/x", y):
            os.makedirs(part, exist_ok=True)
        for n in range(10):
            x = draw_x(rng, 24 + n, chip["layers"][0][1])
            files.write_npy("%s/x/u%d.npy" % (folder, n), x)
            files.write_npy("%s/u%d.npy" % (y, n), network.run(x)[0])
        with open("%s/%s.yaml" % (folder, name), "w") as out:
            out.write("\n".join(chip["keys"] + [
                "model:", "  path: %s.safetensors" % name, "  utterances: x",
                "  expected: %s_y" % name] + chip["list"]) + "\n")
