# SPDX-License-Identifier: Apache-2.0
"""vectors.py CHIP STIMULUS - the text files of CHIP/vectors against the file that `ese verify` plays (its layout:
sim/stimulus.h), and stimulus.bin beside them against its phase `steady`; prints "ok NAME" or "FAILED NAME: WHY"."""
import struct
import sys
from pathlib import Path


class Stimulus:
    """The frames of a stimulus file: they stand at its end, before the CRC."""

    def __init__(self, data):
        self.channels, self.input, _, self.element_bits = struct.unpack_from("<4I", data, 20)
        products, passes, vectors, leaves = struct.unpack_from("<4I", data, 44)
        lists = 100 + 4 * products + (4 + 16) * passes
        elements = [struct.unpack_from("<I", data, lists + 40 * n + 32)[0] for n in range(vectors)]
        self.before_y, self.output = sum(elements[:leaves]), elements[leaves]
        self.words = (self.channels + 31) // 32
        self.size = 4 * (2 * self.words + self.channels * (self.input + sum(elements)))
        self.data = data[:-4]

    def frames(self, first, total):
        """Four frames from `first` on, of `total` that the file has."""
        return [self.frame(len(self.data) - (total - n) * self.size) for n in range(first, first + 4)]

    def frame(self, at):
        words = struct.unpack_from(f"<{2 * self.words}I", self.data, at)
        masks = [sum(word << 32 * n for n, word in enumerate(words[from_:from_ + self.words]))
                 for from_ in (0, self.words)]
        at += 8 * self.words
        x = struct.unpack_from(f"<{self.channels * self.input}i", self.data, at)
        at += 4 * (len(x) + self.channels * self.before_y)
        y = struct.unpack_from(f"<{self.channels * self.output}i", self.data, at)
        return masks, x, y


def check(name, good, why=""):
    print(f"ok {name}" if good else f"FAILED {name}: {why}")


def elements(lines, frame, size, s):
    """[channel][element] of a frame, signed."""
    rows = []
    for channel in range(s.channels):
        row = []
        for line in lines[frame * size:(frame + 1) * size]:
            value = int(line, 16) >> channel * s.element_bits & (1 << s.element_bits) - 1
            row.append(value - (value >> s.element_bits - 1 << s.element_bits))
        rows.append(row)
    return rows


def main():
    folder, data = Path(sys.argv[1]) / "vectors", Path(sys.argv[2]).read_bytes()
    s, own = Stimulus(data), Stimulus((folder / "stimulus.bin").read_bytes())
    lines = {name: (folder / f"{name}.hex").read_text().split() for name in ("x", "y", "voices")}
    check("four frames", [len(lines[name]) for name in ("voices", "x", "y")] == [4, 4 * s.input, 4 * s.output])
    total = 4
    while s.frames(0, total) != own.frames(0, 4) and total < 100:  # how many frames follow depends on the chip
        total += 1
    check("stimulus.bin is the first phase", total < 100)
    for n, ((active, first), x, y) in enumerate(s.frames(0, total)):
        check(f"voices {n}", int(lines["voices"][n], 16) == active | first << s.channels, lines["voices"][n])
        for name, size, values in (("x", s.input, x), ("y", s.output, y)):
            got = elements(lines[name], n, size, s)
            for c in range(s.channels):
                wanted = list(values[c * size:(c + 1) * size])
                if name == "y" and not active >> c & 1:
                    wanted = [0] * size
                check(f"{name} {n}, channel {c}", got[c] == wanted, f"{got[c]}, wanted {wanted}")


main()
