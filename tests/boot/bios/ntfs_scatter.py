#!/usr/bin/python3
# SPDX-License-Identifier: MIT
#
# Breaks an attribute of a file on an NTFS volume of mkntfs into pieces: single
# clusters, all over the free space, backwards and forwards, described in
# extension records that an attribute list names. ntfscat still reads it.
# usage: ntfs_scatter.py VOLUME RECORD TYPE [KEEP [outside]]
#
# The first KEEP clusters stay where they are. outside: the list itself is not
# resident. Extension records are those that mkntfs leaves free, from 27 on.

import struct
import sys

LIST, DATA, INDEX = 0x20, 0x80, 0xA0


def pairs_of(runs):
    """Mapping pairs of [(clusters, first cluster)]."""
    out, last = b"", 0
    for length, lcn in runs:
        a = length.to_bytes(length.bit_length() // 8 + 1, "little")
        delta = lcn - last
        b = delta.to_bytes((delta + (delta < 0)).bit_length() // 8 + 1,
                           "little", signed=True)
        out += bytes([len(a) | len(b) << 4]) + a + b
        last = lcn
    return out + b"\0"


def runs_of(pairs):
    """[(clusters, first cluster)] of mapping pairs."""
    runs, at, lcn = [], 0, 0
    while pairs[at]:
        n, m = pairs[at] & 15, pairs[at] >> 4
        length = int.from_bytes(pairs[at + 1:at + 1 + n], "little")
        lcn += int.from_bytes(pairs[at + 1 + n:at + 1 + n + m], "little",
                              signed=True)
        runs.append((length, lcn))
        at += 1 + n + m
    return runs


def clusters_of(runs):
    return [lcn + i for length, lcn in runs for i in range(length)]


class Volume:
    def __init__(self, path):
        self.f = open(path, "r+b")
        boot = self.f.read(512)
        n = boot[13] if boot[13] <= 128 else 1 << (256 - boot[13])
        self.cluster = n * 512
        mft = struct.unpack_from("<Q", boot, 48)[0]
        self.mft = [mft + i for i in range(max(1, 1024 // self.cluster))]
        self.mft = clusters_of(runs_of(self.find(self.record(0), DATA)[2]))
        where = clusters_of(runs_of(self.find(self.record(6), DATA)[2]))
        self.bitmap_at = where[0] * self.cluster
        self.f.seek(self.bitmap_at)
        self.bitmap = bytearray(self.f.read(len(where) * self.cluster))

    def place(self, number):
        at = number * 1024
        return [(self.mft[(at + i) // self.cluster] * self.cluster +
                 (at + i) % self.cluster) for i in (0, 512)]

    def record(self, number):
        rec = bytearray()
        for at in self.place(number):
            self.f.seek(at)
            rec += self.f.read(512)
        usa = struct.unpack_from("<H", rec, 4)[0]
        for i in (1, 2):
            rec[i * 512 - 2:i * 512] = rec[usa + i * 2:usa + i * 2 + 2]
        return rec

    def put(self, number, rec):
        usa = struct.unpack_from("<H", rec, 4)[0]
        for i in (1, 2):
            rec[usa + i * 2:usa + i * 2 + 2] = rec[i * 512 - 2:i * 512]
            rec[i * 512 - 2:i * 512] = rec[usa:usa + 2]
        for i, at in enumerate(self.place(number)):
            self.f.seek(at)
            self.f.write(rec[i * 512:i * 512 + 512])

    def attributes(self, rec):
        at = struct.unpack_from("<H", rec, 20)[0]
        while rec[at:at + 4] != b"\xff\xff\xff\xff":
            size = struct.unpack_from("<I", rec, at + 4)[0]
            yield bytes(rec[at:at + size])
            at += size

    def find(self, rec, kind):
        """(attribute, header up to the pairs, the pairs)"""
        for a in self.attributes(rec):
            if struct.unpack_from("<I", a)[0] == kind and a[8]:
                at = struct.unpack_from("<H", a, 32)[0]
                return a, a[:at], a[at:]
        sys.exit("no such attribute that is not resident")

    def fill(self, rec, attributes):
        at = struct.unpack_from("<H", rec, 20)[0]
        body = b"".join(attributes) + b"\xff\xff\xff\xff\0\0\0\0"
        if at + len(body) > 1016:
            sys.exit("the record is too small")
        rec[at:] = body.ljust(1024 - at, b"\0")
        struct.pack_into("<I", rec, 24, at + len(body))

    def take(self, count):
        """That many free clusters, every third one, alternately from both ends."""
        free = [i for i in range(len(self.bitmap) * 8)
                if not self.bitmap[i // 8] >> i % 8 & 1][::3]
        half = (count + 1) // 2
        up, down = free[:half], free[::-1][:half]
        both = [c for pair in zip(up, down) for c in pair][:count]
        for c in both:
            self.bitmap[c // 8] |= 1 << c % 8
        return both


def piece(head, first, last, runs):
    pairs = pairs_of(runs)
    a = bytearray(head + pairs)
    a += bytes(-len(a) % 8)
    struct.pack_into("<I", a, 4, len(a))
    struct.pack_into("<H", a, 14, 0)  # its number in its record
    struct.pack_into("<QQ", a, 16, first, last)
    if first:
        a[40:64] = bytes(24)
    return bytes(a)


def entry(attribute, reference, first):
    name = attribute[10] if not attribute[9] else \
        struct.unpack_from("<H", attribute, 10)[0]
    text = attribute[name:name + 2 * attribute[9]] if attribute[9] else b""
    size = (26 + len(text) + 7) & ~7
    e = struct.pack("<IHBBQQH", struct.unpack_from("<I", attribute)[0], size,
                    attribute[9], 26, first, reference,
                    struct.unpack_from("<H", attribute, 14)[0]) + text
    return e.ljust(size, b"\0")


def list_attribute(v, entries, outside):
    body = b"".join(entries)
    if not outside:
        a = struct.pack("<IIBBHHHIHH", LIST, 0, 0, 0, 24, 0, 0x70, len(body),
                        24, 0) + body
    else:
        where = v.take(-(-len(body) // v.cluster))
        for i, c in enumerate(where):
            v.f.seek(c * v.cluster)
            v.f.write(body[i * v.cluster:(i + 1) * v.cluster]
                      .ljust(v.cluster, b"\0"))
        a = struct.pack("<IIBBHHHQQHHIQQQ", LIST, 0, 1, 0, 64, 0, 0x70, 0,
                        len(where) - 1, 64, 0, 0, len(where) * v.cluster,
                        len(body), len(body))
        a += pairs_of([(1, c) for c in where])
    a = bytearray(a + bytes(-len(a) % 8))
    struct.pack_into("<I", a, 4, len(a))
    return bytes(a)


def scatter(v, number, kind, keep, outside):
    rec = v.record(number)
    old, head, pairs = v.find(rec, kind)
    before = clusters_of(runs_of(pairs))
    after = before[:keep] + v.take(len(before) - keep)
    for a, b in zip(before[keep:], after[keep:]):
        v.f.seek(a * v.cluster)
        data = v.f.read(v.cluster)
        v.f.seek(b * v.cluster)
        v.f.write(data)
    base = number | struct.unpack_from("<H", rec, 16)[0] << 48
    others = [a for a in v.attributes(rec) if a != old]
    entries = [(struct.unpack_from("<I", a)[0], entry(a, base, 0))
               for a in others]
    kept, first, spare = [], 0, 27
    while first < len(after):
        runs = [(1, c) for c in after[first:first + 120]]
        last = first + len(runs) - 1
        if number == 0 and not first:  # the MFT's first piece stays in place
            runs = [(keep, after[0])]
            last = keep - 1
        new = piece(head, first, last, runs)
        if number == 0 and not first:
            new = new[:14] + old[14:16] + new[16:]
            kept.append(new)
            entries.append((kind, entry(new, base, 0)))
        else:
            while True:
                other = v.record(spare)
                if not other[22] & 1:
                    break
                spare += 1
            other[22:24] = b"\1\0"
            struct.pack_into("<Q", other, 32, base)
            v.fill(other, [new])
            v.put(spare, other)
            reference = spare | struct.unpack_from("<H", other, 16)[0] << 48
            entries.append((kind, entry(new, reference, first)))
            spare += 1
        first = last + 1
    entries = [e for _, e in sorted(entries, key=lambda e: e[0])]
    others = sorted(others + kept + [list_attribute(v, entries, outside)],
                    key=lambda a: struct.unpack_from("<I", a)[0])
    v.fill(rec, others)
    v.put(number, rec)
    if number == 0:  # the mirror
        mirror = clusters_of(runs_of(v.find(v.record(1), DATA)[2]))
        v.f.seek(mirror[0] * v.cluster)
        v.f.write(rec)
    v.f.seek(v.bitmap_at)
    v.f.write(v.bitmap)


scatter(Volume(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3], 16),
        int(sys.argv[4]) if len(sys.argv) > 4 else 0, "outside" in sys.argv)
