# SPDX-License-Identifier: MIT
#
# A random tree with what the kernel's ntfs3 can tell of files, as a WIM, and what it
# is to tell of each:
#
#     ntfs3_tree.py make SEED WIM WANTED
#     ntfs3_tree.py compare WANTED FOUND      FOUND is what ntfs3_look says

import random
import struct
import sys
import zlib

from wim_maker import file, folder, item, wim

UNIX = 0x337DD873
FREE = 0x10000090
ATTRIBUTES = [0x20, 0x21, 0x22, 0x24, 0x2020, 0x1020, 0x120, 0x80, 0x27]


def sid(n):
    return struct.pack("<BB6sII", 1, 2, b"\0\0\0\0\0\5", 32, 544 + n)


def descriptor(n):
    ace = struct.pack("<BBHI", 0, 3 * (n & 1), 24, 0x1200A9 + n) + sid(n)
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(ace), 1, 0) + ace
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, 20 + len(acl),
                       20 + len(acl) + 16, 0, 20)
    return head + acl + sid(n) + sid(n + 1)


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.wanted = []
        self.descriptors = [descriptor(n) for n in range(7)]

    def content(self):
        size = self.r.choice([0, 5, 300, 700, 4096, 5000, 9000, 70000])
        text = self.r.randbytes(min(size, 3000))
        return (text * (size // 3000 + 1))[:size]

    def fields(self, path, kind, content, attributes):
        f = {"security": self.r.randrange(len(self.descriptors)), "items": b""}
        unix = "-"
        if self.r.random() < 0.5:
            mode = (0o040000 if kind == "d" else 0o100000) | self.r.randrange(0o10000)
            # ntfs3 lets nobody write what is read-only, whatever its mode is
            told = mode & ~0o222 if attributes & 1 else mode
            owner = self.r.randrange(1 << 31), self.r.randrange(1 << 16)
            f["items"] = item(UNIX, struct.pack("<IIII", *owner, mode, 0))
            unix = "%o\t%d\t%d" % (told, *owner)
        if self.r.random() < 0.3:
            f["ea"] = [(0, b"user.note", self.r.randbytes(20)), (0, b"OTHER", b"x")]
        if self.r.random() < 0.2:
            f["object_id"] = self.r.randbytes(64)
        if self.r.random() < 0.2:
            f["streams"] = {"named": self.r.randbytes(900)}
        if not path:  # the root is the volume's in some of that
            f = {"security": f["security"]}
            unix = "-"
        self.wanted.append((path or "/", kind, unix, "%d\t%08x" % (
            len(content), zlib.crc32(content)), attributes,
            self.descriptors[f["security"]].hex()))
        return f

    def names(self, count):
        for i in range(count):
            name = self.r.choice(["File %d", "%d.txt", "ünï %d", "a name that is long %d",
                                  "中%d", "trailing %d.", "n" * 180 + "%d"]) % i
            yield name
            if self.r.random() < 0.3 and name.swapcase() != name and "n" * 180 not in name:
                yield name.swapcase()

    def tree(self, path, depth):
        count = self.r.randrange(2, 8) if path else 14
        for name in self.names(count):
            below = path + "/" + name
            if self.r.random() < 0.25 and depth < 4:
                f = self.fields(below, "d", b"", 0x10)
                yield folder(name, list(self.tree(below, depth + 1)), **f)
            else:
                content = self.content()
                attributes = self.r.choice(ATTRIBUTES)
                f = self.fields(below, "f", content, attributes)
                yield file(name, content, attributes=attributes, **f)


def make(seed, path, wanted):
    m = Maker(seed)
    root = folder("", list(m.tree("", 0)), **m.fields("", "d", b"", 0x10))
    wim(path, [], descriptors=m.descriptors, root=root)
    with open(wanted, "w") as f:
        for w in m.wanted:
            f.write("\t".join(map(str, w)) + "\n")


def compare(wanted, found):
    said = {}
    for line in open(found, "rb").read().split(b"\0")[0].decode().splitlines():
        path, kind, mode, uid, gid, size, crc, attributes, security = line.split("\t")
        said[path] = (kind, "\t".join((mode, uid, gid)), size + "\t" + crc,
                      attributes, security)
    bad = 0
    for line in open(wanted):
        fields = line.rstrip("\n").split("\t")
        path, kind = fields[0], fields[1]
        unix = "-" if fields[2] == "-" else "\t".join(fields[2:5])
        content = "\t".join(fields[-4:-2])
        # that it is a folder is another bit; a file without others is normal
        a = int(fields[-2])
        got = said.pop(path, None)
        dos = a & 0xff
        if got is None:
            print("missing:", path)
        elif got[0] != kind:
            print("kind:", path, got[0])
        elif unix not in ("-", got[1]):
            print("unix:", path, unix, got[1])
        elif got[2] != content:
            print("content:", path, content, got[2])
        elif path != "/" and (int(got[3][:8], 16) | FREE) != (a | FREE):
            print("attributes:", path, hex(a), got[3])
        elif path != "/" and int(got[3][9:], 16) | 0x90 != dos | 0x90:
            print("attributes of DOS:", path, hex(dos), got[3])
        elif got[4] != fields[-1]:
            print("descriptor:", path, fields[-1], got[4])
        else:
            continue
        bad += 1
    for path in said:
        print("invented:", path)
    return bool(bad or said)


if sys.argv[1] == "make":
    make(int(sys.argv[2]), *sys.argv[3:])
else:
    sys.exit(compare(*sys.argv[2:]))
