# SPDX-License-Identifier: MIT
#
# Writes WIM files ("Windows Imaging File Format (WIM)" white paper, Microsoft
# 2007), uncompressed, of one image, whose entries have any field as asked for:
# also what no other program would write. The hashes fit, unless asked otherwise.
#
#     wim("t.wim", [file("a.txt", b"hello", attributes=0x21),
#                   folder("Windows", [file("b", streams={"s": b"x"})])])

import hashlib
import struct
import sys

sys.setrecursionlimit(100000)  # for deep trees

FOLDER, REPARSE = 0x10, 0x400
T = 132000000000000000  # 2019-04-17


def item(tag, data):
    return struct.pack("<II", tag, len(data)) + data + bytes(-len(data) % 8)


class Entry:
    """One entry. `link` is the word at 0x58: a link group, or a reparse tag and
    the reserved word above it. `sha1` replaces the content's. `streams` may
    have b"" as a name: the unnamed one. `ea` is a list of (flags, name, value)."""

    def __init__(self, name, content=b"", children=None, attributes=0x20,
                 security=0xFFFFFFFF, created=T, accessed=T, modified=T, link=0,
                 short="", streams=None, object_id=b"", ea=(), sha1=None,
                 items=b""):
        vars(self).update({k: v for k, v in locals().items() if k != "self"})

    def blobs(self):
        found = [self.content] + list((self.streams or {}).values())
        for child in self.children or []:
            found += child.blobs()
        return found


def units(name):
    return name if isinstance(name, bytes) else name.encode("utf-16-le",
                                                            "surrogatepass")


def file(name, content=b"", **fields):
    return Entry(name, content, **fields)


def folder(name, children=(), attributes=FOLDER, **fields):
    return Entry(name, b"", list(children), attributes | FOLDER, **fields)


def reparse(name, tag, data, attributes=REPARSE, **fields):
    return Entry(name, data, None, attributes | REPARSE, link=tag, **fields)


def sha1(content):
    return hashlib.sha1(content).digest() if content else bytes(20)


def encode(e, children_at):
    name, short = units(e.name), units(e.short)
    streams = e.streams or {}
    tail = b"".join(n + b"\0\0" if n else b"" for n in (name, short))
    tail += bytes(-(0x66 + len(tail)) % 8)
    if e.object_id:
        tail += item(1, e.object_id)
    if e.ea:
        tail += item(2, b"".join(
            struct.pack("<HBB", len(v), len(n), f) + n + b"\0" + v
            for f, n, v in e.ea))
    tail += e.items
    d = struct.pack("<QIIQQQQQQ20sIQHHH", 0x66 + len(tail), e.attributes,
                    e.security, children_at, 0, 0, e.created, e.accessed,
                    e.modified, sha1(e.content) if e.sha1 is None else e.sha1,
                    0, e.link, len(streams), len(short), len(name)) + tail
    d += bytes(-len(d) % 8)
    for n, content in streams.items():
        n = units(n)
        s = struct.pack("<QQ20sH", 0x26 + len(n) + 2 * bool(n), 0,
                        sha1(content), len(n)) + n + b"\0\0" * bool(n)
        d += s + bytes(-len(s) % 8)
    return d


def tree(root, start, share):
    """The entries from `start` on: the root, and the list of each folder."""
    out, lists, place, at = bytearray(), [[root]], {}, start
    for entries in lists:  # grows as folders are met
        for e in entries:
            if e.children:
                lists.append(e.children)
        place[id(entries)] = at
        at += sum(len(encode(e, 0)) for e in entries) + 8
    if share:
        one, two = (next(e for e in root.children if e.name == n) for n in share)
        place[id(two.children)] = place[id(one.children)]
    for entries in lists:
        for e in entries:
            out += encode(e, place[id(e.children)] if e.children else 0)
        out += bytes(8)
    return bytes(out)


def wim(path, children, descriptors=(), root=None, drop=(), lie=None,
        metadata_sha1=None, share=None, xml="", gap=0):
    """Writes a file. `drop` lists content that is left out of the blob table;
    lie(content, resource) may change a resource's (stored, flags, offset, size);
    `share` names two folders of the root that have one list of entries; `xml` is
    said of the image beside its name; `gap` bytes of nothing, a hole of the file,
    lie between the header and all else."""
    root = root or folder("", children)
    security = struct.pack("<II", 8 + 8 * len(descriptors) +
                           sum(map(len, descriptors)), len(descriptors))
    security += b"".join(struct.pack("<Q", len(d)) for d in descriptors)
    security += b"".join(descriptors)
    security += bytes(-len(security) % 8)
    metadata = security + tree(root, len(security), share)
    data, table = bytearray(208), bytearray()

    def resource(content, flags):
        r = (len(content), flags, len(data) + gap, len(content))
        data.extend(content)
        if lie:
            r = lie(content, r)
        return (r[0] | r[1] << 56).to_bytes(8, "little") + struct.pack(
            "<QQ", r[2], r[3])

    seen = set()
    for content in root.blobs():
        if content and content not in seen and content not in drop:
            seen.add(content)
            table += resource(content, 0) + struct.pack(
                "<HI", 1, 1) + sha1(content)
    table += resource(metadata, 2) + struct.pack("<HI", 1, 1) + (
        metadata_sha1 or sha1(metadata))
    xml = ("\ufeff<WIM><IMAGE INDEX=\"1\"><NAME>made</NAME>%s</IMAGE></WIM>" %
           xml).encode("utf-16-le")
    at_table, at_xml = resource(bytes(table), 0), resource(xml, 0)
    data[:208] = struct.pack(
        "<8sIIII16sHHI24s24s24sI24s60s", b"MSWIM\0\0\0", 208, 0x10D00, 0, 0,
        bytes(range(16)), 1, 1, 1, at_table, at_xml, bytes(24), 0, bytes(24),
        bytes(60))
    with open(path, "wb") as f:
        f.write(data[:208])
        f.seek(208 + gap)
        f.write(data[208:])
