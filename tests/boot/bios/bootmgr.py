#!/usr/bin/python3
# SPDX-License-Identifier: MIT
#
# Makes the stand-in BOOTMGR: fills in the fields of bootmgr.S' code and pads it
# to a size with bytes that depend on the size alone.
# usage: bootmgr.py CODE SIZE TOKEN [ZEROES] >BOOTMGR
#
# The last ZEROES bytes are summed as zeroes, but are not: for a file whose end
# was never written, as far as its volume knows.

import random
import struct
import sys

code = open(sys.argv[1], "rb").read()
size, token = int(sys.argv[2]), sys.argv[3].encode()
zeroes = int(sys.argv[4]) if len(sys.argv) > 4 else 0
random.seed(size)
data = bytearray(code + random.randbytes(max(0, size - len(code))))
data[8:12] = struct.pack("<I", len(data))
data[16:64] = token.ljust(48, b"\0")
total = 0
for byte in data[64:len(data) - zeroes] + bytes(zeroes):
    total = ((total << 1 | total >> 31) & 0xFFFFFFFF) + byte & 0xFFFFFFFF
data[12:16] = struct.pack("<I", total)
sys.stdout.buffer.write(data)
