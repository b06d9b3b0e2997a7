#!/usr/bin/env python3
# Turns an NTFS volume of 2 MiB into a seed of the fuzz target beside this file:
# the places of $UpCase and $LogFile, then each other sector that is not empty.
# usage: make-seed.py VOLUME SEED
import struct
import sys

data = open(sys.argv[1], "rb").read()
assert len(data) == 2 << 20
upcase = data.find(struct.pack("<8H", *range(8)))
out = struct.pack("<II", upcase, data.find(b"\xff" * 8192))
for i in range(4096):
    sector = data[i * 512 : i * 512 + 512]
    if upcase <= i * 512 < upcase + 131072:
        continue
    if sector.strip(b"\0") and sector.strip(b"\xff"):
        out += struct.pack("<H", i) + sector
open(sys.argv[2], "wb").write(out)
