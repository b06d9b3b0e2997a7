// SPDX-License-Identifier: MIT
//
// The volume as a disk. Each byte of it lies in the file of changes, in its place,
// but for clusters of the image's content that nobody wrote to: these come out of
// the WIM. Whether one was written to is a bit, which is set in the file when the
// cluster is there, and never cleared.

#include <pthread.h>
#include <string.h>

#include "mount.h"

struct mount_disk {
	struct disk disk;
	struct disk *changes;
	struct mount_content *content;
	struct mount_run *runs;
	size_t run_count;
	pthread_mutex_t lock;    // of the bits
	pthread_mutex_t writing; // held by who writes over content
	uint8_t *bits;
	size_t bits_size;
	uint8_t cluster[MOUNT_CLUSTER]; // of who holds `writing`
};

// --- What lies where ---------------------------------------------------------

// Returns the last run that begins at or before `off`, or NULL.
static const struct mount_run *run_before(const struct mount_disk *m,
					  uint64_t off)
{
	size_t low = 0, high = m->run_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->runs[middle].off <= off)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &m->runs[low - 1] : NULL;
}

static uint64_t run_end(const struct mount_run *run)
{
	return run->off + round_up(run->blob->size, MOUNT_CLUSTER);
}

// Finds the run that holds `off`, NULL for none, and cuts *len to what lies in it,
// or to where the next one begins.
static const struct mount_run *find_run(const struct mount_disk *m,
					uint64_t off, uint64_t *len)
{
	const struct mount_run *run = run_before(m, off);
	const struct mount_run *next = run ? run + 1 : m->runs;
	uint64_t end = off + *len;

	if (run && off < run_end(run)) {
		end = end < run_end(run) ? end : run_end(run);
	} else {
		run = NULL;
		if (next < m->runs + m->run_count && next->off < end)
			end = next->off;
	}
	*len = end - off;
	return run;
}

static bool is_set(const struct mount_disk *m, uint64_t cluster)
{
	return m->bits[cluster / 8] >> cluster % 8 & 1;
}

// Tells whether the cluster at `off` was written to, and cuts *len to those for
// which it is the same.
static bool is_changed(struct mount_disk *m, uint64_t off, uint64_t *len)
{
	uint64_t first = off / MOUNT_CLUSTER, i = first + 1;
	uint64_t end = off + *len;
	bool changed;

	pthread_mutex_lock(&m->lock);
	changed = is_set(m, first);
	while (i * MOUNT_CLUSTER < end && is_set(m, i) == changed)
		i++;
	pthread_mutex_unlock(&m->lock);
	if (i * MOUNT_CLUSTER < end)
		*len = i * MOUNT_CLUSTER - off;
	return changed;
}

// --- Reading -----------------------------------------------------------------

// Behind the content, zeroes fill its last cluster.
static int read_content(struct mount_disk *m, const struct mount_run *run,
			uint64_t off, uint8_t *buf, size_t len, struct err *err)
{
	uint64_t at = off - run->off, size = run->blob->size;
	size_t n = at >= size ? 0 : size - at < len ? (size_t)(size - at) : len;

	memset(buf + n, 0, len - n);
	return n ? image_mount_content_read(m->content, run->blob, at, buf, n,
					    err)
		 : 0;
}

static int volume_read(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	struct mount_disk *m = (struct mount_disk *)d;
	uint8_t *to = buf;
	int r = 0;

	while (!r && len) {
		uint64_t n = len;
		const struct mount_run *run = find_run(m, off, &n);

		if (run && !is_changed(m, off, &n))
			r = read_content(m, run, off, to, (size_t)n, err);
		else
			r = disk_read(m->changes, off, to, (size_t)n, err);
		off += n;
		to += n;
		len -= (size_t)n;
	}
	return r;
}

// --- Writing -----------------------------------------------------------------

// Sets the bits of clusters that are in the file, there too.
static int set_bits(struct mount_disk *m, uint64_t first, uint64_t count,
		    struct err *err)
{
	uint64_t from = first / 8, to = (first + count - 1) / 8;

	pthread_mutex_lock(&m->lock);
	for (uint64_t i = first; i < first + count; i++)
		m->bits[i / 8] |= (uint8_t)(1 << i % 8);
	pthread_mutex_unlock(&m->lock);
	return disk_write(m->changes, m->disk.size + from, m->bits + from,
			  (size_t)(to - from + 1), err);
}

// What is written, or NULL for zeroes.
static int put(struct mount_disk *m, uint64_t off, const uint8_t *data,
	       uint64_t len, struct err *err)
{
	return data ? disk_write(m->changes, off, data, (size_t)len, err)
		    : disk_zero(m->changes, off, len, err);
}

// Writes a part of a cluster of which the rest is still the image's.
static int write_part(struct mount_disk *m, const struct mount_run *run,
		      uint64_t off, const uint8_t *data, size_t len,
		      struct err *err)
{
	uint64_t start = round_down(off, MOUNT_CLUSTER);
	int r = read_content(m, run, start, m->cluster, MOUNT_CLUSTER, err);

	if (r)
		return r;
	if (data)
		memcpy(m->cluster + (off - start), data, len);
	else
		memset(m->cluster + (off - start), 0, len);
	r = disk_write(m->changes, start, m->cluster, MOUNT_CLUSTER, err);
	return r ? r : set_bits(m, start / MOUNT_CLUSTER, 1, err);
}

// Writes a range of clusters that were not written to, up to the end of a cluster
// or of the first whole ones. Returns how much was done in *len.
static int write_first(struct mount_disk *m, const struct mount_run *run,
		       uint64_t off, const uint8_t *data, uint64_t *len,
		       struct err *err)
{
	uint64_t within = off % MOUNT_CLUSTER;
	int r;

	if (within || *len < MOUNT_CLUSTER) {
		if (*len > MOUNT_CLUSTER - within)
			*len = MOUNT_CLUSTER - within;
		return write_part(m, run, off, data, (size_t)*len, err);
	}
	*len = round_down(*len, MOUNT_CLUSTER);
	r = put(m, off, data, *len, err);
	return r ? r
		 : set_bits(m, off / MOUNT_CLUSTER, *len / MOUNT_CLUSTER, err);
}

// Writes within a run. Two that write to one cluster may be in different halves of
// it, so they take turns.
static int write_run(struct mount_disk *m, const struct mount_run *run,
		     uint64_t off, const uint8_t *data, uint64_t len,
		     struct err *err)
{
	int r = 0;

	pthread_mutex_lock(&m->writing);
	while (!r && len) {
		uint64_t n = len;

		if (is_changed(m, off, &n))
			r = put(m, off, data, n, err);
		else
			r = write_first(m, run, off, data, &n, err);
		off += n;
		data += data ? n : 0;
		len -= n;
	}
	pthread_mutex_unlock(&m->writing);
	return r;
}

static int change(struct mount_disk *m, uint64_t off, const uint8_t *data,
		  uint64_t len, struct err *err)
{
	int r = 0;

	while (!r && len) {
		uint64_t n = len;
		const struct mount_run *run = find_run(m, off, &n);

		r = run ? write_run(m, run, off, data, n, err)
			: put(m, off, data, n, err);
		off += n;
		data += data ? n : 0;
		len -= n;
	}
	return r;
}

static int volume_write(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	return change((struct mount_disk *)d, off, buf, len, err);
}

// Room that is given back is the file's again.
static int volume_zero(struct disk *d, uint64_t off, uint64_t len,
		       struct err *err)
{
	return change((struct mount_disk *)d, off, NULL, len, err);
}

static int volume_flush(struct disk *d, struct err *err)
{
	return disk_flush(((struct mount_disk *)d)->changes, err);
}

static void volume_close(struct disk *d)
{
	struct mount_disk *m = (struct mount_disk *)d;

	pthread_mutex_destroy(&m->lock);
	pthread_mutex_destroy(&m->writing);
	mem_free(m->runs);
	mem_free(m->bits);
	mem_free(m);
}

static const struct disk_ops volume_ops = {
	.read = volume_read,
	.write = volume_write,
	.zero = volume_zero,
	.discard = volume_zero,
	.flush = volume_flush,
	.close = volume_close,
};

// --- Making it ---------------------------------------------------------------

int image_mount_disk_new(struct disk *changes, const struct mount_label *label,
			 struct mount_content *content, struct mount_run *runs,
			 size_t count, struct mount_disk **ret, struct err *err)
{
	struct mount_disk *m = mem_alloc(sizeof(*m));
	int r;

	if (!m)
		return err_nomem(err);
	m->bits_size = (size_t)image_mount_bits_size(label->volume);
	m->bits = mem_alloc(m->bits_size);
	r = m->bits ? disk_read(changes, label->volume, m->bits, m->bits_size,
				err)
		    : err_nomem(err);
	if (r) {
		mem_free(m->bits);
		mem_free(m);
		return r;
	}
	pthread_mutex_init(&m->lock, NULL);
	pthread_mutex_init(&m->writing, NULL);
	m->disk = (struct disk){.ops = &volume_ops,
				.size = label->volume,
				.sector_size = 512,
				.read_only = label->read_only};
	m->changes = changes;
	m->content = content;
	m->runs = runs;
	m->run_count = count;
	*ret = m;
	return 0;
}

struct disk *image_mount_disk_of(struct mount_disk *m)
{
	return &m->disk;
}

const struct wim_blob *image_mount_disk_blob(struct mount_disk *m, uint64_t off,
					     uint64_t len)
{
	const struct mount_run *run = run_before(m, off);
	uint64_t same = len;

	if (!run || run->off != off || run->blob->size != len ||
	    is_changed(m, off, &same) || same != len)
		return NULL;
	return run->blob;
}

void image_mount_disk_free(struct mount_disk *m)
{
	if (m)
		disk_close(&m->disk);
}
