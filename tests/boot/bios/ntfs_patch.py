#!/usr/bin/python3
# SPDX-License-Identifier: MIT
#
# Changes an NTFS volume as no tool here would: one file's $DATA, one record,
# or what is free.
# usage: ntfs_patch.py VOLUME flags RECORD FLAGS    $DATA's flags
#        ntfs_patch.py VOLUME valid RECORD BYTES    $DATA's valid size
#        ntfs_patch.py VOLUME torn RECORD           a sector of the record
#        ntfs_patch.py BITMAP comb                  every second free cluster
#                                                   becomes used
#
# Records are those of a $MFT in one piece, of 1024 bytes.

import struct
import sys


def record_at(f, number):
    boot = f.read(512)
    sector = struct.unpack_from("<H", boot, 11)[0]
    mft = struct.unpack_from("<Q", boot, 48)[0]
    cluster = boot[13] if boot[13] <= 128 else 1 << (256 - boot[13])
    return mft * cluster * sector + number * 1024


def data_of(record):
    at = struct.unpack_from("<H", record, 20)[0]
    while struct.unpack_from("<I", record, at)[0] != 0x80:
        at += struct.unpack_from("<I", record, at + 4)[0]
    return at


def comb(f):
    data = bytearray(f.read())
    free = 0
    for i in range(len(data) * 8):
        if not data[i // 8] >> i % 8 & 1:
            free += 1
            data[i // 8] |= (free & 1) << i % 8
    f.seek(0)
    f.write(data)


with open(sys.argv[1], "r+b") as volume:
    if sys.argv[2] == "comb":
        comb(volume)
        sys.exit()
    place = record_at(volume, int(sys.argv[3]))
    volume.seek(place)
    rec = bytearray(volume.read(1024))
    if sys.argv[2] == "torn":
        rec[1022] ^= 0xFF
    elif sys.argv[2] == "flags":
        struct.pack_into("<H", rec, data_of(rec) + 12, int(sys.argv[4], 0))
    elif sys.argv[2] == "valid":
        struct.pack_into("<Q", rec, data_of(rec) + 0x38, int(sys.argv[4]))
    else:
        sys.exit("what?")
    volume.seek(place)
    volume.write(rec)
