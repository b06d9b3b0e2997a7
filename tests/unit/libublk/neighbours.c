// SPDX-License-Identifier: MIT
//
// Neighbouring reads and writes joined to one call on a file.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libublk/ublk_priv.h"
#include "test.h"

#define PIECE 4096u

static uint8_t buffers[UBLK_MAX_JOINED + 1][PIECE];

static bool add(struct ublk_joined *j, int fd, unsigned tag, uint64_t off,
		bool is_write)
{
	struct disk_place place = {
		.cached_fd = fd, .off = off, .len = PIECE, .is_cached = true};

	return ublk_joined_add(j, (uint16_t)tag, &place, buffers[tag],
			       is_write);
}

static void check_what_is_joined(void)
{
	struct ublk_joined j = {0};

	check(add(&j, 3, 0, 2 * PIECE, true));
	check(!add(&j, 3, 1, PIECE, true));     // before it
	check(!add(&j, 3, 1, 2 * PIECE, true)); // the same
	check(!add(&j, 3, 1, 4 * PIECE, true)); // a gap
	check(!add(&j, 4, 1, 3 * PIECE, true)); // another file
	check(!add(&j, 3, 1, 3 * PIECE, false));
	check_eq(j.count, 1);
	for (unsigned i = 1; i < UBLK_MAX_JOINED; i++)
		check(add(&j, 3, i, (2 + i) * PIECE, true));
	check(!add(&j, 3, UBLK_MAX_JOINED, (2 + UBLK_MAX_JOINED) * PIECE,
		   true));
	check_eq(j.tags[UBLK_MAX_JOINED - 1], UBLK_MAX_JOINED - 1);
	j.count = 0;
	check(add(&j, 5, 1, 0, false));
	check_eq(j.end, PIECE);
}

// Not every file system tells whether a page is in the cache.
static bool can_ask(int fd)
{
	struct iovec part = {buffers[0], 1};

	return syscall(SYS_preadv2, fd, &part, 1UL, 0UL, 0UL, RWF_NOWAIT) == 1;
}

static void check_copies(int fd)
{
	struct ublk_joined j = {0};
	uint8_t byte;

	for (unsigned i = 0; i < 3; i++) {
		memset(buffers[i], 'a' + (int)i, PIECE);
		check(add(&j, fd, i, (1 + i) * PIECE, true));
	}
	check_eq(ublk_joined_copy(&j), 3 * PIECE);
	for (unsigned i = 0; i < 3; i++) {
		check_eq(pread(fd, &byte, 1, (off_t)((2 + i) * PIECE - 1)), 1);
		check_eq(byte, 'a' + i);
	}
	check_eq(lseek(fd, 0, SEEK_END), 4 * PIECE);

	j.count = 0;
	memset(buffers, 0, sizeof(buffers));
	for (unsigned i = 0; i < 4; i++)
		check(add(&j, fd, i, (2 + i) * PIECE, false));
	if (!can_ask(fd)) {
		check_eq(ublk_joined_copy(&j), 0);
		return;
	}
	check_eq(ublk_joined_copy(&j), 2 * PIECE); // then the file ends
	check_eq(buffers[0][PIECE - 1], 'b');
	check_eq(buffers[1][0], 'c');
	check_eq(buffers[2][0], 0);
}

static void check_failure(void)
{
	int fd = open("/dev/null", O_RDONLY);
	struct ublk_joined j = {0};

	check(fd >= 0);
	check(add(&j, fd, 0, 0, true));
	check_eq(ublk_joined_copy(&j), 0);
	close(fd);
}

int main(void)
{
	char path[] = "/tmp/joined-XXXXXX";
	int fd = mkstemp(path);

	check(fd >= 0);
	unlink(path);
	check_what_is_joined();
	check_copies(fd);
	check_failure();
	close(fd);
	return 0;
}
