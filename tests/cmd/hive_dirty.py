#!/usr/bin/env python3
"""Makes a hive that was not closed, and its logs, from a hive before and after.

usage: hive_dirty.py BEFORE AFTER OUT FIRST LOG...

OUT is BEFORE with the numbers 8 and 7; the pages of 4096 bytes that make it
AFTER are shared out to the logs, as entries of the format of Windows 8.1, which
are numbered from FIRST on.
"""
import struct
import sys

PAGE = 4096


def marvin32(data):
    """The hash of entries: Marvin32 with the seed of the specification."""
    low, high = 0x7A4E55C5, 0x82EF4D88

    def turn(v, n):
        return (v << n | v >> (32 - n)) & 0xFFFFFFFF

    for word in [*struct.unpack(f"<{len(data) // 4}I", data), 0x80, 0]:
        low = low + word & 0xFFFFFFFF
        high ^= low
        low = turn(low, 20) + high & 0xFFFFFFFF
        high = turn(high, 9) ^ low
        low = turn(low, 27) + high & 0xFFFFFFFF
        high = turn(high, 19)
    return struct.pack("<II", low, high)


def header(hive, first, second, kind):
    head = bytearray(hive[:512])
    struct.pack_into("<II", head, 4, first, second)
    struct.pack_into("<I", head, 28, kind)
    total = 0
    for word in struct.unpack("<127I", head[:508]):
        total ^= word
    struct.pack_into("<I", head, 508, {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(total, total))
    return bytes(head)


def entry(after, pages, sequence):
    body = b"".join(struct.pack("<II", at, PAGE) for at in pages)
    body += b"".join(after[PAGE + at : 2 * PAGE + at] for at in pages)
    body += bytes(-(40 + len(body)) % 512)
    fields = struct.pack("<4s5I", b"HvLE", 40 + len(body), 0, sequence,
                         len(after) - PAGE, len(pages)) + marvin32(body)
    return fields + marvin32(fields) + body


def main():
    before, after = (open(name, "rb").read() for name in sys.argv[1:3])
    out, first, logs = sys.argv[3], int(sys.argv[4]), sys.argv[5:]
    pages = [at for at in range(0, len(after) - PAGE, PAGE)
             if before[PAGE + at : 2 * PAGE + at] != after[PAGE + at : 2 * PAGE + at]]
    half = len(pages) // len(logs)
    with open(out, "wb") as f:
        f.write(header(before, 8, 7, 0) + before[512:])
    for i, log in enumerate(logs):
        part = pages[half * i : None if i + 1 == len(logs) else half * (i + 1)]
        with open(log, "wb") as f:
            f.write(header(before, first + i, first + i, 6) +
                    entry(after, part, first + i))


if __name__ == "__main__":
    main()
