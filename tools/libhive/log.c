// SPDX-License-Identifier: MIT
//
// Completes a hive that was not closed from its transaction logs: log_new.c and
// log_old.c, by their format.

#include "log_priv.h"

bool hive_log_header_is_good(const void *data, size_t size)
{
	const struct hive_header_disk *h = data;

	return size >= sizeof(*h) && !memcmp(h->signature, "regf", 4) &&
	       get_le32(h->checksum) == hive_header_checksum(data);
}

int hive_image_resize(struct hive_image *im, uint32_t bins)
{
	size_t size = (size_t)HIVE_HEADER_SIZE + bins;
	uint8_t *data;

	if (!bins || bins % HIVE_BIN_ALIGN || bins > HIVE_MAX_BINS ||
	    size > im->most)
		return err_corrupt(im->err, "hive's log", ERR_NOWHERE,
				   "length of bins is %u", bins);
	if (size > im->size) {
		data = mem_resize(im->data, size, 1);
		if (!data)
			return err_nomem(im->err);
		memset(data + im->size, 0, size - im->size);
		im->data = data;
	}
	im->size = size;
	return 0;
}

static void finish(struct hive_image *im)
{
	// it was a log's header; with both numbers equal the hive is closed
	im->header.type = to_le32(0);
	im->header.sequence1 = im->header.sequence2 = to_le32(im->sequence);
	memcpy(im->data, &im->header, sizeof(im->header));
	im->header.checksum = to_le32(hive_header_checksum(im->data));
	memcpy(im->data, &im->header, sizeof(im->header));
}

static bool needs_logs(const void *data, size_t size,
		       const struct hive_log *logs)
{
	bool any = false;

	for (size_t i = 0; i < HIVE_LOGS; i++)
		any |= logs[i].size;
	return any && size >= HIVE_HEADER_SIZE && hive_is_dirty(data, size);
}

// Puts the hive together, as new memory: *ret.
static int complete(const void *data, size_t size, const struct hive_log *logs,
		    uint8_t **ret, size_t *ret_size, struct err *err)
{
	struct hive_image im = {.size = size, .most = size, .err = err};
	int r;

	for (size_t i = 0; i < HIVE_LOGS; i++)
		im.most += logs[i].size;
	// an update from Windows 8 leaves logs of the old format behind
	if (hive_log_any_new(logs)) {
		im.data = mem_dup(data, size);
		r = im.data ? hive_log_apply_new(&im, logs) : err_nomem(err);
	} else {
		r = hive_log_apply_old(&im, data, size, logs);
	}
	if (r) {
		mem_free(im.data);
		return r;
	}
	finish(&im);
	*ret = im.data;
	*ret_size = im.size;
	return 0;
}

// Loads from bytes that become the hive's own.
static int load_kept(uint8_t *data, size_t size, struct hive **ret,
		     struct err *err)
{
	struct hive *hive;
	int r = hive_load_bytes(data, size, NULL, true, &hive, err);

	if (r)
		return r;
	hive->bytes = data;
	*ret = hive;
	return 0;
}

int hive_load_with_logs(const void *data, size_t size,
			const struct hive_log logs[HIVE_LOGS],
			struct hive **ret, struct err *err)
{
	uint8_t *whole;
	int r;

	if (!needs_logs(data, size, logs))
		return hive_load(data, size, ret, err);
	r = complete(data, size, logs, &whole, &size, err);
	if (r)
		return r;
	r = load_kept(whole, size, ret, err);
	if (r)
		mem_free(whole);
	return r;
}

int hive_load_owned(void *data, size_t size,
		    const struct hive_log logs[HIVE_LOGS], struct hive **ret,
		    struct err *err)
{
	int r;

	if (!needs_logs(data, size, logs))
		return load_kept(data, size, ret, err);
	r = hive_load_with_logs(data, size, logs, ret, err);
	if (!r)
		mem_free(data);
	return r;
}

int hive_load_part(const void *data, size_t size,
		   const struct hive_log logs[HIVE_LOGS], const char *path,
		   bool all, struct hive **ret, struct err *err)
{
	struct hive_part part = {.all = all};
	uint8_t *whole = NULL;
	int r = utf16_from_utf8(path, &part.path, &part.path_len);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "not UTF-8 text");
	if (needs_logs(data, size, logs)) {
		r = complete(data, size, logs, &whole, &size, err);
		data = whole;
	}
	if (!r)
		r = hive_load_bytes(data, size, &part, false, ret, err);
	mem_free(whole);
	mem_free(part.path);
	return r;
}
