# SPDX-License-Identifier: Apache-2.0
"""test_chip.py - a bench to begin with: resets the chip, reads who it is, loads its model, plays the first frame
of ../vectors and compares y.  What the chip has none of is left out."""
import json

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import (AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam, AxiRamRead, AxiReadBus, AxiStreamBus,
                           AxiStreamFrame, AxiStreamSink, AxiStreamSource)

from chip import CHIP, descriptor, images, names, vectors, with_ids

WEIGHTS, MODEL, QUEUE, X, Y = (n << 28 for n in range(1, 6))  # where things lie in memory


async def until(control, register, mask, value):
    for _ in range(10000):
        if await control.read_dword(register) & mask == value:
            return
    assert False, f"register {register:#x} never has {value:#x} in {mask:#x}"


async def through_streams(dut, domain, x, voices):
    source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis_x"), *domain, byte_lanes=1)
    sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_y"), *domain, byte_lanes=1)
    await source.send(AxiStreamFrame(tdata=x, tuser=voices))
    return list((await sink.recv()).tdata)


@cocotb.test()
async def first_frame(dut):
    voices, x, y = vectors("voices.hex"), vectors("x.hex"), vectors("y.hex")
    x, y, voices = x[:len(x) // len(voices)], y[:len(y) // len(voices)], voices[0]
    channels = json.loads((CHIP / "report.json").read_text())["chip"]["channels"]
    bits = 4 * len((CHIP / "vectors/y.hex").read_text().split()[0]) // channels
    speaks = sum((1 << bits) - 1 << bits * c for c in range(channels) if voices >> c & 1)  # y of others means nothing
    domain, ports = (dut.aclk, dut.aresetn, False), dir(dut)
    cocotb.start_soon(Clock(dut.aclk, 5, "ns").start())
    dut.aresetn.value = 0
    if "irq" in ports:
        n, control = names(), AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi_control"), *domain)
        queue = "m_axi_data_awvalid" in ports
        bus, ram = (AxiBus, AxiRam) if queue else (AxiReadBus, AxiRamRead)
        memory = ram(bus.from_prefix(with_ids(dut, "m_axi_data"), "m_axi_data"), *domain, size=1 << 32)
        if "m_axi_weights_arvalid" in ports:
            bus = AxiReadBus.from_prefix(with_ids(dut, "m_axi_weights"), "m_axi_weights")
            AxiRamRead(bus, *domain, mem=memory.mem)
    await ClockCycles(dut.aclk, 16)
    dut.aresetn.value = 1
    await ClockCycles(dut.aclk, 2)
    if "irq" in ports:
        assert await control.read_dword(n["ID"]) == n["IDENTITY_CHIP"]
        model = (images() / "model.bin").read_bytes()
        memory.write(MODEL, model)
        memory.write(WEIGHTS, (images() / "weights.bin").read_bytes())
        await control.write_dword(n["WEIGHTS_ADDRESS"], WEIGHTS)
        await control.write_dword(n["MODEL_ADDRESS"], MODEL)
        await control.write_dword(n["CONTROL"], n["CONTROL_LOAD"])
        await until(control, n["STATUS"], n["STATUS_LOADED"] | n["STATUS_LOADING"], n["STATUS_LOADED"])
    if "irq" in ports and queue:
        bytes_ = int.from_bytes(model[4 * n["IMAGE_XY_WORD_BYTES"]:][:4], "little")
        memory.write(X, b"".join(word.to_bytes(bytes_, "little") for word in x))
        memory.write(QUEUE, descriptor(n, channels, voices, X, Y))
        for register, value in (("QUEUE_ADDRESS", QUEUE), ("QUEUE_MASK", 0), ("QUEUE_TAIL", 0),
                                ("CONTROL", n["CONTROL_START"]), ("QUEUE_TAIL", 1)):
            await control.write_dword(n[register], value)
        await until(control, n["QUEUE_HEAD"], 0xFFFFFFFF, 1)
        got = [int.from_bytes(memory.read(Y + bytes_ * e, bytes_), "little") for e in range(len(y))]
    else:
        if "irq" in ports:
            await control.write_dword(n["CONTROL"], n["CONTROL_START"])
        got = await through_streams(dut, domain, x, voices)
    for element, (is_, must) in enumerate(zip(got, y, strict=True)):
        assert is_ & speaks == must & speaks, f"y[{element}] is {is_:x}, and must be {must:x}"
