// SPDX-License-Identifier: MIT
//
// Devices that any process serves: listing and stopping them.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ublk_priv.h"

#define LIST "/sys/class/ublk-char"

static int get_info(struct ublk_control *c, int id,
		    struct ublksrv_ctrl_dev_info *ret, struct err *err)
{
	int r = ublk_control_send(c, CTRL_GET_DEV_INFO, id, ret, sizeof(*ret),
				  0);

	if (r == -ENODEV || r == -EINVAL)
		return err_set(err, -ENOENT, "ublk driver", ERR_NOWHERE,
			       "there is no /dev/ublkb%d", id);
	return r ? err_set(err, r, "ublk driver", ERR_NOWHERE,
			   "asking for /dev/ublkb%d failed: %s", id,
			   strerror(-r))
		 : 0;
}

// Holds the disk of a device exclusively, which the kernel refuses while it or
// a partition is mounted, and writes its users' data back: what comes after
// STOP_DEV fails, also what is only cached. Returns a descriptor, -ENOENT when
// it has no disk any more, or -EBUSY.
static int claim(int id, struct err *err)
{
	char path[32];
	int fd, r;

	snprintf(path, sizeof(path), "/dev/ublkb%d", id);
	fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (fd < 0 && (errno == EROFS || errno == EACCES))
		fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENXIO))
		return -ENOENT;
	if (fd < 0 && errno == EBUSY)
		return err_set(err, -EBUSY, path, ERR_NOWHERE,
			       "it, or a partition of it, is mounted or in "
			       "use");
	if (fd < 0)
		return err_set(err, -errno, path, ERR_NOWHERE,
			       "opening failed: %s", strerror(errno));
	if (fsync(fd) && errno != EROFS) {
		r = -errno;
		close(fd);
		return err_set(err, r, path, ERR_NOWHERE,
			       "writing back what is cached failed: %s",
			       strerror(-r));
	}
	return fd;
}

// Removing waits until nobody has the disk open, so it is let go of before.
static int stop(struct ublk_control *c, int id, int fd, struct err *err)
{
	int r = ublk_control_send(c, CTRL_STOP_DEV, id, NULL, 0, 0);

	if (fd >= 0)
		close(fd);
	if (!r)
		r = ublk_control_send(c, CTRL_DEL_DEV, id, NULL, 0, 0);
	if (!r || r == -ENODEV)
		return 0;
	return err_set(err, r, "ublk driver", ERR_NOWHERE,
		       "stopping /dev/ublkb%d failed: %s", id, strerror(-r));
}

int ublk_stop(int id, struct err *err)
{
	struct ublksrv_ctrl_dev_info info = {0};
	struct ublk_control c;
	int fd = -1, r;

	r = ublk_control_open(&c, err);
	if (r)
		return r;
	r = get_info(&c, id, &info, err);
	// One that is not live has no disk, nor users: its server died, or it
	// was never started.
	if (!r && info.state == UBLK_S_DEV_LIVE) {
		fd = claim(id, err);
		r = fd < 0 && fd != -ENOENT ? fd : 0;
	}
	if (!r)
		r = stop(&c, id, fd, err);
	ublk_control_close(&c);
	return r;
}

static int get_entry(struct ublk_control *c, int id, struct ublk_entry *ret,
		     struct err *err)
{
	struct ublksrv_ctrl_dev_info info = {0};
	struct ublk_params params = {.len = sizeof(params)};
	int r = get_info(c, id, &info, err);

	if (r)
		return r;
	// A device that is still being made has none.
	if (ublk_control_send(c, CTRL_GET_PARAMS, id, &params, sizeof(params),
			      0))
		params = (struct ublk_params){0};
	*ret = (struct ublk_entry){
		.id = id,
		.is_live = info.state == UBLK_S_DEV_LIVE,
		.read_only = params.basic.attrs & UBLK_ATTR_READ_ONLY,
		.size = params.basic.dev_sectors << SECTOR_SHIFT,
		.pid = info.ublksrv_pid,
		.queues = info.nr_hw_queues,
		.depth = info.queue_depth,
	};
	return 0;
}

static int by_id(const void *a, const void *b)
{
	return ((const struct ublk_entry *)a)->id -
	       ((const struct ublk_entry *)b)->id;
}

static int list(struct ublk_control *c, DIR *dir, struct ublk_entry **items,
		size_t *count, struct err *err)
{
	size_t capacity = 0;
	struct dirent *d;
	int id, r = 0;

	while (!r && (d = readdir(dir))) {
		struct err why = {0};

		if (sscanf(d->d_name, "ublkc%d", &id) != 1)
			continue;
		r = mem_grow((void **)items, *count, &capacity,
			     sizeof(**items));
		if (r)
			return err_nomem(err);
		r = get_entry(c, id, &(*items)[*count], &why);
		if (r == -ENOENT) // gone since
			r = 0;
		else if (r)
			err_pass(err, r, &why);
		else
			(*count)++;
	}
	return r;
}

int ublk_list(struct ublk_entry **ret, size_t *ret_count, struct err *err)
{
	struct ublk_entry *items = NULL;
	struct ublk_control c;
	size_t count = 0;
	DIR *dir;
	int r = ublk_control_open(&c, err);

	if (r)
		return r;
	dir = opendir(LIST);
	if (dir) {
		r = list(&c, dir, &items, &count, err);
		closedir(dir);
	}
	ublk_control_close(&c);
	if (r) {
		mem_free(items);
		return r;
	}
	if (count)
		qsort(items, count, sizeof(*items), by_id);
	*ret = items;
	*ret_count = count;
	return 0;
}
