// SPDX-License-Identifier: MIT
//
// What is known by the marks that it leaves on a disk: file systems, members of
// RAIDs and pools, tables that are neither GPT nor MBR.
//
// Why a table of our own, and not util-linux' libblkid, which knows all of these
// and is well kept: it reads a file descriptor, and our disks are stacks of
// `struct disk`; it prints, keeps state and allocates by itself, so no test
// could fail its allocations; Debian's libblkid.a is built against glibc with
// its checked functions (280 references to 11 symbols that musl has not), and a
// static program with it is 1.1 MB larger. Above all a name is not what keeps
// data safe: what is not zero is data (probe.c). The names are for people, and
// `wipefs` judges them: tests/oracle/probe.bats makes each thing that it knows.
//
// Places are those of the formats' own publications: SNIA's DDF 2.0, section 5;
// Linux' Documentation/ and include/uapi/ for md, bcache, ext, XFS, btrfs, F2FS,
// NILFS2, GFS2, OCFS2, JFS, EROFS, minix, swap; OpenZFS' "ZFS On-Disk
// Specification", section 1; Apple's TN1150 and "Apple File System Reference";
// ECMA-119 and ECMA-167; Microsoft's exFAT and BitLocker specifications; and
// what dmraid and wipefs print for the RAIDs of mainboards.

#include <string.h>

#include "part_priv.h"

// Where a mark's offset is counted from.
enum from {
	START,
	SECTORS, // the end, less `back` sectors of 512 bytes
	MD_0_90, // the last whole 64 KiB but one
	MD_1_0,  // 8 KiB before the last whole 4 KiB
	LAST_4K, // the last 4096 bytes
};

struct signature {
	const char *name;
	enum part_holds kind;
	enum from from;
	uint32_t back; // of SECTORS
	uint32_t off;
	uint8_t len;
	const char *bytes;
};

#define VOLUME(name, off, bytes)                                               \
	{name, PART_HOLDS_VOLUME, START, 0, off, sizeof(bytes) - 1, bytes}
#define TABLE(name, off, bytes)                                                \
	{name, PART_HOLDS_TABLE, START, 0, off, sizeof(bytes) - 1, bytes}
#define MEMBER(name, off, bytes)                                               \
	{name, PART_HOLDS_MEMBER, START, 0, off, sizeof(bytes) - 1, bytes}
#define AT_END(name, back, off, bytes)                                         \
	{name, PART_HOLDS_MEMBER, SECTORS, back, off, sizeof(bytes) - 1, bytes}

// At the end of the first page, whose size is the machine's: 4 to 64 KiB.
// Suspended systems put their own mark there; mounted as swap, they are lost.
#define SWAP_AT(page)                                                          \
	VOLUME("swap", (page) - 10, "SWAPSPACE2"),                             \
		VOLUME("swap", (page) - 10, "SWAP-SPACE"),                     \
		VOLUME("a suspended system", (page) - 10, "S1SUSPEND"),        \
		VOLUME("a suspended system", (page) - 10, "S2SUSPEND"),        \
		VOLUME("a suspended system", (page) - 10, "ULSUSPEND"),        \
		VOLUME("a suspended system", (page) - 10, "LINHIB0001")

// The superblock's magic, by version and in both byte orders, in the four
// places where the BSDs look for one.
#define UFS_AT(kib)                                                            \
	VOLUME("UFS", (kib) * 1024 + 1372, "\x19\x01\x54\x19"),                \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x19\x54\x01\x19"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x54\x19\x01\x00"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x00\x01\x19\x54"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x12\x56\x19\x00"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x00\x19\x56\x12"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x14\x50\x09\x00"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x00\x09\x50\x14"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x95\x21\x61\x00"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x00\x61\x21\x95"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x94\x19\x23\x05"),        \
		VOLUME("UFS", (kib) * 1024 + 1372, "\x05\x23\x19\x94")

#define SYSV_AT(kib)                                                           \
	VOLUME("System V", (kib) * 1024 + 512 + 504, "\x20\x7e\x18\xfd"),      \
		VOLUME("System V", (kib) * 1024 + 512 + 504,                   \
		       "\xfd\x18\x7e\x20")

// Each model has its own place, so many sectors before the end.
#define PROMISE_AT(back)                                                       \
	AT_END("Promise RAID member", back, 0, "Promise Technology, Inc.")

// 0xa92b4efc, in little endian; version 0.90 has the machine's order
#define MD_MAGIC "\xfc\x4e\x2b\xa9"

// Marks of two bytes come last: what is sure goes first.
static const struct signature signatures[] = {
	VOLUME("NTFS", 3, "NTFS    "),
	VOLUME("exFAT", 3, "EXFAT   "),
	VOLUME("ReFS", 3, "ReFS\0\0\0\0"),
	VOLUME("ReFS", 0, "\0\0\0ReFS"),
	VOLUME("BitLocker", 3, "-FVE-FS-"),
	VOLUME("BitLocker", 0x1a8, // of a stick: looks like FAT32
	       "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0"
	       "\x01"),
	VOLUME("FAT", 0x36, "FAT1"),
	VOLUME("FAT", 0x36, "FAT     "),
	VOLUME("FAT", 0x36, "MSDOS"),
	VOLUME("FAT", 0x52, "FAT32"),
	VOLUME("FAT", 0x52, "MSWIN"),
	VOLUME("LUKS", 0, "LUKS\xba\xbe"),
	VOLUME("LUKS", 0x4000, "SKUL\xba\xbe"), // the second header
	VOLUME("LUKS", 0x8000, "SKUL\xba\xbe"),
	VOLUME("LUKS", 0x10000, "SKUL\xba\xbe"),
	VOLUME("LUKS", 0x20000, "SKUL\xba\xbe"),
	VOLUME("LUKS", 0x40000, "SKUL\xba\xbe"),
	VOLUME("LUKS", 0x80000, "SKUL\xba\xbe"),
	VOLUME("LUKS", 0x100000, "SKUL\xba\xbe"),
	VOLUME("LUKS", 0x200000, "SKUL\xba\xbe"),
	VOLUME("XFS", 0, "XFSB"),
	VOLUME("EXFS", 0, "EXFS"),
	VOLUME("btrfs", 0x10040, "_BHRfS_M"),
	VOLUME("APFS", 0x20, "NXSB"),
	VOLUME("F2FS", 0x400, "\x10\x20\xf5\xf2"),
	VOLUME("F2FS", 0x1400, "\x10\x20\xf5\xf2"),
	VOLUME("EROFS", 0x400, "\xe2\xe1\xf5\xe0"),
	VOLUME("reiserfs", 0x2034, "ReIsErFs"),
	VOLUME("reiserfs", 0x2014, "ReIsErFs"),
	VOLUME("reiserfs", 0x10034, "ReIsEr"),
	VOLUME("Reiser4", 0x10000, "ReIsEr4"),
	VOLUME("ScoutFS", 0x10004, "\x8b\x42\x3c\x10"),
	VOLUME("JFS", 0x8000, "JFS1"),
	VOLUME("JFS", 0xf000, "JFS1"), // the second superblock
	VOLUME("GFS/GFS2", 0x10000, "\x01\x16\x19\x70"),
	VOLUME("OCFS2", 0x400, "OCFSV2"),
	VOLUME("OCFS2", 0x800, "OCFSV2"),
	VOLUME("OCFS2", 0x1000, "OCFSV2"),
	VOLUME("OCFS2", 0x2000, "OCFSV2"),
	VOLUME("OCFS", 0x2000, "OracleCFS"),
	VOLUME("VMFS", 0x200000, "\x5e\xf1\xab\x2f"),
	MEMBER("VMFS volume member", 0x100000, "\x0d\xd0\x01\xc0"),
	VOLUME("HPFS", 0x36, "HPFS    "),
	VOLUME("HPFS", 0x2000, "\x49\xe8\x95\xf9"),
	VOLUME("HPFS", 0x2200, "\x49\x18\x91\xf9"), // spare block
	VOLUME("ISO 9660", 0x8001, "CD001"),
	VOLUME("ISO 9660", 0x8009, "CDROM"),
	VOLUME("UDF", 0x8001, "BEA01"),
	VOLUME("UDF", 0x8001, "BOOT2"),
	VOLUME("UDF", 0x8001, "CDW02"),
	VOLUME("UDF", 0x8001, "NSR0"),
	VOLUME("UDF", 0x8001, "TEA01"),
	UFS_AT(0),
	UFS_AT(8),
	UFS_AT(64),
	UFS_AT(256),
	VOLUME("squashfs", 0, "hsqs"),
	VOLUME("squashfs", 0, "sqsh"),
	VOLUME("cramfs", 0, "\x45\x3d\xcd\x28"),
	VOLUME("cramfs", 0, "\x28\xcd\x3d\x45"),
	VOLUME("romfs", 0, "-rom1fs-"),
	VOLUME("BFS of UnixWare", 0, "\xce\xfa\xad\x1b"),
	VOLUME("BeFS", 0x20, "BFS1"),
	VOLUME("BeFS", 0x20, "1SFB"),
	VOLUME("BeFS", 0x220, "BFS1"),
	VOLUME("BeFS", 0x220, "1SFB"),
	VOLUME("VxFS", 0x400, "\xf5\xfc\x01\xa5"),
	VOLUME("VxFS", 0x2000, "\xa5\x01\xfc\xf5"),
	VOLUME("Xenix", 0x800, "\x2b\x55\x44"),
	VOLUME("Xenix", 0x800, "\x44\x55\x2b"),
	SYSV_AT(0),
	SYSV_AT(9),
	SYSV_AT(15),
	SYSV_AT(18),
	VOLUME("NetWare (NSS)", 0x1000, "SPB5"),
	VOLUME("zonefs", 0, "SFOZ"),
	VOLUME("UBI", 0, "UBI#"),
	VOLUME("UBIFS", 0, "\x31\x18\x10\x06"),
	SWAP_AT(0x1000),
	SWAP_AT(0x2000),
	SWAP_AT(0x4000),
	SWAP_AT(0x8000),
	SWAP_AT(0x10000),
	VOLUME("a suspended system", 0, "\xed\xc3\x02\xe9\x98\x56\xe5\x0c"),
	VOLUME("a dm-verity device", 0, "verity\0\0"),
	VOLUME("a dm-integrity device", 0, "integrt\0"),
	VOLUME("a dm-snapshot store", 0, "SnAp"),

	MEMBER("LVM physical volume", 0x018, "LVM2 001"),
	MEMBER("LVM physical volume", 0x218, "LVM2 001"),
	MEMBER("LVM physical volume", 0x418, "LVM2 001"),
	MEMBER("LVM physical volume", 0x618, "LVM2 001"),
	MEMBER("LVM physical volume", 0x200, "LABELONE"),
	MEMBER("bcache", 0x1018,
	       "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d"
	       "\x81"),
	MEMBER("bcachefs", 0x1018,
	       "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7"
	       "\xef"),
	MEMBER("Ceph BlueStore", 0, "bluestore block device"),
	MEMBER("Stratis pool", 0x204, "!Stra0tis\x86\xff\x02^\x41rh"),
	MEMBER("Stratis pool", 0x1204, "!Stra0tis\x86\xff\x02^\x41rh"),
	MEMBER("VDO", 0, "dmvdo001"),
	MEMBER("mpool", 0, "mpoolDev"),
	MEMBER("Oracle ASM", 0x20, "ORCLDISK"),
	MEMBER("DRBD", 0, "$DRBDmgr=q"),
	MEMBER("DRBD", 0, "DRBDdlh*"),
	MEMBER("Linux RAID member", 0, MD_MAGIC),
	MEMBER("Linux RAID member", 0x1000, MD_MAGIC),
	MEMBER("HighPoint RAID member", 0x1220, "\xf0\x16\x78\x5a"),
	MEMBER("HighPoint RAID member", 0x1220, "\xfd\x16\x78\x5a"),

	AT_END("Intel RAID (RST) member", 2, 0, "Intel Raid ISM Cfg Sig. "),
	AT_END("DDF RAID member", 1, 0, "\xde\x11\xde\x11"),
	AT_END("DDF RAID member", 1, 0, "\x11\xde\x11\xde"),
	AT_END("DDF RAID member", 257, 0, "\xde\x11\xde\x11"),
	AT_END("DDF RAID member", 257, 0, "\x11\xde\x11\xde"),
	AT_END("NVIDIA RAID member", 2, 0, "NVIDIA"),
	AT_END("LSI RAID member", 1, 0, "$XIDE$"),
	AT_END("Adaptec RAID member", 1, 0, "\x37\xfc\x4d\x1e"),
	AT_END("Silicon Image RAID member", 1, 0x60, "\0\0\0\x2f"),
	AT_END("HighPoint RAID member", 11, 0, "\xf3\x16\x78\x5a"),
	AT_END("HighPoint RAID member", 11, 0, "\xfd\x16\x78\x5a"),
	PROMISE_AT(16),
	PROMISE_AT(63),
	PROMISE_AT(255),
	PROMISE_AT(256),
	PROMISE_AT(399),
	PROMISE_AT(591),
	PROMISE_AT(675),
	PROMISE_AT(735),
	PROMISE_AT(911),
	PROMISE_AT(951),
	PROMISE_AT(974),
	PROMISE_AT(991),
	PROMISE_AT(3087),
	{"Linux RAID member", PART_HOLDS_MEMBER, MD_0_90, 0, 0, 4, MD_MAGIC},
	{"Linux RAID member", PART_HOLDS_MEMBER, MD_0_90, 0, 0, 4,
	 "\xa9\x2b\x4e\xfc"},
	{"Linux RAID member", PART_HOLDS_MEMBER, MD_1_0, 0, 0, 4, MD_MAGIC},
	{"DRBD", PART_HOLDS_MEMBER, LAST_4K, 0, 60, 4, "\x83\x74\x02\x6b"},
	{"DRBD", PART_HOLDS_MEMBER, LAST_4K, 0, 60, 4, "\x83\x74\x02\x6c"},
	{"DRBD", PART_HOLDS_MEMBER, LAST_4K, 0, 60, 4, "\x83\x74\x02\x6d"},

	TABLE("a BSD disklabel", 0x200, "\x57\x45\x56\x82"),
	TABLE("a BSD disklabel", 0x40, "\x57\x45\x56\x82"),
	TABLE("a BSD disklabel", 0x80, "\x57\x45\x56\x82"),
	TABLE("an SGI disk label", 0, "\x0b\xe5\xa9\x41"),
	TABLE("a Solaris x86 label", 0x20c, "\xee\xde\x0d\x60"),
	TABLE("a UnixWare label", 0x71f6, "\x0d\x60\xe5\xca"),
	TABLE("an Ultrix label", 0x4000 - 72, "\x57\x29\x03\x00"),
	TABLE("an AIX disk", 0, "\xc9\xc2\xd4\xc1"),

	VOLUME("HFS+", 0x400, "H+"),
	VOLUME("HFS+", 0x400, "HX"),
	VOLUME("HFS", 0x400, "BD"),
	{"NILFS2", PART_HOLDS_VOLUME, START, 0, 0x406, 2, "\x34\x34"},
	{"NILFS2", PART_HOLDS_VOLUME, SECTORS, 8, 6, 2, "\x34\x34"},
	VOLUME("minix", 0x410, "\x7f\x13"),
	VOLUME("minix", 0x410, "\x8f\x13"),
	VOLUME("minix", 0x410, "\x13\x7f"),
	VOLUME("minix", 0x410, "\x13\x8f"),
	VOLUME("minix", 0x410, "\x68\x24"),
	VOLUME("minix", 0x410, "\x78\x24"),
	VOLUME("minix", 0x410, "\x24\x68"),
	VOLUME("minix", 0x410, "\x24\x78"),
	VOLUME("minix", 0x418, "\x5a\x4d"),
	VOLUME("minix", 0x418, "\x4d\x5a"),
	TABLE("a Sun disk label", 0x1fc, "\xda\xbe"),
	TABLE("an Apple partition map", 0, "ER"),
	MEMBER("LVM1 physical volume", 0, "HM"),
	AT_END("JMicron RAID member", 1, 0, "JM"),
	AT_END("VIA RAID member", 1, 0, "\x55\xaa"),
};

#define SIGNATURES (sizeof(signatures) / sizeof(*signatures))

// Where the mark lies on a disk of `size` bytes. Returns false for a disk that
// is too small for it.
static bool place_of(const struct signature *s, uint64_t size, uint64_t *ret)
{
	uint64_t base = 0;

	switch (s->from) {
	case START:
		break;
	case SECTORS:
		if (size / 512 < s->back)
			return false;
		base = (size / 512 - s->back) * 512;
		break;
	case MD_0_90:
		if (size < 2 * 0x10000)
			return false;
		base = round_down(size, 0x10000) - 0x10000;
		break;
	case MD_1_0:
		if (size < 3 * 4096)
			return false;
		base = round_down(size, 4096) - 8192;
		break;
	case LAST_4K:
		if (size < 4096)
			return false;
		base = size - 4096;
		break;
	}
	*ret = base + s->off;
	return range_ok(*ret, s->len, size);
}

static const uint8_t *view_bytes(const struct part_view *v, uint64_t at,
				 size_t len)
{
	for (size_t i = 0; i < 2; i++)
		if (at >= v->at[i] && range_ok(at - v->at[i], len, v->len[i]))
			return v->bytes[i] + (at - v->at[i]);
	return NULL;
}

static int report(const struct part_view *v, const char *name,
		  enum part_holds kind, uint64_t at, part_found_fn *fn,
		  void *ctx)
{
	const struct part_content c = {.kind = kind,
				       .name = name,
				       .at = v->base + at,
				       .is_inside = v->base};

	return fn(ctx, &c);
}

// --- What a few bytes at one place do not tell -------------------------------

// A boot sector of FAT without the name of its type, as cameras and others
// leave it.
static int find_plain_fat(const struct part_view *v, part_found_fn *fn,
			  void *ctx)
{
	const uint8_t *b = view_bytes(v, 0, sizeof(struct mbr_disk));
	struct mbr_disk m;

	if (!b)
		return 0;
	memcpy(&m, b, sizeof(m));
	if (!mbr_is_volume(&m) || get_le16(m.magic) != MBR_MAGIC)
		return 0;
	return report(v, "FAT", PART_HOLDS_VOLUME, 0, fn, ctx);
}

// What ext2, 3 and 4 have in common is their mark; their features tell them apart
// (Linux' Documentation/filesystems/ext4, "Super Block").
static int find_ext(const struct part_view *v, part_found_fn *fn, void *ctx)
{
	enum { MARK = 0x438, HAS_JOURNAL = 0x4, EXT4 = 0x2c0 };
	const uint8_t *b = view_bytes(v, MARK, 0x2c);
	const char *name = "ext2";

	if (!b || b[0] != 0x53 || b[1] != 0xef)
		return 0;
	if ((b[0x28] | b[0x29] << 8) & EXT4) // extents, 64 bits, flex_bg
		name = "ext4";
	else if (b[0x24] & HAS_JOURNAL)
		name = "ext3";
	return report(v, name, PART_HOLDS_VOLUME, MARK, fn, ctx);
}

// ZFS keeps four labels of 256 KiB, two at each end, with 128 uberblocks in the
// second half of each. One is enough: the others may be gone.
static int find_zfs(const struct part_view *v, part_found_fn *fn, void *ctx)
{
	static const uint8_t magic[2][8] = {{0x0c, 0xb1, 0xba, 0},
					    {0, 0, 0, 0, 0, 0xba, 0xb1, 0x0c}};
	const uint64_t label = 256 * 1024, end = round_down(v->size, label);
	const uint64_t labels[4] = {0, label, end - 2 * label, end - label};

	for (int i = 0; v->size >= 4 * label && i < 4; i++)
		for (uint64_t off = label / 2; off < label; off += 1024) {
			const uint8_t *b = view_bytes(v, labels[i] + off, 8);

			if (b && (!memcmp(b, magic[0], 8) ||
				  !memcmp(b, magic[1], 8)))
				return report(v, "ZFS member",
					      PART_HOLDS_MEMBER,
					      labels[i] + off, fn, ctx);
		}
	return 0;
}

// A log of XFS on a device of its own begins anywhere in its first 256 KiB.
static int find_xfs_log(const struct part_view *v, part_found_fn *fn, void *ctx)
{
	for (uint64_t at = 0; at < 256 * 1024; at += 512) {
		const uint8_t *b = view_bytes(v, at, 12);

		if (b && !memcmp(b, "\xfe\xed\xba\xbe", 4) && !b[8] && !b[9] &&
		    !b[10] && b[11] && b[11] <= 3)
			return report(v, "a log of XFS", PART_HOLDS_VOLUME, at,
				      fn, ctx);
	}
	return 0;
}

// An Atari table has no magic: an entry is one that is in use, is named by three
// letters or digits, and lies on the disk.
static int find_atari(const struct part_view *v, part_found_fn *fn, void *ctx)
{
	const uint8_t *b = view_bytes(v, 0x1c6, 4 * 12);

	for (int i = 0; b && i < 4; i++, b += 12) {
		uint64_t start = (uint64_t)b[4] << 24 | b[5] << 16 | b[6] << 8 |
				 b[7];
		uint64_t size = (uint64_t)b[8] << 24 | b[9] << 16 | b[10] << 8 |
				b[11];
		bool named = b[0] & 1;

		for (int j = 1; j < 4; j++)
			named &= (b[j] >= '0' && b[j] <= '9') ||
				 (b[j] >= 'A' && b[j] <= 'Z') ||
				 (b[j] >= 'a' && b[j] <= 'z') || b[j] >= 0xc0;
		if (named && start + size <= v->size / 512)
			return report(v, "an Atari partition table",
				      PART_HOLDS_TABLE,
				      (uint64_t)(0x1c6 + 12 * i), fn, ctx);
	}
	return 0;
}

int part_find_signatures(const struct part_view *v, part_found_fn *fn,
			 void *ctx)
{
	bool any = false;
	int r = 0;

	for (size_t i = 0; i < SIGNATURES && !r; i++) {
		const struct signature *s = &signatures[i];
		const uint8_t *b;
		uint64_t at;

		// Each that matches is told, not the first: a disk may bear the
		// marks of what it was before, too.
		if (!place_of(s, v->size, &at))
			continue;
		b = view_bytes(v, at, s->len);
		if (!b || memcmp(b, s->bytes, s->len))
			continue;
		any = true;
		r = report(v, s->name, s->kind, at, fn, ctx);
	}
	if (!r)
		r = find_ext(v, fn, ctx);
	if (!r)
		r = find_zfs(v, fn, ctx);
	if (any || r)
		return r;
	// Without a mark of their own: what is something else is none of these.
	r = find_plain_fat(v, fn, ctx);
	if (!r)
		r = find_xfs_log(v, fn, ctx);
	return r ? r : find_atari(v, fn, ctx);
}

static int note_volume(void *ctx, const struct part_content *found)
{
	if (found->kind != PART_HOLDS_VOLUME)
		return 0;
	*(const char **)ctx = found->name;
	return 1;
}

const char *part_name_boot(const uint8_t boot[512])
{
	const struct part_view v = {
		.size = UINT64_MAX / 2, .bytes = {boot}, .len = {512}};
	const char *name = NULL;

	part_find_signatures(&v, note_volume, &name);
	return name;
}

const char *part_name_sector(const uint8_t *b)
{
	if (!memcmp(b + 3, "NTFS    ", 8) && b[510] == 0x55 && b[511] == 0xaa)
		return "NTFS";
	// A record of an MFT: its update sequence lies behind its header, of
	// either length (Linux-NTFS documentation, "File Record").
	if (!memcmp(b, "FILE", 4) && (b[4] == 0x30 || b[4] == 0x2a) && !b[5])
		return "NTFS file records";
	if (!memcmp(b, GPT_MAGIC, 8))
		return "a header of a GPT";
	return NULL;
}
