#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# Damaged images through a whole deployment. Each mutant is refused, and then the
# target is as it was or nothing that anybody takes for a disk; or it is deployed,
# and then wimlib finds in the volume what it finds in the mutant, and our checker
# finds the volumes sound. usage: tests/mutants/run.py SLIPWAY COUNT [SEED]

import glob
import hashlib
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.dont_write_bytecode = True
import wim_maker as make  # noqa: E402

SIZE = 64 << 20
ANSWER = """[disk]
efi-size = 34M
msr-size = 1M
seed = 01234567-89ab-cdef-0123-456789abcdef
[image]
file = %s
[vhd]
path = \\vhd\\w.vhd
size = 16M
[boot]
system = windows
"""


def run(*words):
    p = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return p.returncode, p.stdout.decode("utf-8", "replace")


def base_tree():
    manager = make.file("bootmgfw.efi", b"MZ" + bytes(5000))
    sd = bytes((1, 0, 0, 0x80)) + bytes(16)
    tree = [
        make.folder("Windows", [make.folder("Boot", [
            make.folder("EFI", [manager, make.file("boot.stl", b"stl" * 99)]),
            make.folder("Fonts", [make.file("a.ttf", b"font" * 400)])])]),
        make.file("a.txt", b"hello", short="A~1.TXT", security=0),
        make.file("one", b"linked", link=77), make.file("two", b"linked", link=77),
        make.file("streams", b"x" * 3000, streams={"s": b"y" * 50, "t": b""}),
        make.file("ea", b"e", ea=[(0, b"NAME", b"value")]),
        make.folder("id", object_id=b"0123456789abcdef"),
        make.reparse("link", 0xA000000C, struct.pack("<HHHHI", 0, 2, 2, 2, 1) + b"aa" * 2),
        make.folder("many", [make.file("file %d.data" % i, b"%d" % i * i) for i in range(60)]),
    ]
    return tree, [sd]


def bases():
    """Uncompressed as we make it, compressed by wimlib, and split by it: lists of
    files."""
    tree, sds = base_tree()
    make.wim("none.wim", tree, descriptors=sds)
    for kind in ("XPRESS", "LZX"):
        run("wimlib-imagex", "export", "none.wim", "1", kind + ".wim",
            "--compress=" + kind)
    for kind in ("none", "LZX"):
        run("wimlib-imagex", "split", kind + ".wim", kind + ".swm", "0.003")
    # the hash of metadata is mended in the first alone, so it comes more often
    return [[open(f, "rb").read() for f in files] for files in
            [["none.wim"]] * 3 + [["XPRESS.wim"], ["LZX.wim"]] +
            [sorted(glob.glob(kind + "*.swm"), key=lambda f: (len(f), f))
             for kind in ("none", "LZX")]]


def write_mutant(parts):
    """Gives the name of the first file."""
    for old in glob.glob("mutant*.swm"):
        os.remove(old)
    ending = "swm" if len(parts) > 1 else "wim"
    for i, data in enumerate(parts, 1):
        with open("mutant%s.%s" % (i if i > 1 else "", ending), "wb") as f:
            f.write(data)
    return "mutant." + ending


def resource(data, at):
    size, off = struct.unpack_from("<QQ", data, at)
    return off, size & (1 << 56) - 1, size >> 56


def mend_hash(data):
    """Makes the hash of uncompressed metadata fit, as a bad program would."""
    at, size, flags = resource(data, 0x30)
    for entry in range(at, min(at + size, len(data)) - 49, 50):
        off, length, flags = resource(data, entry)
        if flags == 2 and off + length <= len(data):
            digest = hashlib.sha1(data[off:off + length]).digest()
            data[entry + 30:entry + 50] = digest


def mutate(data, rng):
    data = bytearray(data)
    at, size, _ = resource(data, 0x30)
    metadata = next((resource(data, e) for e in range(at, at + size - 49, 50)
                     if resource(data, e)[2] & 2), (0, len(data), 0))
    where = rng.choice(("anywhere", "metadata", "metadata", "table", "header"))
    start, length = {"anywhere": (0, len(data)), "metadata": metadata[:2],
                     "table": (at, size), "header": (0, 208)}[where]
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        i = start + rng.randrange(max(length, 1))
        if rng.randrange(3):
            data[i] = rng.choice((data[i] ^ 1 << rng.randrange(8), 0, 0xFF,
                                  rng.randrange(256)))
        else:  # a number of several bytes
            value = rng.choice((0, 1, 8, 0x7FFFFFFF, 0xFFFFFFFF, rng.randrange(1 << 32)))
            data[i:i + 4] = struct.pack("<I", value)[:max(0, min(4, len(data) - i))]
    if rng.randrange(10) == 0:
        del data[rng.randrange(208, len(data)):]
    elif rng.randrange(4):
        mend_hash(data)
    return bytes(data)


def facts(wim):
    """What wimlib finds: name -> hash of the unnamed stream. None: it refuses."""
    code, text = run("wimlib-imagex", "dir", wim, "1", "--detailed")
    if code:
        return None
    found, path = {}, None
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if key.startswith("Full Path"):
            path = value.strip()
            found[path] = ""
        elif key.strip() == "Hash" and not found[path]:
            found[path] = value.strip()
    return found


def judge_deployed(slipway, wim):
    for place in ("disk.img@3", "disk.img@3:\\vhd\\w.vhd@1"):
        code, text = run(slipway, "chkdsk", place)
        if code:
            return "chkdsk: " + text
    asked = facts(wim)
    if asked is None:
        return ""  # wimlib is stricter there; nothing to compare with
    if os.path.exists("w.vhd"):
        os.remove("w.vhd")
    run(slipway, "copy", "disk.img@3:\\vhd\\w.vhd", "w.vhd")
    with open("w.vhd", "rb") as f:  # MBR, one partition
        head = f.read(512)
        start, count = struct.unpack_from("<II", head, 446 + 8)
        f.seek(start * 512)
        with open("volume.img", "wb") as out:
            out.write(f.read(count * 512))
    run("wimlib-imagex", "capture", "volume.img", "back.wim", "--compress=none",
        "--norpfix")
    got = facts("back.wim")
    os.remove("back.wim")
    if got is None:
        return "wimlib cannot capture the volume"
    wrong = [p for p in asked if got.get(p) != asked[p]] + \
            [p for p in got if p not in asked]
    return "differ: %s" % wrong[:5] if wrong else ""


def judge_refused(text):
    if not re.search(r"^deploy: .*: .", text, re.M):
        return "no reason: " + text
    with open("disk.img", "rb") as f:
        if not f.read().strip(b"\0"):
            return ""
    if run("wipefs", "-n", "disk.img")[1].strip():
        return "refused, and something is on the disk: " + text
    return ""


def main():
    slipway, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    rng, deployed, bad = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory(prefix="slipway-mutants-") as folder:
        os.chdir(folder)
        images = bases()
        for i in range(count):
            parts = list(rng.choice(images))
            which = rng.randrange(len(parts))
            parts[which] = mutant = mutate(parts[which], rng)
            wim = write_mutant(parts)
            with open("answer.ini", "w") as f:
                f.write(ANSWER % wim)
            with open("disk.img", "wb") as f:
                f.truncate(SIZE)
            code, text = run(slipway, "deploy", "answer.ini", "--target",
                             "disk.img", "--progress", "none")
            why = {0: judge_deployed, 1: lambda *_: judge_refused(text)}.get(
                code, lambda *_: "ended with %d: %s" % (code, text))(slipway, wim)
            deployed += code == 0
            if why:
                bad += 1
                print("mutant %d of seed %d: %s" % (i, seed, why))
                open("/tmp/mutant-%d-%d.wim" % (seed, i), "wb").write(mutant)
        os.chdir("/")
    print("%d mutants of seed %d: %d deployed as they say, %d refused, %d wrong" %
          (count, seed, deployed - bad, count - deployed, bad))
    return bad != 0


sys.exit(main())
