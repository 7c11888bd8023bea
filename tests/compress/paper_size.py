#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""paper_size.py DIR - a network of the paper's size with drawn weights, and noise for it to learn from: paper.yaml,
paper.safetensors, train/ with 10,000 frames, held_out/ with 1,000."""
import array
import json
import os
import random
import struct
import sys

INPUT, CELL, OUTPUT = 153, 1024, 512
SHAPES = {f"lstm.W_{gate}x": (CELL, INPUT) for gate in "ifco"}
SHAPES |= {f"lstm.W_{gate}r": (CELL, OUTPUT) for gate in "ifco"}
SHAPES |= {"lstm.W_ym": (OUTPUT, CELL)}
SHAPES |= {f"lstm.w_{gate}c": (CELL,) for gate in "ifo"}
SHAPES |= {f"lstm.b_{gate}": (CELL,) for gate in "ifco"}


def drawn(count, largest):
    return array.array("f", (largest * (2.0 * random.random() - 1.0) for _ in range(count)))


def write_network(path):
    header, values = {}, array.array("f")
    for name, shape in SHAPES.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        begin = 4 * len(values)
        values += drawn(count, (3.0 / shape[-1]) ** 0.5 if len(shape) > 1 else 0.1)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, 4 * len(values)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + values.tobytes())


def write_frames(path, frames):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({frames}, {INPUT}), }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        file.write(drawn(frames * INPUT, 1.7).tobytes())


def main(folder):
    random.seed(1)
    for part in ("train", "held_out"):
        os.makedirs(os.path.join(folder, part))
    write_network(os.path.join(folder, "paper.safetensors"))
    for n in range(32):
        write_frames(os.path.join(folder, "train", f"{n:02}.npy"), 312 + n % 2)
    for n in range(16):
        write_frames(os.path.join(folder, "held_out", f"{n:02}.npy"), 62 + n % 2)
    with open(os.path.join(folder, "paper.yaml"), "w", encoding="ascii") as file:
        file.write("pes: 32\nchannels: 32\nmodel:\n  path: paper.safetensors\n  layers:\n    - kind: lstm\n"
                   "      cell: 1024\n      output: 512\n  utterances: train\n  density: 0.1\n")


main(sys.argv[1])
