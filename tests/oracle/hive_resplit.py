#!/usr/bin/env python3
"""Shares the entries of a hive's two logs out anew.

usage: hive_resplit.py HIVE LOG1 LOG2 OUT FIRST BEHIND SPLIT ORDER

Writes OUT, the hive whose numbers are BEHIND less than that of the first entry,
and OUT.LOG1 and OUT.LOG2: the entries, numbered from FIRST on, the first SPLIT of
them in one log and the others in the other; ORDER 1: .LOG2 has the first ones.
"""
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "cmd"))
from hive_dirty import header, marvin32  # noqa: E402


def entries(log):
    at = 512
    while log[at : at + 4] == b"HvLE":
        size, = struct.unpack_from("<I", log, at + 4)
        yield log[at : at + size]
        at += size


def renumber(entry, sequence):
    fields = bytearray(entry[:32])
    struct.pack_into("<I", fields, 12, sequence % 2**32)
    return bytes(fields) + marvin32(fields) + entry[40:]


hive, log1, log2 = (open(name, "rb").read() for name in sys.argv[1:4])
out = sys.argv[4]
first, behind, split, order = map(int, sys.argv[5:9])
both = sorted([*entries(log1), *entries(log2)], key=lambda e: e[12:16])
parts = [both[:split], both[split:]]
number = (first - behind) % 2**32
with open(out, "wb") as f:
    f.write(header(hive, (number + 1) % 2**32, number, 0) + hive[512:])
for i, part in enumerate(parts):
    start = first + (split if i else 0)
    with open(f"{out}.LOG{2 - (i == order)}", "wb") as f:
        if part:
            f.write(header(log1, start % 2**32, start % 2**32, 6))
            f.write(b"".join(renumber(e, start + k) for k, e in enumerate(part)))
