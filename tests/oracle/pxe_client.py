#!/usr/bin/env python3
"""Asks as a machine's firmware does when it starts by PXE (RFC 2131, RFC 4578, PXE
2.1), and fetches by TFTP (RFC 1350) what it is told.

usage: pxe_client.py INTERFACE ADDRESS ARCHITECTURE|none [proxy]
Prints the file's name and content, or "nothing". ADDRESS is what a router has given
it; without `proxy` the server that tells of the file must give one too.

Who is not answered is not waited for: a machine that is asks behind it, and its answer
comes first."""

import os
import socket
import struct
import sys

MAC = bytes.fromhex("525400123456")
COOKIE = bytes.fromhex("63825363")


def options_of(packet, at=240):
    found = {}
    while at < len(packet) and packet[at] != 255:
        if packet[at]:
            found[packet[at]] = packet[at + 2:at + 2 + packet[at + 1]]
            at += packet[at + 1] + 1
        at += 1
    return found


ASKER, NEXT = 0x5157, 0x5158  # transactions


def request(kind, arch, address="0.0.0.0", wanted=None, item=None, number=ASKER):
    options = [(53, bytes([kind])), (55, bytes([1, 3, 43, 54, 60, 66, 67]))]
    if arch is not None:
        options += [(60, b"PXEClient:Arch:%05d:UNDI:003000" % arch),
                    (93, struct.pack(">H", arch)), (94, b"\1\3\0"),
                    (97, bytes(17))]
    if wanted:
        options.append((50, socket.inet_aton(wanted[0])))
        options.append((54, socket.inet_aton(wanted[1])))
    if item: # of the menu: its kind of server, the first layer
        options.append((43, b"\x47\4" + item + b"\0\0\xff"))
    return (struct.pack(">4BIHH4s12x6s10x64x128x", 1, 1, 6, 0, number, 0, 0x8000,
                        socket.inet_aton(address), MAC) + COOKIE +
            b"".join(bytes([n, len(v)]) + v for n, v in options) + b"\xff")


class Answer:
    def __init__(self, packet):
        options = options_of(packet)
        text = options.get(67) or packet[108:236]
        self.number = struct.unpack(">I", packet[4:8])[0]
        self.kind = options.get(53, b"\0")[0]
        self.address = socket.inet_ntoa(packet[16:20])
        self.server = socket.inet_ntoa(packet[20:24])
        self.identity = socket.inet_ntoa(options[54])
        # the first entry of a menu: the kind of its server
        self.item = options_of(options.get(43, b""), 0).get(8, b"")[:2]
        self.file = text.split(b"\0")[0].decode()


def ask(sock, packet, where, kind, behind=None):
    for _ in range(3):
        sock.sendto(packet, where)
        if behind:
            sock.sendto(behind, where)
        try:
            while True:
                answer = Answer(sock.recv(2048))
                if answer.kind == kind:
                    return answer
        except socket.timeout:
            pass
    return None


def fetch(server, name):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(5)
    sock.sendto(b"\0\1" + name.encode() + b"\0octet\0", (server, 69))
    data = b""
    while True:
        packet, peer = sock.recvfrom(2048)
        assert packet[:2] == b"\0\3", packet
        data += packet[4:]
        sock.sendto(b"\0\4" + packet[2:4], peer)
        if len(packet) < 516:
            return data


def main():
    interface, address, arch = sys.argv[1:4]
    is_proxy = sys.argv[4:] == ["proxy"]
    arch = None if arch == "none" else int(arch)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    sock.bind(("", 68))
    sock.settimeout(5 * float(os.environ.get("TIMEOUT_SCALE", 1)))
    everybody = ("255.255.255.255", 67)
    offer = ask(sock, request(1, arch), everybody, 2,
                request(1, 0, number=NEXT) if arch is None else None)
    if offer.number == NEXT:
        return "nothing"
    if is_proxy:
        assert offer.address == "0.0.0.0", "it gives addresses away"
        answer = ask(sock, request(3, arch, address, item=offer.item),
                     (offer.identity, 4011), 5)
    else:
        assert offer.address != "0.0.0.0", "it gives no address"
        answer = ask(sock, request(3, arch, wanted=(offer.address, offer.identity)),
                     everybody, 5)
    if not answer.file:
        return "an address"
    return answer.file + ": " + fetch(answer.server, answer.file).decode()


print(main())
