# SPDX-License-Identifier: Apache-2.0
"""chip.py - what a bench wants to know of the chip in the folder above."""
import re
from pathlib import Path
from types import SimpleNamespace

from cocotb.binary import BinaryValue

CHIP = Path(__file__).resolve().parent.parent


class Id:
    """A signal that is not there: the chip has one ID, and cocotbext-axi wants to see it."""
    value = BinaryValue(0, n_bits=1)

    def __len__(self):
        return 1

    def setimmediatevalue(self, value):
        pass


def with_ids(dut, bus):
    """A bus of the chip for cocotbext-axi."""
    signals = {name: getattr(dut, name) for name in dir(dut) if name.startswith(bus)}
    ids = {f"{bus}_{name}": Id() for name in ("awid", "bid", "arid", "rid")}
    return SimpleNamespace(_log=dut._log, _name=dut._name, **signals, **ids)


def vectors(name):
    """A file of ../vectors: a number a line."""
    return [int(line, 16) for line in (CHIP / "vectors" / name).read_text().split()]


def images():
    """The folder of the model's image; of a network in parts that of the first one, of which vectors/ is, too."""
    parts = CHIP / "mem/part0"
    return parts if parts.is_dir() else CHIP / "mem"


def names():
    """Registers, their fields, words of the model image and of descriptors."""
    header = (CHIP / "driver/ese_registers.h").read_text()
    return {name: int(value, 0) for name, value in re.findall(r"ESE_(\w+) = (0x\w+?|\d+)U?[,;]", header)}


def descriptor(n, channels, voices, x, y):
    """One frame: x and y are where it lies in memory, `voices` a line of voices.hex."""
    words = [0] * 32
    words[n["DESCRIPTOR_MAGIC"]], words[n["DESCRIPTOR_FRAMES"]] = n["IDENTITY_DESCRIPTOR"], 1
    words[n["DESCRIPTOR_X_ADDRESS"]], words[n["DESCRIPTOR_Y_ADDRESS"]] = x, y
    for name, bits in (("ACTIVE", voices), ("FIRST", voices >> channels)):
        for word in range(4):
            words[n["DESCRIPTOR_" + name] + word] = (bits & (1 << channels) - 1) >> 32 * word & 0xFFFFFFFF
    return b"".join(word.to_bytes(4, "little") for word in words)
