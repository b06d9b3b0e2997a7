// SPDX-License-Identifier: MIT
//
// Runs a fuzz target over files: seeds and kept crashers, without a fuzzer.

#include <stdlib.h>
#include <string.h>

#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		uint8_t *data;
		size_t n;

		check(f);
		fseek(f, 0, SEEK_END);
		n = (size_t)ftell(f);
		rewind(f);
		data = malloc(n ? n : 1);
		check(data && fread(data, 1, n, f) == n);
		fclose(f);
		printf("%s\n", argv[i]);
		LLVMFuzzerTestOneInput(data, n);
		free(data);
	}
	return argc > 1 ? 0 : 1;
}
