// SPDX-License-Identifier: MIT
//
// wimlib's codecs, from its library as it is installed, as judges and as peers to
// measure against. The few declarations are here, so that its headers need not be.

#ifndef LIBWIM_H
#define LIBWIM_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#include "codec.h"

struct libwim {
	int (*compressor)(int kind, size_t max_chunk, unsigned level,
			  void **ret);
	size_t (*compress)(const void *in, size_t in_size, void *out,
			   size_t out_size, void *compressor);
	void (*free_compressor)(void *compressor);
	int (*decompressor)(int kind, size_t max_chunk, void **ret);
	int (*decompress)(const void *in, size_t in_size, void *out,
			  size_t out_size, void *decompressor);
	void (*free_decompressor)(void *decompressor);
};

// Finds the library. Returns false when it is not installed.
static inline bool libwim_load(struct libwim *ret)
{
	static const char *const names[] = {
		"wimlib_create_compressor", "wimlib_compress",
		"wimlib_free_compressor",   "wimlib_create_decompressor",
		"wimlib_decompress",        "wimlib_free_decompressor",
	};
	void *lib = dlopen("libwim.so.15", RTLD_NOW);
	void **to = (void **)ret;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!lib || !(to[i] = dlsym(lib, names[i])))
			return false;
	return true;
}

// Returns the library's number of a codec.
static inline int libwim_kind(enum codec_kind kind)
{
	return kind + 1;
}

#endif
