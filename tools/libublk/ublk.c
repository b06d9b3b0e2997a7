// SPDX-License-Identifier: MIT
//
// A device from its making to its end (Documentation/block/ublk.rst).

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ublk_priv.h"

#define DEFAULT_TAGS   64 // of all queues: each has a buffer of MAX_BYTES
#define DEFAULT_QUEUES 4

// Zeroing may have to write; a request should not take seconds.
#define MAX_ZERO_SECTORS    (64u << 11)   // 64 MiB
#define MAX_DISCARD_SECTORS (1024u << 11) // 1 GiB

#define MAX_DISCARD_UNIT (2u << 20)

#define NODE_WAIT_MS 5000

// The size of a request that all tags can have a buffer for.
static uint32_t max_bytes(unsigned tags)
{
	uint32_t n = MAX_BYTES;

	while (n > MIN_BYTES && tags > BUFFERS_SIZE / n)
		n /= 2;
	return n;
}

static int choose(const struct disk *disk, const struct ublk_options *o,
		  struct ublksrv_ctrl_dev_info *info, struct err *err)
{
	unsigned queues = o->queues, depth;

	if (!queues) {
		queues = pool_cores();
		queues = queues < DEFAULT_QUEUES ? queues : DEFAULT_QUEUES;
	}
	if (queues > UBLK_MAX_QUEUES || o->depth > UBLK_MAX_DEPTH ||
	    queues * o->depth > BUFFERS_SIZE / MIN_BYTES || o->id < -1)
		return err_set(err, -EINVAL, "ublk", ERR_NOWHERE,
			       "at most %u queues of depth %u are possible, "
			       "and %u requests in all",
			       UBLK_MAX_QUEUES, UBLK_MAX_DEPTH,
			       BUFFERS_SIZE / MIN_BYTES);
	depth = o->depth ? o->depth : DEFAULT_TAGS / queues;
	if (disk->size < disk->sector_size)
		return err_set(err, -EINVAL, "ublk", ERR_NOWHERE,
			       "the disk is smaller than one sector");
	*info = (struct ublksrv_ctrl_dev_info){
		.nr_hw_queues = (uint16_t)queues,
		.queue_depth = (uint16_t)depth,
		.max_io_buf_bytes = max_bytes(queues * depth),
		.dev_id = (uint32_t)o->id,
		.flags = FLAG_IOCTL_ENCODE,
	};
	return 0;
}

static int failed(int r, const char *doing, struct err *err)
{
	return err_set(err, r, "ublk driver", ERR_NOWHERE, "%s failed: %s",
		       doing, strerror(-r));
}

static int check_driver(struct ublk *u, struct err *err)
{
	uint64_t features = 0;
	int r = ublk_control_send(&u->control, CTRL_GET_FEATURES, -1, &features,
				  sizeof(features), 0);

	if (!r && features & FEATURE_USER_COPY)
		return 0;
	if (r == -EPERM || r == -EACCES)
		return failed(r, "asking what it can do", err);
	return err_set(err, -ENOTSUP, "ublk driver", ERR_NOWHERE,
		       "it is too old: Linux 6.9 or later is needed");
}

static int add(struct ublk *u, const struct ublk_options *o, struct err *err)
{
	int r = ublk_control_send(&u->control, CTRL_ADD_DEV, o->id, &u->info,
				  sizeof(u->info), 0);

	if (r == -EEXIST)
		return err_set(err, r, "ublk driver", ERR_NOWHERE,
			       "there is a /dev/ublkb%d already", o->id);
	if (r)
		return failed(r, "adding a device", err);
	u->is_added = true;
	u->id = (int)u->info.dev_id;
	u->count = u->info.nr_hw_queues;
	if (u->count > UBLK_MAX_QUEUES)
		return failed(-EINVAL, "agreeing on queues", err);
	u->target.max_bytes = u->info.max_io_buf_bytes;
	return 0;
}

static uint8_t shift_of(uint32_t size)
{
	return (uint8_t)__builtin_ctz(size);
}

// The unit in which room is given back, if that is not too large for a file
// system to have free in one piece.
static uint32_t discard_unit(const struct disk *disk)
{
	if (!disk->unit || !is_power_of_two(disk->unit))
		return 4096;
	return disk->unit < MAX_DISCARD_UNIT ? disk->unit : MAX_DISCARD_UNIT;
}

// With VOLATILE_CACHE the kernel sends flushes. Without it a file system takes
// for durable what may still be in the host's memory, and a power cut tears it.
// 4 KiB are the physical sector, so that partitioning programs align to them;
// "chunk" keeps a request within one block of a VHD or VHDX, so in one piece. A
// last part of a sector cannot be asked for: the size leaves it out.
static int set_params(struct ublk *u, struct err *err)
{
	const struct disk *disk = u->target.disk;
	uint32_t max = u->target.max_bytes;
	uint8_t sector = shift_of(disk->sector_size);
	struct ublk_params p = {
		.len = sizeof(p),
		.types = UBLK_PARAM_TYPE_BASIC,
		.basic =
			{
				.attrs = u->target.read_only
						 ? UBLK_ATTR_READ_ONLY
						 : UBLK_ATTR_VOLATILE_CACHE |
							   UBLK_ATTR_FUA,
				.logical_bs_shift = sector,
				.physical_bs_shift = 12,
				.io_min_shift = 12,
				.io_opt_shift = shift_of(max),
				.max_sectors = max >> SECTOR_SHIFT,
				.chunk_sectors = disk->unit >> SECTOR_SHIFT,
				.dev_sectors =
					disk->size >>
					sector << (sector - SECTOR_SHIFT),
			},
	};
	int r;

	if (!u->target.read_only) {
		p.types |= UBLK_PARAM_TYPE_DISCARD;
		p.discard.discard_granularity = discard_unit(disk);
		p.discard.max_discard_sectors = MAX_DISCARD_SECTORS;
		p.discard.max_write_zeroes_sectors = MAX_ZERO_SECTORS;
		p.discard.max_discard_segments = 1;
	}
	r = ublk_control_send(&u->control, CTRL_SET_PARAMS, u->id, &p,
			      sizeof(p), 0);
	return r ? failed(r, "setting the device's size", err) : 0;
}

// Nodes are made by devtmpfs or by somebody who hears of them a moment later.
// Returns a descriptor or a negative errno.
static int open_node(const char *path, int flags)
{
	struct timespec pause = {0, 10000000};

	for (int ms = 0;; ms += 10) {
		int fd = open(path, flags | O_CLOEXEC);

		if (fd >= 0)
			return fd;
		if ((errno != ENOENT && errno != EACCES && errno != ENXIO) ||
		    ms >= NODE_WAIT_MS)
			return -errno;
		nanosleep(&pause, NULL);
	}
}

static int open_char(struct ublk *u, struct err *err)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/ublkc%d", u->id);
	u->char_fd = open_node(path, O_RDWR);
	if (u->char_fd >= 0)
		return 0;
	return err_set(err, u->char_fd, path, ERR_NOWHERE, "opening failed: %s",
		       strerror(-u->char_fd));
}

// The driver may have agreed to fewer queues, or smaller ones, than were asked
// for.
static int start_queues(struct ublk *u, struct err *err)
{
	for (unsigned i = 0; i < u->count; i++) {
		struct ublk_queue *q = &u->queues[i];
		int r;

		q->owner = u;
		q->id = (uint16_t)i;
		q->depth = u->info.queue_depth;
		q->char_fd = u->char_fd;
		r = ublk_queue_start(q, err);
		if (r)
			return r;
	}
	return 0;
}

static int wait_node(const char *name, struct err *err)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open_node(path, O_RDONLY);
	if (fd < 0)
		return err_set(err, fd, path, ERR_NOWHERE,
			       "it did not appear: %s", strerror(-fd));
	close(fd);
	return 0;
}

// Opening the disk makes a kernel that has not yet looked for partitions do so.
static int wait_nodes(struct ublk *u, struct err *err)
{
	char name[32], path[64];
	struct dirent *entry;
	DIR *dir;
	int r;

	snprintf(name, sizeof(name), "ublkb%d", u->id);
	r = wait_node(name, err);
	if (r)
		return r;
	snprintf(path, sizeof(path), "/sys/block/%s", name);
	dir = opendir(path);
	if (!dir)
		return 0;
	while (!r && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, name, strlen(name)))
			r = wait_node(entry->d_name, err);
	closedir(dir);
	return r;
}

// In the order of ublk.rst, "Control plane". START_DEV comes last: it waits
// until all queues have fetched, and the kernel reads the partition table at
// once.
static int start(struct ublk *u, const struct ublk_options *o, struct err *err)
{
	int r = check_driver(u, err);

	if (!r)
		r = add(u, o, err);
	if (!r)
		r = set_params(u, err);
	if (!r)
		r = open_char(u, err);
	if (!r)
		r = start_queues(u, err);
	if (r)
		return r;
	r = ublk_control_send(&u->control, CTRL_START_DEV, u->id, NULL, 0,
			      (uint64_t)getpid());
	return r ? failed(r, "starting the device", err) : wait_nodes(u, err);
}

int ublk_start(struct disk *disk, const struct ublk_options *o,
	       struct ublk **ret, struct err *err)
{
	struct ublk *u = mem_alloc(sizeof(*u));
	int r;

	if (!u)
		return err_nomem(err);
	u->char_fd = -1;
	u->failed = o->failed;
	u->ctx = o->ctx;
	u->target.disk = disk;
	u->target.read_only = o->read_only || disk->read_only;
	pthread_mutex_init(&u->target.others, NULL);
	r = choose(disk, o, &u->info, err);
	if (!r)
		r = ublk_control_open(&u->control, err);
	if (r) {
		mem_free(u);
		return r;
	}
	r = start(u, o, err);
	if (r) {
		ublk_free(u);
		return r;
	}
	*ret = u;
	return 0;
}

int ublk_id(const struct ublk *u)
{
	return u->id;
}

int ublk_wait(struct ublk *u, struct err *err)
{
	int r = 0, flushed;

	for (unsigned i = 0; i < u->count; i++) {
		ublk_queue_join(&u->queues[i]);
		if (u->queues[i].result && !r)
			r = err_pass(err, u->queues[i].result,
				     &u->queues[i].err);
	}
	// What the last users wrote may be in caches still: stopping is no
	// flush.
	flushed = u->target.read_only ? 0 : disk_flush(u->target.disk, err);
	return r ? r : flushed;
}

void ublk_free(struct ublk *u)
{
	if (!u)
		return;
	if (u->is_added)
		ublk_control_send(&u->control, CTRL_STOP_DEV, u->id, NULL, 0,
				  0);
	for (unsigned i = 0; i < u->count; i++)
		ublk_queue_join(&u->queues[i]);
	// While the node is open here its id cannot become another device's.
	// DEL_DEV would wait until it is closed: by us.
	if (u->is_added)
		ublk_control_send(&u->control, CTRL_DEL_DEV_ASYNC, u->id, NULL,
				  0, 0);
	if (u->char_fd >= 0)
		close(u->char_fd);
	ublk_control_close(&u->control);
	mem_free(u);
}
