#!/usr/bin/env python3
"""Damages virtual disks and asks every subcommand of vdisk about them.

usage: vdisk_damage.py SLIPWAY FOLDER <TABLE

FOLDER holds good disks, copies of which are damaged in the current folder. Each
line of the table is FILE|OFFSET|WORDS|OFFSET=HEX... [--raw]: each subcommand
must exit with 1, say "corrupt: WORDS" and "(at offset OFFSET)", leave no new
file, and all others byte for byte as they were. Checksums over what is changed
are made right again, unless --raw. Offsets below 0 count from the file's end.
"""
import glob
import hashlib
import os
import shutil
import struct
import subprocess
import sys

COMMANDS = ("info {0}", "info {0} --json", "check {0}", "check {0} --repair",
            "map {0}", "convert {0} x.raw --format raw",
            "convert {0} new.vhd --type dynamic", "convert {0} new.vhdx",
            "create new.{1} --parent {0}", "attach {0} --force",
            "attach {0} --read-only", "expand {0} 12M --force",
            "compact {0} --force")
# Of those that have a parent, and with the damaged disk as the parent.
OF_CHILDREN = ("reset {0}", "reset {0} --force", "merge {0} --force",
               "merge {0} --keep --force",
               "reparent {0} --parent other.{1} --force")
OF_PARENTS = ("info child.{1}", "map child.{1}", "compact child.{1}",
              "merge child.{1}", "merge child.{1} --force",
              "convert child.{1} x.raw", "attach child.{1}",
              "reparent child.{1} --parent {0}",
              "create new.{1} --parent child.{1}")


def crc32c(data):
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def vhd_sum(data):
    return struct.unpack("<I", struct.pack(">I", ~sum(data) & 0xFFFFFFFF))[0]


def fix(data, before):
    """Makes checksums right: start, size and place of each."""
    if before[:8] == b"vhdxfile":
        summed = [(65536, 4096, 4), (131072, 4096, 4), (196608, 65536, 4),
                  (262144, 65536, 4)]
        function = crc32c
    else:
        summed = [(0, 512, 64), (len(data) - 512, 512, 64), (512, 1024, 36)]
        function = vhd_sum
    for start, size, at in summed:
        if data[start:start + size] != before[start:start + size]:
            data[start + at:start + at + 4] = bytes(4)
            data[start + at:start + at + 4] = struct.pack(
                "<I", function(data[start:start + size]))


def damage(name, changes):
    with open(name, "rb") as f:
        before = f.read()
    data = bytearray(before)
    for change in changes:
        if change == "--raw":
            continue
        offset, value = change.split("=")
        offset = int(offset) % len(data)
        value = bytes.fromhex(value)
        data[offset:offset + len(value)] = value
    if "--raw" not in changes:
        fix(data, before)
    with open(name, "wb") as f:
        f.write(data)


def commands_for(name, words):
    """Yields what to ask about a damaged disk."""
    where = words.startswith("a path")  # only where the parent is, is damaged
    yield from (c for c in COMMANDS
                if not where or not c.startswith(("expand", "check")))
    if name.startswith("child"):
        # One that is emptied, or gets another parent, may have lost its own.
        yield from (c for c in OF_CHILDREN
                    if not where or not c.startswith(("reset", "reparent")))
    elif name.startswith("dynamic"):
        yield from OF_PARENTS


def state():
    """Returns the names of all files here, with hashes of their content."""
    found = {}
    for name in glob.glob("*"):
        with open(name, "rb") as f:
            found[name] = hashlib.sha1(f.read()).hexdigest()
    return found


def ask(slipway, row, name, offset, words):
    """Returns how many of the answers are wrong."""
    wrong = 0
    before = state()
    for command in commands_for(name, words):
        command = command.format(name, name.split(".")[1])
        done = subprocess.run([slipway, "vdisk"] + command.split(),
                              stderr=subprocess.PIPE, check=False,
                              stdout=subprocess.DEVNULL)
        said = done.stderr.decode()
        after = state()
        if (done.returncode != 1 or after != before
                or ": corrupt: " not in said or ": " + words not in said
                or "(at offset %s)" % offset not in said):
            changed = [n for n in sorted(before.keys() | after.keys())
                       if before.get(n) != after.get(n)]
            print("%s: vdisk %s: %d: %s %s" % (row, command, done.returncode,
                                               said, changed))
            wrong += 1
    return wrong


def main():
    slipway, folder = sys.argv[1:]
    rows = wrong = 0
    for row in sys.stdin.read().split("\n"):
        if not row.strip():
            continue
        name, offset, words, changes = row.strip().split("|")
        for good in glob.glob(os.path.join(folder, "*.vhd*")):
            shutil.copyfile(good, os.path.basename(good))
        damage(name, changes.split())
        wrong += ask(slipway, row.strip(), name, offset, words)
        rows += 1
    sys.exit(1 if wrong or not rows else 0)


main()
