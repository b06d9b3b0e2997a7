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
	const struct ea ea = {.name = name,
			      .name_len = strlen(name),
			      .value = (const uint8_t *)a->value,
			      .value_len = value_size};

	if (ea.name_len > UINT8_MAX || value_size > UINT16_MAX ||
	    ea_size(&ea) > MAX_EA - a->size)
		return false;
	ea_put(&ea, a->ea + a->size);
	a->size += ea_size(&ea);
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
