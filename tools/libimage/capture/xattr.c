// SPDX-License-Identifier: MIT
//
// Extended attributes of the host's files (xattr(7)) in the form that NTFS has
// ([MS-FSCC] 2.4.15), as which an image keeps them.

#include <string.h>
#include <sys/xattr.h>

#include "capture_priv.h"

#define MAX_NAMES 65536u // bytes: the kernel's limit, and that of a value
#define MAX_EA    65535u // bytes of all, as Windows

struct attributes {
	char *names, *value; // as large as they can be
	uint8_t *ea;
	size_t size;
};

// Adds one. Returns false when it does not fit.
static bool add(struct attributes *a, const char *name, size_t value_size)
{
	size_t len = strlen(name);
	size_t size = (size_t)round_up(8 + len + 1 + value_size, 4);
	uint8_t *p = a->ea + a->size;

	if (len > UINT8_MAX || value_size > UINT16_MAX ||
	    size > MAX_EA - a->size)
		return false;
	memset(p, 0, size);
	store_le32(p, (uint32_t)size);
	p[5] = (uint8_t)len;
	p[6] = (uint8_t)value_size;
	p[7] = (uint8_t)(value_size >> 8);
	memcpy(p + 8, name, len);
	if (value_size)
		memcpy(p + 8 + len + 1, a->value, value_size);
	a->size += size;
	return true;
}

// What the kernel does not tell everybody, and what went meanwhile, is passed over.
static void read_all(struct attributes *a, const char *path, size_t names_size,
		     struct capture_file *f)
{
	const char *end = a->names + names_size;

	for (const char *n = a->names; n < end; n += strlen(n) + 1) {
		ssize_t size = lgetxattr(path, n, a->value, MAX_NAMES);

		if (size < 0 ? errno != ENODATA : !add(a, n, (size_t)size))
			f->loss = CAPTURE_ATTRIBUTES;
	}
}

int capture_host_attributes(struct capture *c, const char *path,
			    struct capture_file *f, struct err *err)
{
	struct attributes a = {0};
	ssize_t size = llistxattr(path, NULL, 0);
	int r = 0;

	if (size <= 0) // most files have none, and some file systems never any
		return 0;
	a.names = mem_alloc(MAX_NAMES);
	a.value = mem_alloc(MAX_NAMES);
	a.ea = mem_alloc(MAX_EA);
	if (!a.names || !a.value || !a.ea)
		r = err_nomem(err);
	size = r ? 0 : llistxattr(path, a.names, MAX_NAMES);
	if (size > 0)
		read_all(&a, path, (size_t)size, f);
	if (!r && a.size) {
		r = wim_image_keep(c->image, a.ea, a.size, &f->ea, err);
		f->ea_size = (uint32_t)a.size;
	}
	mem_free(a.names);
	mem_free(a.value);
	mem_free(a.ea);
	return r;
}
