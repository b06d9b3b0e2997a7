// SPDX-License-Identifier: MIT
//
// $Secure: hashes as in volumes that Windows made, equal descriptors once, the
// copies in $SDS, and what is no descriptor.

#include "libntfs/build/build.h"
#include "test.h"

static struct err err;

// A descriptor of `size` bytes, at least 28: an empty ACL and unused bytes.
static void make(uint8_t *d, size_t size, uint32_t number)
{
	memset(d, 0, size);
	d[0] = 1;
	d[2] = 4;
	d[3] = 0x80;
	d[16] = 20;
	d[20] = 2;
	d[22] = 8;
	memcpy(d + size - 4, &number, 4);
}

static void check_defaults(struct ntfs_build *b)
{
	static const uint32_t hashes[] = {0x32fec6cb, 0x3414c8f7};
	size_t size;
	uint32_t id;

	for (unsigned i = 0; i < 2; i++)
		check_eq(b->security[i].hash, hashes[i]);
	for (unsigned i = 0; i < SECURITY_DEFAULTS; i++) {
		const uint8_t *d = ntfs_secure_default(i, &size);

		check_ok(ntfs_build_security(b, d, size, &id, &err), &err);
		check_eq(id, i);
	}
	check_eq(b->security_count, SECURITY_DEFAULTS);
}

static void check_bad(struct ntfs_build *b)
{
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {
		{0, 2},    // revision
		{3, 0},    // not self-relative
		{4, 200},  // owner outside
		{4, 4},    // owner in the header
		{8, 255},  // group outside
		{16, 200}, // ACL outside
		{20, 9},   // revision of the ACL
		{22, 255}, // ACL too long
		{22, 4},   // ACL too short
		{24, 1},   // an ACE outside the ACL
	};
	uint8_t d[64];
	uint32_t id = 77;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err e = {0};

		make(d, sizeof(d), 0);
		d[rows[i].at] = rows[i].value;
		check_eq(ntfs_build_security(b, d, sizeof(d), &id, &e),
			 -EBADMSG);
		check_eq(id, 77);
	}
	check_eq(ntfs_build_security(b, d, 19, &id, NULL), -EBADMSG);
	check_eq(ntfs_build_security(b, d, 65537, &id, NULL), -EFBIG);
	check_eq(id, 77);
}

static void check_sds(struct ntfs_build *b)
{
	static uint8_t d[5000], buf[5020], copy[5020];
	uint32_t id, again;

	for (uint32_t i = 0; i < 300; i++) {
		make(d, sizeof(d), i);
		check_ok(ntfs_build_security(b, d, sizeof(d), &id, &err), &err);
		check_ok(ntfs_build_security(b, d, sizeof(d), &again, &err),
			 &err);
		check_eq(id, SECURITY_DEFAULTS + i);
		check_eq(again, id);
	}
	check(ntfs_secure_size(b) > 5 * NTFS_SDS_BLOCK);
	for (uint32_t i = 0; i < b->security_count; i++) {
		struct ntfs_sds_disk head;
		uint64_t at;
		size_t size = b->security[i].size + sizeof(head);

		memcpy(&head, b->sds + b->security[i].offset, sizeof(head));
		at = get_le64(head.offset);
		check_eq(get_le32(head.security_id), 0x100 + i);
		check_eq(get_le32(head.size), size);
		check(!(at & NTFS_SDS_BLOCK)); // a first copy
		check_eq(at % 16, 0);
		check_eq(at / NTFS_SDS_BLOCK, (at + size - 1) / NTFS_SDS_BLOCK);
		check(at + NTFS_SDS_BLOCK + size <= ntfs_secure_size(b));
		ntfs_secure_read(b, at, buf, size);
		ntfs_secure_read(b, at + NTFS_SDS_BLOCK, copy, size);
		check(!memcmp(buf, &head, sizeof(head)));
		check(!memcmp(buf, copy, size));
	}
}

int main(void)
{
	struct ntfs_build_options o = {.cluster_size = 512};
	struct ntfs_check_result result;
	struct ntfs_build *b;
	struct disk *d;

	check_ok(disk_memory(16 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	check_defaults(b);
	check_bad(b);
	check_sds(b);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	disk_close(d);
	return 0;
}
