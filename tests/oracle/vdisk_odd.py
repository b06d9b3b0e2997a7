#!/usr/bin/env python3
"""Makes virtual disks that the formats allow and few write.

usage: vdisk_odd.py FOLDER

Into FOLDER go NAME.vhd or NAME.vhdx and NAME.raw, its content, written by the
specifications alone; a line NAME TAB FILE TAB MARKS is printed for each. The
marks name who cannot read it, "qemu" or "vhdi", and call it "damaged".
"""
import os
import random
import struct
import sys
import uuid

KIB, MIB = 1 << 10, 1 << 20


def crc32c(data, table=[]):
    if not table:
        for n in range(256):
            for _ in range(8):
                n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
            table.append(n)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def pattern(seed, size):
    """Returns what a block holds: of a large one only its ends."""
    data = random.Random(seed).randbytes(4096)
    if size <= 2 * MIB:
        return (data * (size // 4096 + 1))[:size]
    return data + bytes(size - 2 * len(data)) + data


def write_sparse(name, pieces, length):
    with open(name, "wb") as f:
        f.truncate(length)
        for at, data in pieces:
            for i in range(0, len(data), 64 * KIB):
                if any(data[i:i + 64 * KIB]):
                    f.seek(at + i)
                    f.write(data[i:i + 64 * KIB])


def write(name, ext, pieces, length, content, size, marks):
    write_sparse(name + ext, pieces, length)
    write_sparse(name + ".raw", content, size)
    print(name, name + ext, marks, sep="\t")


# --- VHD ---------------------------------------------------------------------

def vhd_sum(data, at):
    data = bytearray(data)
    data[at:at + 4] = struct.pack(">I", ~sum(data) & 0xFFFFFFFF)
    return bytes(data)


def footer(size, header_at, original=None, creator=b"win "):
    return vhd_sum(struct.pack(
        ">8sIIQI4sI4sQQHBBII16sB427x", b"conectix", 2, 0x10000, header_at,
        700000000, creator, 0xa0000, b"Wi2k", original or size, size, 100, 16,
        63, 3, 0, bytes(range(16)), 0), 0x40)


def vhd(name, size=10 * MIB, block=2 * MIB, header_at=512, table_at=1536,
        entries=None, data_at=None, there=(3, 0), original=None, cut=False,
        old=False, damaged="", batmap=False, marks=""):
    """A dynamic disk with the blocks `there` in this order in the file; with
    the map of full blocks that Xen has."""
    count = (size + block - 1) // block
    entries = entries or count
    bitmap = (block // 512 + 7) // 8
    bitmap = (bitmap + 511) // 512 * 512
    table = [0xFFFFFFFF] * entries
    content = []
    at = data_at or (table_at + entries * 4 + 511) // 512 * 512
    tail = footer(size, header_at, original, b"tap\0" if batmap else b"win ")
    bad = tail[:100] + b"damaged" + tail[107:]
    pieces = [(0, bad if damaged == "copy" else tail),
              (header_at, vhd_sum(struct.pack(
                  ">8sQQIIII16xII512x192x256x", b"cxsparse", 2 ** 64 - 1,
                  table_at, 0x10000, entries, block, 0, 0, 0), 0x24))]
    if batmap:
        full = sum(0x80 >> i for i in there).to_bytes(1, "big") + bytes(511)
        pieces += [(at, struct.pack(">8sQIII", b"tdbatmap", at + 512, 1,
                                    0x10002, ~sum(full) & 0xFFFFFFFF)),
                   (at + 512, full)]
        at += 1024
    for i in there:
        n = min(block, size - i * block)
        data = pattern(name + str(i), n)
        content.append((i * block, data))
        table[i] = at // 512
        pieces += [(at, b"\xff" * bitmap),
                   (at + bitmap, data)]
        at += bitmap + (n if cut else block)
    pieces.append((table_at, struct.pack(">%dI" % entries, *table)))
    end = max([at] + [a + len(d) for a, d in pieces])
    end = (end + 511) // 512 * 512
    tail = (bad if damaged == "end" else tail)[:511 if old else 512]
    pieces.append((end, tail))
    write(name, ".vhd", pieces, end + len(tail), content, size, marks)


def vhds():
    vhd("plain")
    vhd("header-behind-table", header_at=4096, table_at=512,
        data_at=8192)
    vhd("header-behind-data", header_at=8 * MIB)
    vhd("old-footer", old=True, marks="qemu vhdi damaged")
    vhd("table-too-long", entries=5000)
    vhd("table-behind-data", table_at=9 * MIB, data_at=2048)
    vhd("table-at-odd-place", table_at=1540, data_at=4096)
    vhd("gap-before-data", data_at=3 * MIB + 512)
    vhd("blocks-4k", block=4 * KIB, there=range(2559, 0, -7))
    vhd("blocks-512k", block=512 * KIB, there=range(19, 0, -3))
    vhd("blocks-256m", size=300 * MIB, block=256 * MIB, there=(1,))
    vhd("last-block-cut", size=5 * MIB + 512, there=(0, 2), cut=True,
        marks="qemu")
    vhd("made-smaller", original=4 * MIB, marks="vhdi")
    vhd("copy-damaged", damaged="copy", marks="qemu damaged")
    vhd("end-damaged", damaged="end", marks="damaged")
    vhd("xen", batmap=True)
    vhd("xen-empty", there=(), batmap=True)
    vhd("one-sector", size=512, there=(0,))


# --- VHDX --------------------------------------------------------------------

BAT = uuid.UUID("2dc27766-f623-4200-9d64-115e9bfd4a08")
META = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
PARAMS = uuid.UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
SIZE = uuid.UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
DISK = uuid.UUID("beca12ab-b2e6-4523-93ef-c309e000c746")
LOGICAL = uuid.UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f")
PHYSICAL = uuid.UUID("cda348c7-445d-4471-9cc9-e9885251c556")
OTHER = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
PARENT = uuid.UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c")
LOCATOR = uuid.UUID("b04aefb7-d19e-4a81-b789-25b8e9445913")
UNDEFINED, ZERO, UNMAPPED, FULL, PARTIAL = 1, 2, 3, 6, 7
LINKAGE = "{13121110-1514-1716-1819-1a1b1c1d1e1f}"  # of all disks here


def summed(data):
    return data[:4] + struct.pack("<I", crc32c(data)) + data[8:]


def locator(keys):
    head = struct.pack("<16s2xH", LOCATOR.bytes_le, len(keys))
    data = b""
    for pair in keys:
        key, value = (s.encode("utf-16le") for s in pair)
        at = 20 + 12 * len(keys) + len(data)
        head += struct.pack("<IIHH", at, at + len(key), len(key), len(value))
        data += key + value
    return head + data


def items_of(size, block, fixed, sector, extra):
    """The metadata region; extra are (id, flags, bytes), put first."""
    items = extra + [
        (PHYSICAL, 6, struct.pack("<I", 4096)),
        (DISK, 6, bytes(range(16))),
        (LOGICAL, 6, struct.pack("<I", sector)),
        (PARAMS, 4, struct.pack("<II", block, fixed)),
        (SIZE, 6, struct.pack("<Q", size))]
    table = struct.pack("<8s2xH20x", b"metadata", len(items))
    data = b""
    for i, flags, value in items:
        where = 64 * KIB + len(data) if value else 0
        table += struct.pack("<16sIIII", i.bytes_le, where, len(value), flags,
                             0)
        data += value + bytes(-len(value) % 64)
    return table + bytes(64 * KIB - len(table)) + data


def vhdx(name, size=10 * MIB, block=2 * MIB, sector=512, fixed=0, log=MIB,
         order=("log", "meta", "bat", "data"), regions=(), items=(),
         blocks=None, cut=False, longer=0, damaged=(), marks="", below=None):
    """A disk whose `blocks` are a state, or (state, has a place), by number.

    With the content `below` it is a child. Of a block that is PARTIAL the odd
    sectors are its own.
    """
    blocks = blocks or {3: FULL, 0: FULL}
    content = []
    count = (size + block - 1) // block
    ratio = (sector << 23) // block
    chunks = (count + ratio - 1) // ratio
    bat_size = (chunks * (ratio + 1) if below else count + chunks) * 8
    bat_size = (bat_size + MIB - 1) // MIB * MIB
    at, places, pieces, bat = MIB, {}, [], {}
    for what in order:
        places[what] = at
        at += {"log": log, "meta": MIB, "bat": bat_size, "gap": 3 * MIB,
               "data": 0}[what]
        if what != "data":
            continue
        for i, state in blocks.items():
            here = isinstance(state, tuple)
            state = state[0] if here else state
            bat[i] = state
            if state < FULL and not here:
                continue
            data = pattern(name + str(i), min(block, size - i * block))
            if state == FULL:
                content.append((i * block, data))
            pieces.append((at, data))
            bat[i] |= at
            at += len(data) if cut else block
        if PARTIAL not in blocks.values():
            continue
        bits = bytearray(MIB)
        per = block // sector // 8
        for i in (i for i in blocks if blocks[i] == PARTIAL):
            bits[i * per:(i + 1) * per] = b"\xaa" * per
            old = bytearray(below[i * block:(i + 1) * block])
            new = pattern(name + str(i), len(old))
            for n in range(sector, len(old), 2 * sector):
                old[n:n + sector] = new[n:n + sector]
            content.append((i * block, bytes(old)))
        pieces += [(at, bytes(bits)),
                   (places["bat"] + 8 * ratio, struct.pack("<Q", at | 6))]
        at += MIB
    for i, entry in bat.items():
        pieces.append((places["bat"] + 8 * (i + i // ratio),
                       struct.pack("<Q", entry)))
    pieces.append((places["meta"],
                   items_of(size, block, fixed, sector, list(items))))
    pieces.append((0, b"vhdxfile" + "odd".encode("utf-16le")))
    region = struct.pack("<4s4xI4x", b"regi", 2 + len(regions))
    for i, where, length, required in list(regions) + [
            (META, places["meta"], MIB, 1), (BAT, places["bat"], bat_size, 1)]:
        region += struct.pack("<16sQII", i.bytes_le, where, length, required)
    for i in range(2):
        pieces.append(((64 + 64 * i) * KIB, summed(struct.pack(
            "<4s4xQ16s16s16xHHIQ4016x", b"head", 7 - i, bytes(range(16)),
            bytes(range(16, 32)), 0, 1, log, places["log"]))))
        pieces.append(((192 + 64 * i) * KIB,
                       summed(region + bytes(64 * KIB - len(region)))))
    for where in damaged:
        pieces.append((where, b"damaged"))
    if below:
        full = bytearray(below + bytes(size - len(below)))
        for i, state in blocks.items():
            if state < FULL:
                full[i * block:(i + 1) * block] = bytes(block)
        for where, data in content:
            full[where:where + len(data)] = data
        content = [(0, bytes(full))]
    write(name, ".vhdx", pieces, at + longer, content, size, marks)


def vhdxs():
    vhdx("x-plain")
    vhdx("x-data-first", order=("data", "bat", "gap", "meta", "log"))
    vhdx("x-bat-last", order=("log", "gap", "meta", "data", "bat"))
    vhdx("x-region", regions=[(OTHER, 2 * MIB, MIB, 0)],
         order=("log", "gap", "meta", "bat", "data"))
    vhdx("x-items", items=[(OTHER, 0, b"what nobody knows"), (OTHER, 1, b""),
                           (SIZE, 1, b"a user's own of this name")],
         marks="qemu vhdi")
    for mib in 1, 8, 256:
        vhdx("x-blocks-%dm" % mib, size=300 * MIB, block=mib * MIB,
             blocks={300 // mib: FULL, 1: FULL} if mib == 256 else
             {299 // mib: FULL, 1: FULL, 0: ZERO})
    vhdx("x-log-64m", log=64 * MIB)
    vhdx("x-log-large", log=4095 * MIB)
    vhdx("x-longer", longer=7 * MIB + 12345)
    vhdx("x-states", size=20 * MIB, blocks={
        0: ZERO, 1: UNDEFINED, 2: UNMAPPED, 3: (UNMAPPED, True),
        4: (UNDEFINED, True), 5: (ZERO, True), 9: FULL, 8: FULL})
    vhdx("x-fixed", fixed=1, blocks={i: FULL for i in range(5)})
    vhdx("x-fixed-cut", size=9 * MIB + 512, fixed=1, cut=True,
         blocks={i: FULL for i in range(5)})
    vhdx("x-cut", size=9 * MIB + 512, cut=True,
         blocks={1: FULL, 0: FULL, 4: FULL})
    vhdx("x-cut-behind-gap", size=9 * MIB + 512, cut=True,
         order=("log", "meta", "bat", "gap", "data"),
         blocks={1: FULL, 0: FULL, 4: FULL})
    vhdx("x-4096", size=10 * MIB + 4096, sector=4096, marks="qemu",
         blocks={5: FULL, 1: FULL})
    vhdx("x-second-chunk", size=(4 << 30) + 5 * MIB, block=MIB,
         blocks={4100: FULL, 4095: FULL, 4096: FULL})
    vhdx("x-one-of-each", damaged=(64 * KIB + 99, 192 * KIB + 99),
         marks="qemu vhdi damaged")
    vhdx("x-other-of-each", damaged=(128 * KIB + 99, 256 * KIB + 99),
         marks="vhdi damaged")


def children():
    """All are children of x-plain, which says where it is in some way."""
    with open("x-plain.raw", "rb") as f:
        below = f.read()
    linkage = ("parent_linkage", LINKAGE)
    beside = ("relative_path", ".\\x-plain.vhdx")
    elsewhere = ("absolute_win32_path", "Q:\\no\\x-plain.vhdx")
    blocks = {0: PARTIAL, 1: FULL, 3: PARTIAL}

    def child(name, keys=(linkage, beside, elsewhere), marks="qemu", **options):
        vhdx(name, items=[(PARENT, 4, locator(keys))], fixed=2, below=below,
             marks=marks, **{"blocks": blocks, **options})

    child("y-plain")
    child("y-relative", [linkage, beside], marks="qemu vhdi")
    child("y-name-alone", [elsewhere, linkage])
    child("y-other-keys", [("x", ""), beside, ("parent_linkage2", LINKAGE),
                           ("what nobody knows", "this"), linkage],
          marks="qemu vhdi")
    # libvhdi 20210425 takes the file's first bytes for bitmaps that are not
    # there, what is to read as zeroes for the parent's, and ends with it.
    child("y-no-bitmaps", blocks={1: FULL, 3: FULL}, marks="qemu vhdi")
    child("y-states", blocks={0: ZERO, 1: UNDEFINED, 2: PARTIAL, 3: UNMAPPED},
          marks="qemu vhdi")
    child("y-larger", size=14 * MIB, blocks={0: PARTIAL, 6: FULL},
          marks="qemu vhdi")
    child("y-small-blocks", block=MIB,
          blocks={7: PARTIAL, 6: PARTIAL, 0: FULL})


os.chdir(sys.argv[1])
vhds()
vhdxs()
children()
