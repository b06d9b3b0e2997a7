#!/usr/bin/env python3
"""Damages virtual disks and asks every subcommand of vdisk about them.

usage: vdisk_damage.py SLIPWAY FOLDER <TABLE

FOLDER holds good disks, copies of which are damaged in the current folder. Each
line of the table is FILE|OFFSET|WORDS|OFFSET=HEX... [--raw]: each subcommand
must exit with 1, say "corrupt: WORDS" and "(at offset OFFSET)", and leave no
new file. Checksums over what is changed are made right again, unless --raw.
Offsets below 0 count from the file's end.
"""
import glob
import os
import shutil
import struct
import subprocess
import sys

COMMANDS = ("info {0}", "info {0} --json", "check {0}", "check {0} --repair",
            "map {0}", "convert {0} x.raw --format raw",
            "create new.{1} --parent {0}", "reset {0}")


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


def ask(slipway, row, name, offset, words):
    """Returns how many of the answers are wrong."""
    wrong = 0
    for command in COMMANDS:
        # A disk without a parent is never reset, and where the parent is
        # does not matter then.
        if command.startswith("reset") and (
                not name.startswith("child") or words.startswith("a path")):
            continue
        command = command.format(name, name.split(".")[1])
        done = subprocess.run([slipway, "vdisk"] + command.split(),
                              stderr=subprocess.PIPE, check=False,
                              stdout=subprocess.DEVNULL)
        said = done.stderr.decode()
        left = glob.glob("x.raw") + glob.glob("new.*")
        if (done.returncode != 1 or left or ": corrupt: " + words not in said
                or "(at offset %s)" % offset not in said):
            print("%s: vdisk %s: %d: %s %s" % (row, command, done.returncode,
                                               said, left))
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
