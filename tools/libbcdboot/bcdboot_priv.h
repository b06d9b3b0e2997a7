// SPDX-License-Identifier: MIT
//
// What the files of BCDBoot's work share.

#ifndef BCDBOOT_PRIV_H
#define BCDBOOT_PRIV_H

#include "image.h"
#include "bcdboot.h"

#define BCDBOOT_MAX_PATH 600
#define BCDBOOT_MAX_STORE                                                      \
	(UINT64_C(16) << 20) // real ones have some tens of KiB

// A file or folder of a source, as that knows it.
struct bcdboot_node {
	uint64_t record;                 // of a volume
	const struct wim_dentry *dentry; // of an image
};

struct bcdboot_entry {
	const char *name; // UTF-8, as long as the call
	bool is_folder;
	struct bcdboot_node node;
};

struct bcdboot_source;

struct bcdboot_source_ops {
	// Finds a file or folder. Returns 0, -ENOENT, -ENOTDIR, or the reader's
	// error.
	int (*find)(const struct bcdboot_source *s, const char *path,
		    struct bcdboot_node *ret, struct err *err);
	// Calls fn for each entry of a folder until it returns non-zero. Returns
	// 0, what fn returned, -ENOTDIR, or the reader's error.
	int (*list)(const struct bcdboot_source *s,
		    const struct bcdboot_node *node,
		    int (*fn)(void *ctx, const struct bcdboot_entry *entry),
		    void *ctx, struct err *err);
	// Opens a file's content. One over `limit` may be refused (-EFBIG).
	int (*open_file)(const struct bcdboot_source *s,
			 const struct bcdboot_node *node, uint64_t limit,
			 struct disk **ret, struct err *err);
};

struct bcdboot_source {
	const struct bcdboot_source_ops *ops;
	struct ntfs *ntfs; // of a volume
	struct wim *wim;   // of an image
	const struct apply *apply;
};

// Sources; what they are made of is borrowed (bcdboot_source.c).
struct bcdboot_source bcdboot_from_volume(struct ntfs *ntfs);
struct bcdboot_source bcdboot_from_image(struct wim *wim,
					 const struct apply *apply);

// Reads a whole file into new memory (free with mem_free).
// Returns 0, -EFBIG over the limit, or as find and open_file.
int bcdboot_read_file(const struct bcdboot_source *s, const char *path,
		      uint64_t limit, void **ret, size_t *ret_size,
		      struct err *err);

// As bcdboot_write. With `dry` every file is read and made, and none gets its
// content: for a volume on a scratch disk.
int bcdboot_write_from(const struct bcdboot_source *source, struct tree *system,
		       const struct bcdboot_options *options, bool dry,
		       struct err *err);

struct bcdboot {
	const struct bcdboot_source *source;
	struct tree *system;
	const struct bcdboot_options *options;
	bool dry;
	struct err *err;
};

// Writes folder + "\" + name. Returns 0 or -ENAMETOOLONG.
int bcdboot_join(char path[BCDBOOT_MAX_PATH], const char *folder,
		 const char *name, struct err *err);

// Looks whether the store of one kind of firmware, if there is one, can be used.
// Returns as bcdboot_write.
int bcdboot_check_store(const struct bcdboot *b, enum bcd_firmware firmware);

// Enters the Windows into the store of one kind of firmware, which is made when
// there is none. Returns as bcdboot_write.
int bcdboot_write_store(const struct bcdboot *b, enum bcd_firmware firmware);

// A hive of a Windows with its logs, as bytes (bcdboot_hive.c). bcdboot_hive_read
// takes it by its name in System32\config; bcdboot_hive_load loads what leads to a
// key of it, as hive_load_part does.
struct bcdboot_hive {
	void *data;
	size_t size;
	struct hive_log logs[HIVE_LOGS];
};

int bcdboot_hive_read(const struct bcdboot_source *s, const char *windows,
		      const char *name, struct bcdboot_hive *ret,
		      struct err *err);
int bcdboot_hive_load(const struct bcdboot_hive *h, const char *key,
		      struct hive **ret, struct err *err);
void bcdboot_hive_done(struct bcdboot_hive *h);

// As bcdboot_check_template.
int bcdboot_check_template_of(const struct bcdboot_source *source,
			      const char *windows, struct err *err);

// As bcdboot_max_chain.
int bcdboot_max_chain_of(const struct bcdboot_source *s, const char *windows,
			 unsigned *ret, struct err *err);

// Finds the version in a program's bytes: VS_FIXEDFILEINFO of its resource.
// Returns major << 8 | minor, or 0 when there is none.
unsigned bcdboot_file_version(const uint8_t *data, size_t size);

#endif
