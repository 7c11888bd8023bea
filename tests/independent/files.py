# SPDX-License-Identifier: Apache-2.0
"""files.py - safetensors, .npy and the model image of a chip, by what their formats say; the standard
library is all that it takes."""
import array
import json
import struct
import sys

KINDS = {"F64": "d", "F32": "f"}


def little(values):
    """Files are little-endian, whatever this machine is."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


def write_safetensors(path, tensors, kind):
    """tensors: name -> (shape, numbers in row-major order)."""
    header, data = {}, b""
    for name, (shape, numbers) in tensors.items():
        packed = little(array.array(KINDS[kind], numbers)).tobytes()
        header[name] = {"dtype": kind, "shape": list(shape),
                        "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    """name -> a list of numbers, or of rows of them."""
    with open(path, "rb") as f:
        data = f.read()
    (length,) = struct.unpack_from("<Q", data)
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        numbers = array.array(KINDS[entry["dtype"]], data[8 + length + begin:8 + length + end])
        numbers = list(little(numbers))
        shape = entry["shape"]
        if len(shape) == 2:
            numbers = [numbers[r * shape[1]:(r + 1) * shape[1]] for r in range(shape[0])]
        tensors[name] = numbers
    return tensors


def write_npy(path, rows):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }" % (
        len(rows), len(rows[0]))
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as out:
        out.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for row in rows:
            out.write(struct.pack("<%dd" % len(row), *row))


class Image:
    """model.bin and weights.bin, by the tables of the chip's REGISTERS.md."""

    def __init__(self, folder):
        with open(folder + "/model.bin", "rb") as f:
            self.model = f.read()
        with open(folder + "/weights.bin", "rb") as f:
            self.weights = f.read()
        word = struct.unpack_from("<64I", self.model)
        signed = struct.unpack_from("<64i", self.model)
        if word[0] != 0x4D455345 or word[1] != 2:
            raise SystemExit("model.bin has another magic number or layout than REGISTERS.md says")
        self.hash = word[3]
        self.x_size, self.y_size = word[4], word[5]
        self.cell_words, self.kept_words = word[6], word[7]
        self.x_frame, self.y_frame, self.xy_word = word[32], word[33], word[34]
        self.state_bytes, self.state_word, self.state_slot = word[35], word[36], word[37]
        self.element = word[38]
        self.x_fraction, self.y_fraction, self.bits = signed[39], signed[40], word[41]
        self.lanes = self.state_slot // self.element
        # Layer, kind (1: c; 2: what the layer gives), first word, elements, fraction bits.
        self.vectors = [struct.unpack_from("<4Ii", self.model, word[43] + 32 * i)
                        for i in range(word[42])]


def element_at(memory, address, size):
    return int.from_bytes(memory[address:address + size], "little", signed=True)
