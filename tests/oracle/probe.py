"""probe.py FOLDER: makes an image of 64 MiB of each thing that wipefs knows.

Bytes at the places where the formats have their marks, with those fields around
them (and checksums) that wipefs asks for. Prints of each image its name, the
type that wipefs gives it and the name that slipway does.
"""
import struct
import sys
import zlib

SIZE = 64 << 20


def crc32c(data, crc=0xFFFFFFFF):
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc


def at(off, data):
    return [(off if off >= 0 else SIZE + off, data)]


def xfs(magic):
    sb = bytearray(512)
    struct.pack_into('>4sIQ', sb, 0, magic, 4096, 4 * 4096)
    struct.pack_into('>IIIII', sb, 80, 1, 4096, 4, 1, 1000)
    struct.pack_into('>HHHH', sb, 100, 0xB4A5, 512, 512, 8)
    sb[120:128] = bytes([12, 9, 9, 3, 12, 0, 0, 25])
    return at(0, bytes(sb))


def xfs_log():
    h = bytearray(512)
    struct.pack_into('>IIII', h, 0, 0xFEEDBABE, 1, 2, 512)
    struct.pack_into('>I', h, 300, 1)
    return at(512 * 7, bytes(h))


def silicon():
    d = bytearray(512)
    d[0x60:0x64] = b'\0\0\0\x2f'
    d[0x36:0x3A] = b'disk'
    total = sum(struct.unpack('<159H', d[:0x13E]))
    struct.pack_into('<H', d, 0x13E, -total & 0xFFFF)
    return at(-512, bytes(d))


def via():
    d = bytearray(b'\x55\xaa\x01' + bytes(range(47)))
    return at(-512, bytes(d) + bytes([sum(d) & 0xFF]))


def exfat():
    d = bytearray(12 * 512)
    d[:11] = b'\xeb\x76\x90EXFAT   '
    struct.pack_into('<QQIIIII', d, 64, 0, 131072, 24, 128, 256, 1000, 4)
    d[104:114] = b'\0\1\0\0\x09\x03\x01\x80\0\0'
    for i in range(9):
        d[510 + 512 * i:512 + 512 * i] = b'\x55\xaa'
    total = 0
    for i in range(11 * 512):
        if i not in (106, 107, 112):
            total = ((total << 31 | total >> 1) + d[i]) & 0xFFFFFFFF
    d[11 * 512:] = struct.pack('<I', total) * 128
    return at(0, bytes(d))


def nilfs(where):
    d = bytearray(1024)
    struct.pack_into('<IHHHHII', d, 0, 2, 0, 0x3434, 280, 0, 7, 0)
    struct.pack_into('<Q', d, 0x20, SIZE)
    crc = raw_crc32(7, d[:280])
    struct.pack_into('<I', d, 16, crc)
    return at(where, bytes(d))


def raw_crc32(seed, data):
    return ~zlib.crc32(data, ~seed & 0xFFFFFFFF) & 0xFFFFFFFF


def btrfs():
    d = bytearray(4096)
    struct.pack_into('<QQ8sQ', d, 48, 65536, 1, b'_BHRfS_M', 1)
    struct.pack_into('<QQQQ', d, 0x70, SIZE, 4096, 6, 1)
    struct.pack_into('<IIII', d, 0x90, 4096, 4096, 4096, 4096)
    struct.pack_into('<I', d, 0, ~crc32c(d[32:]) & 0xFFFFFFFF)
    return at(65536, bytes(d))


def lvm2():
    d = bytearray(512)
    struct.pack_into('<8sQII8s', d, 0, b'LABELONE', 1, 0, 32, b'LVM2 001')
    d[32:64] = b'0123456789abcdefghijklmnopqrstuv'
    crc = 0xF597A6CF
    for byte in d[20:]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    struct.pack_into('<I', d, 16, crc)
    return at(512, bytes(d))


def zfs(base):
    return [(base + (128 + i) * 1024, struct.pack('<QQQ', 0xBAB10C, 28, i + 4))
            for i in range(8)]


def gfs2():
    return at(65536, struct.pack('>IIQII', 0x01161970, 1, 0, 100, 0)
              + struct.pack('>II', 1801, 1900))


def reiserfs(magic, block=4096):
    d = bytearray(204)
    struct.pack_into('<IIII', d, 0, SIZE // block, 1000, 1000, 18)
    struct.pack_into('<H', d, 44, block)
    d[52:52 + len(magic)] = magic
    return at(65536, bytes(d))


def reiser4():
    return at(65536, b'ReIsEr4' + bytes(9) + b'\0\0' + struct.pack('<H', 4096))


def jfs():
    d = bytearray(184)
    struct.pack_into('<4sIQIHHIHH', d, 0, b'JFS1', 1, 100, 4096, 12, 3, 512, 9,
                     0)
    return at(0x8000, bytes(d))


def hfs():
    d = bytearray(162)
    d[:2] = b'BD'
    struct.pack_into('>HIIIHI', d, 14, 3, 1000, 4096, 4096, 0, 16)
    struct.pack_into('>I', d, 0x12, 1000)
    struct.pack_into('>I', d, 0x14, 4096)
    return at(1024, bytes(d))


def hfsplus():
    d = bytearray(512)
    struct.pack_into('>2sHI4sI', d, 0, b'H+', 4, 0x100, b'10.0', 0)
    struct.pack_into('>III', d, 40, 4096, 16384, 1000)
    struct.pack_into('>QI', d, 272, 4096 * 4, 4096)
    struct.pack_into('>IIII', d, 288, 1, 1, 0, 0)
    return at(1024, bytes(d))


def udf():
    out = []
    for i, name in enumerate((b'BEA01', b'NSR03', b'TEA01')):
        out += at(0x8000 + i * 2048, b'\0' + name + b'\x01')

    def tag(ident, where, body):
        body = body.ljust(496, b'\0')
        head = bytearray(struct.pack('<HHBBHHHI', ident, 2, 0, 0, 1, 0, 0,
                                     where))
        head[4] = (sum(head) - head[4]) & 0xFF
        return bytes(head) + body
    out += at(256 * 2048, tag(2, 256, struct.pack('<II', 16 * 2048, 257)))
    out += at(257 * 2048, tag(1, 257, bytes(8) + b'\x08name' + bytes(26)
                              + b'\x05'))
    out += at(258 * 2048, tag(6, 258, bytes(4) + bytes(64) + bytes(128)
                              + struct.pack('<I', 2048)))
    return out + at(259 * 2048, tag(8, 259, b''))


def stratis():
    d = bytearray(512)
    d[4:20] = b'!Stra0tis\x86\xff\x02^\x41rh'
    struct.pack_into('<Q', d, 20, SIZE // 512)
    d[32:64] = b'0123456789abcdef0123456789abcdef'
    d[64:96] = b'fedcba9876543210fedcba9876543210'
    struct.pack_into('<I', d, 0, ~crc32c(d[4:]) & 0xFFFFFFFF)
    return at(512, bytes(d))


def befs():
    d = bytearray(2048)
    struct.pack_into('<32s4sIIIQQI', d, 512, b'name', b'1SFB', 0x42494745,
                     1024, 10, 60000, 100, 256)
    return at(0, bytes(d))


def sun():
    d = bytearray(512)
    d[508:510] = b'\xda\xbe'
    d[0:4] = b'disk'
    x = 0
    for v in struct.unpack('>255H', d[:510]):
        x ^= v
    struct.pack_into('>H', d, 510, x)
    return at(0, bytes(d))


def sgi():
    d = bytearray(512)
    struct.pack_into('>I', d, 0, 0x0BE5A941)
    struct.pack_into('>I', d, 504, -0x0BE5A941 & 0xFFFFFFFF)
    return at(0, bytes(d))


def bsd(base):
    d = bytearray(404)
    struct.pack_into('<I', d, 0, 0x82564557)
    struct.pack_into('<I', d, 132, 0x82564557)
    return at(base, bytes(d))


def atari():
    return at(0x1C6, struct.pack('>B3sII', 1, b'GEM', 2, 1000))


def mac():
    return at(0, struct.pack('>2sHI', b'ER', 512, SIZE // 512)) + at(
        512, struct.pack('>2sHIII', b'PM', 0, 1, 1, 63))


def fat(sig):
    d = bytearray(512)
    d[:3] = b'\xeb\x3c\x90'
    struct.pack_into('<HBHBHHBHHHII', d, 11, 512, 4, 1, 2, 512, 0, 0xF8, 128,
                     63, 255, 0, SIZE // 512)
    d[38] = 0x29
    d[54:62] = sig
    d[510:] = b'\x55\xaa'
    return at(0, bytes(d))


def ntfs():
    d = bytearray(512)
    d[:11] = b'\xeb\x52\x90NTFS    '
    struct.pack_into('<HB', d, 11, 512, 8)
    d[21] = 0xF8
    struct.pack_into('<QQQ', d, 40, SIZE // 512 - 1, 4, 8)
    d[64], d[68] = 0xF6, 1
    d[510:] = b'\x55\xaa'
    rec = b'FILE' + bytes(1020)
    return at(0, bytes(d)) + at(4 * 4096, rec) + at(4 * 4096 + 3 * 1024, rec)


def bcache():
    d = bytearray(208)
    struct.pack_into('<QQQ', d, 0, 0, 8, 1)
    d[24:40] = bytes.fromhex('c68573f64e1a45ca8265f57f48ba6d81')
    return at(4096, bytes(d))


def swap():
    d = bytearray(4096)
    struct.pack_into('<II', d, 1024, 1, 1000)
    d[4086:] = b'SWAPSPACE2'
    return at(0, bytes(d))


def suspend(magic):
    return [(4086, magic)]


def luks2():
    d = bytearray(512)
    struct.pack_into('>6sHQQ', d, 0, b'LUKS\xba\xbe', 2, 16384, 1)
    return at(0, bytes(d))


def luks2_second():
    d = bytearray(512)
    struct.pack_into('>6sHQQ', d, 0, b'SKUL\xba\xbe', 2, 16384, 1)
    struct.pack_into('>Q', d, 256, 16384)
    return at(16384, bytes(d))


def md0():
    return at(-65536, struct.pack('<IIIIIIII', 0xA92B4EFC, 0, 90, 0, 0, 1, 1,
                                  1) + struct.pack('<III', 60000, 2, 2))


def md1(where):
    d = bytearray(256)
    struct.pack_into('<II', d, 0, 0xA92B4EFC, 1)
    off = where if where >= 0 else SIZE + where
    struct.pack_into('<Q', d, 144, off // 512)
    return at(where, bytes(d))


def minix():
    return at(1024, struct.pack('<HHHHHHIH', 1000, 2000, 1, 1, 35, 0, 268966912,
                                0x137F))


def squashfs(magic):
    end = '<' if magic == b'hsqs' else '>'
    return at(0, magic + bytes(24) + struct.pack(end + 'HH', 4, 0))


def drbd(magic):
    d = bytearray(4096)
    d[60:64] = magic
    return at(-4096, bytes(d))


def verity():
    return at(0, b'verity\0\0' + struct.pack('<I', 1) + bytes(500))


def vxfs():
    return at(1024, b'\xf5\xfc\x01\xa5' + struct.pack('<I', 7) + bytes(92)
              + struct.pack('<II', 0, 1024))


def unixware():
    d = bytearray(512)
    struct.pack_into('<I', d, 4, 0xCA5E600D)
    struct.pack_into('<I', d, 144, 0x600DDEEE)
    return at(29 * 512, bytes(d))


def solaris():
    d = bytearray(512)
    struct.pack_into('<I', d, 12, 0x600DDEEE)
    struct.pack_into('<I', d, 16, 1)
    struct.pack_into('<H', d, 30, 8)
    return at(512, bytes(d))


def ufs(kib, magic):
    return at(kib * 1024 + 1372, magic)


def ext(compat, incompat):
    d = bytearray(1024)
    struct.pack_into('<II', d, 0, 1000, 16384)
    struct.pack_into('<I', d, 24, 2)
    d[56:58] = b'\x53\xef'
    struct.pack_into('<I', d, 76, 1)
    struct.pack_into('<III', d, 92, compat, incompat, 0)
    return at(1024, bytes(d))


def gpt(size, primary):
    """One copy of a GPT, its twin not being there."""
    last = SIZE // size - 1
    entries = bytes.fromhex('a2a0d0ebe5b9334487c068b6b72699c7' + 32 * '0' +
                            '00080000000000000010000000000000').ljust(16384,
                                                                      b'\0')
    n = 16384 // size
    me, other = (1, last) if primary else (last, 1)
    place = 2 if primary else last - n

    def header(crc):
        return struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, crc,
                           0, me, other, 2 + n, last - n - 1, bytes(range(16)),
                           place, 128, 128, zlib.crc32(entries))
    head = header(zlib.crc32(header(0)))
    out = at(me * size, head) + at(place * size, entries)
    if primary:
        mbr = bytearray(512)
        struct.pack_into('<B3sB3sII', mbr, 446, 0, b'\0\2\0', 0xEE,
                         b'\xff\xff\xff', 1, last)
        mbr[510:] = b'\x55\xaa'
        out += at(0, bytes(mbr))
    return out


# kind: type by wipefs ('' where it finds none, and data is at stake all the
# same), name by us, content
KINDS = {
    'imsm': ('isw_raid_member', 'Intel RAID (RST) member',
             at(-1024, b'Intel Raid ISM Cfg Sig. 1.3.00')),
    'ddf': ('ddf_raid_member', 'DDF RAID member', at(-512, b'\xde\x11\xde\x11')),
    'ddf-le': ('ddf_raid_member', 'DDF RAID member',
               at(-257 * 512, b'\x11\xde\x11\xde')),
    'nvidia': ('nvidia_raid_member', 'NVIDIA RAID member',
               at(-1024, b'NVIDIA  ')),
    'lsi': ('lsi_mega_raid_member', 'LSI RAID member', at(-512, b'$XIDE$')),
    'adaptec': ('adaptec_raid_member', 'Adaptec RAID member',
                at(-512, b'\x37\xfc\x4d\x1e' + bytes(252) + b'DPTM')),
    'silicon': ('silicon_medley_raid_member', 'Silicon Image RAID member',
                silicon()),
    'jmicron': ('jmicron_raid_member', 'JMicron RAID member',
                at(-512, b'JM\1\2')),
    'via': ('via_raid_member', 'VIA RAID member', via()),
    'hpt45x': ('hpt45x_raid_member', 'HighPoint RAID member',
               at(-11 * 512, b'\xf3\x16\x78\x5a')),
    'hpt37x': ('hpt37x_raid_member', 'HighPoint RAID member',
               at(4608 + 32, b'\xf0\x16\x78\x5a')),
    'md-0.90': ('linux_raid_member', 'Linux RAID member', md0()),
    'md-1.0': ('linux_raid_member', 'Linux RAID member', md1(-8192)),
    'md-1.1': ('linux_raid_member', 'Linux RAID member', md1(0)),
    'md-1.2': ('linux_raid_member', 'Linux RAID member', md1(4096)),
    'drbd-8': ('drbd', 'DRBD', drbd(b'\x83\x74\x02\x6b')),
    'drbd-9': ('drbd', 'DRBD', drbd(b'\x83\x74\x02\x6d')),
    'drbdmanage': ('drbdmanage_control_volume', 'DRBD',
                   at(0, b'$DRBDmgr=q\n' + b'0123456789abcdef' * 2 + b'\n')),
    'drbdproxy': ('drbdproxy_datalog', 'DRBD', at(0, b'DRBDdlh*' + bytes(99))),
    'bcache': ('bcache', 'bcache', bcache()),
    'bluestore': ('ceph_bluestore', 'Ceph BlueStore',
                  at(0, b'bluestore block device\n')),
    'lvm1': ('LVM1_member', 'LVM1 physical volume',
             at(0, b'HM\1\0' + bytes(40) + b'0123456789abcdef' * 2)),
    'lvm2': ('LVM2_member', 'LVM physical volume', lvm2()),
    'zfs-front': ('zfs_member', 'ZFS member', zfs(0)),
    'zfs-back': ('zfs_member', 'ZFS member', zfs(SIZE - 262144)),
    'stratis': ('stratis', 'Stratis pool', stratis()),
    'vdo': ('vdo', 'VDO', at(0, b'dmvdo001' + bytes(99))),
    'mpool': ('mpool', 'mpool', at(0, b'mpoolDev' + bytes(200))),
    'oracleasm': ('oracleasm', 'Oracle ASM', at(32, b'ORCLDISKname')),
    'vmfs-volume': ('VMFS_volume_member', 'VMFS volume member',
                    at(0x100000, b'\x0d\xd0\x01\xc0')),
    'vmfs': ('VMFS', 'VMFS', at(0x200000, b'\x5e\xf1\xab\x2f')),
    'luks1': ('crypto_LUKS', 'LUKS',
              at(0, b'LUKS\xba\xbe\0\1' + b'aes'.ljust(580, b'\0'))),
    'luks2': ('crypto_LUKS', 'LUKS', luks2()),
    'luks2-second': ('crypto_LUKS', 'LUKS', luks2_second()),
    'bitlocker': ('BitLocker', 'BitLocker',
                  at(0, b'\xeb\x58\x90-FVE-FS-' + bytes(149)
                     + bytes.fromhex('3bd66749292ed84a8399f6a339e3d001')
                     + struct.pack('<Q', 65536))
                  + at(65536, b'-FVE-FS-' + struct.pack('<HH', 64, 2))),
    'ntfs': ('ntfs', 'NTFS', ntfs()),
    'fat16': ('vfat', 'FAT', fat(b'FAT16   ')),
    'fat-plain': ('vfat', 'FAT', fat(bytes(8))),
    'exfat': ('exfat', 'exFAT', exfat()),
    'refs': ('ReFS', 'ReFS', at(0, b'\0\0\0ReFS\0')),
    'hpfs': ('hpfs', 'HPFS', at(0x2000, b'\x49\xe8\x95\xf9' + b'\xfa\x53\xe9'
                                b'\xc5\2') + at(0x2200, b'\x49\x18\x91\xf9')
             + at(0, b'\xeb' + bytes(509) + b'\x55\xaa')),
    'apfs': ('apfs', 'APFS', at(0, bytes(24) + struct.pack('<HHHH', 1, 0x8000,
                                                           0, 0)
                                + b'NXSB' + struct.pack('<I', 4096))),
    'hfs': ('hfs', 'HFS', hfs()),
    'hfsplus': ('hfsplus', 'HFS+', hfsplus()),
    'ext2': ('ext2', 'ext2', ext(0, 2)),
    'ext3': ('ext3', 'ext3', ext(4, 2)),
    'ext4': ('ext4', 'ext4', ext(4, 0x42)),
    'xfs': ('xfs', 'XFS', xfs(b'XFSB')),
    'exfs': ('exfs', 'EXFS', xfs(b'EXFS')),
    'xfs-log': ('xfs_external_log', 'a log of XFS', xfs_log()),
    'btrfs': ('btrfs', 'btrfs', btrfs()),
    'f2fs': ('f2fs', 'F2FS', at(1024, b'\x10\x20\xf5\xf2\1\0\0\0' + bytes(99))),
    'nilfs2': ('nilfs2', 'NILFS2', nilfs(1024)),
    'nilfs2-second': ('nilfs2', 'NILFS2', nilfs(-4096)),
    'gfs2': ('gfs2', 'GFS/GFS2', gfs2()),
    'ocfs': ('ocfs', 'OCFS', at(0, struct.pack('<II', 0, 2)
                                + b'OracleCFS'.ljust(128, b'\0'))
             + at(0x2000, b'OracleCFS')),
    'ocfs2': ('ocfs2', 'OCFS2', at(0x800, b'OCFSV2' + bytes(500))),
    'reiserfs': ('reiserfs', 'reiserfs', reiserfs(b'ReIsEr2Fs')),
    'reiser4': ('reiser4', 'Reiser4', reiser4()),
    'jfs': ('jfs', 'JFS', jfs()),
    'ufs1': ('ufs', 'UFS', ufs(8, b'\x54\x19\1\0')),
    'ufs1-be': ('ufs', 'UFS', ufs(0, b'\0\1\x19\x54')),
    'ufs2': ('ufs', 'UFS', ufs(64, b'\x19\1\x54\x19')),
    'ufs2-256': ('ufs', 'UFS', ufs(256, b'\x19\1\x54\x19')),
    'iso9660': ('iso9660', 'ISO 9660',
                at(0x8000, b'\1CD001\1' + bytes(150))
                + at(0x8800, b'\xffCD001\1')),
    'udf': ('udf', 'UDF', udf()),
    'squashfs': ('squashfs', 'squashfs', squashfs(b'hsqs')),
    'cramfs': ('cramfs', 'cramfs',
               at(0, struct.pack('<IIII16s', 0x28CD3D45, 4096, 0, 0,
                                 b'Compressed ROMFS'))),
    'romfs': ('romfs', 'romfs', at(0, b'-rom1fs-' + bytes(99))),
    'erofs': ('erofs', 'EROFS', at(1024, b'\xe2\xe1\xf5\xe0' + bytes(8)
                                   + b'\x0c')),
    'minix': ('minix', 'minix', minix()),
    'bfs': ('bfs', 'BFS of UnixWare', at(0, b'\xce\xfa\xad\x1b')),
    'befs': ('', 'BeFS', befs()),
    'vxfs': ('vxfs', 'VxFS', vxfs()),
    'xenix': ('xenix', 'Xenix', at(0x800, b'\x2b\x55\x44')),
    'sysv': ('sysv', 'System V', at(512 + 504, b'\x20\x7e\x18\xfd')),
    'nss': ('nss', 'NetWare (NSS)', at(0x1000, b'SPB5' + bytes(99))),
    'zonefs': ('zonefs', 'zonefs', at(0, b'SFOZ' + bytes(99))),
    'ubi': ('ubi', 'UBI', at(0, b'UBI#\1' + bytes(59))),
    'ubifs': ('ubifs', 'UBIFS', at(0, b'\x31\x18\x10\x06' + bytes(16)
                                   + b'\6' + bytes(100))),
    'scoutfs': ('', 'ScoutFS', at(65536, b'\0\0\0\0\x8b\x42\x3c\x10')),
    'swap': ('swap', 'swap', swap()),
    'suspend': ('swsuspend', 'a suspended system', suspend(b'S1SUSPEND')),
    'tuxonice': ('swsuspend', 'a suspended system',
                 at(0, b'\xed\xc3\x02\xe9\x98\x56\xe5\x0c')),
    'dm-verity': ('DM_verity_hash', 'a dm-verity device', verity()),
    'dm-integrity': ('DM_integrity', 'a dm-integrity device',
                     at(0, b'integrt\0\1' + bytes(99))),
    'dm-snapshot': ('DM_snapshot_cow', 'a dm-snapshot store', at(0, b'SnAp')),
    'aix': ('aix', 'an AIX disk', at(0, b'\xc9\xc2\xd4\xc1')),
    'atari': ('', 'an Atari partition table', atari()),
    'bsd': ('', 'a BSD disklabel', bsd(512)),
    'mac': ('mac', 'an Apple partition map', mac()),
    'sgi': ('sgi', 'an SGI disk label', sgi()),
    'sun': ('sun', 'a Sun disk label', sun()),
    'ultrix': ('ultrix', 'an Ultrix label',
               at(16384 - 72, struct.pack('<II', 0x032957, 1))),
    'gpt': ('gpt', 'GPT', gpt(512, True)),
    'gpt-backup': ('gpt', 'the backup of a GPT', gpt(512, False)),
    'gpt-4096-backup': ('', 'the backup of a GPT', gpt(4096, False)),
    'dos': ('dos', 'MBR', at(446, b'\0\0\2\0\x83\0\0\0\0\x08\0\0\0\x10\0\0'
                             + bytes(48) + b'\x55\xaa')),
}
for distance in (16, 63, 255, 256, 399, 591, 675, 735, 911, 951, 974, 991,
                 3087):
    KINDS[f'promise-{distance}'] = (
        'promise_fasttrack_raid_member', 'Promise RAID member',
        at(-512 * distance, b'Promise Technology, Inc.'))


def main():
    for kind, (wipefs, name, pieces) in KINDS.items():
        with open(f'{sys.argv[1]}/{kind}.img', 'wb') as f:
            f.truncate(SIZE)
            for off, data in pieces:
                f.seek(off)
                f.write(data)
        print(f'{kind}|{wipefs}|{name}')


main()
