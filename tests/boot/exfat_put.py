#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# Puts a file into the root of a new, empty exFAT volume (mkfs.exfat's), which no
# tool does without mounting it; fsck.exfat judges ("exFAT file system
# specification", Microsoft). The name is ASCII of at most 15 letters.
# usage: exfat_put.py VOLUME FILE NAME

import struct
import sys


def rotated(value, byte):
    return ((value << 15 | value >> 1) + byte) & 0xFFFF


def entries(name, size, cluster):
    """The directory entries of a file in one run of clusters."""
    units = name.encode("utf-16-le")
    name_hash = checksum = 0
    for byte in name.upper().encode("utf-16-le"):
        name_hash = rotated(name_hash, byte)
    time = (46 << 9 | 1 << 5 | 1) << 16  # 2026-01-01
    file = struct.pack("<BBHHHIII12x", 0x85, 2, 0, 0x20, 0, time, time, time)
    stream = struct.pack("<BBBBHHQIIQ", 0xC0, 3, 0, len(name), name_hash, 0,
                         size, 0, cluster, size)
    text = struct.pack("<BB30s", 0xC1, 0, units)
    for i, byte in enumerate(file + stream + text):
        if i not in (2, 3):
            checksum = rotated(checksum, byte)
    return file[:2] + struct.pack("<H", checksum) + file[4:] + stream + text


volume, path, name = sys.argv[1:]
with open(path, "rb") as f:
    content = f.read()
with open(volume, "r+b") as f:
    boot = f.read(512)
    heap, count, root = struct.unpack_from("<III", boot, 88)
    sector, cluster = 1 << boot[108], 1 << boot[108] + boot[109]

    def at(number):
        return heap * sector + (number - 2) * cluster

    f.seek(at(root))
    folder = f.read(cluster)
    used = next(i for i in range(0, cluster, 32) if not folder[i])
    start, size = next(struct.unpack_from("<IQ", folder, i + 20)
                       for i in range(0, used, 32) if folder[i] == 0x81)
    f.seek(at(start))
    bitmap = bytearray(f.read(size))
    need = -(-len(content) // cluster)
    first = max(i for i in range(count) if bitmap[i // 8] >> i % 8 & 1) + 1
    assert first + need <= count
    for i in range(first, first + need):
        bitmap[i // 8] |= 1 << i % 8
    f.seek(at(start))
    f.write(bitmap)
    f.seek(at(first + 2))
    f.write(content)
    f.seek(at(root) + used)
    f.write(entries(name, len(content), first + 2))
