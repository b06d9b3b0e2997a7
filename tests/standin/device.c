// SPDX-License-Identifier: MIT
//
// The stand-in boot manager's own reader of device elements. It shares nothing
// with the tools, so that a misunderstanding there is not repeated here. Layout
// as read from stores that Windows wrote: a 16-byte options GUID, then nested
// DEVICEs, each "type, flags, size, 0" and a body.
//
// usage: device ELEMENT <VALUE      prints what it found as name=value lines

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER    16   // of a DEVICE
#define PARTITION 0x48 // a whole DEVICE that names a partition, or boot
#define NO_PATH   2    // an empty path is its NUL alone

enum { BLOCK_IO, BOOT = 5, PARTITION_TYPE = 6, LOCATE = 8 };
enum { GPT, MBR };
enum { HARD_DISK, RAM_DISK = 3, FILE_BLOCK = 5, VIRTUAL_DISK = 6 };

static uint8_t value[4096];

_Noreturn static void wrong(size_t at, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "at 0x%zx: ", at);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static uint32_t word(size_t at)
{
	if (at + 4 > sizeof(value))
		wrong(at, "it ends too early");
	return value[at] | value[at + 1] << 8 | value[at + 2] << 16 |
	       (uint32_t)value[at + 3] << 24;
}

static void want(size_t at, uint32_t expected, const char *what)
{
	if (word(at) != expected)
		wrong(at, "%s is 0x%x, not 0x%x", what, word(at), expected);
}

static void want_zeroes(size_t at, size_t count, const char *what)
{
	for (size_t i = 0; i < count; i++)
		if (at + i >= sizeof(value) || value[at + i])
			wrong(at + i, "%s is not zero", what);
}

// A DEVICE's header; the whole of it must end exactly where its holder ends.
static void device(size_t at, uint32_t type, uint32_t flags, size_t end)
{
	want(at, type, "device type");
	want(at + 4, flags, "device flags");
	want(at + 8, (uint32_t)(end - at), "device size");
	want(at + 12, 0, "word after the size");
}

static void print_guid(const char *name, size_t at)
{
	const uint8_t *g = value + at;

	printf("%s=%08X-%04X-%04X-%02X%02X-", name, word(at), g[4] | g[5] << 8,
	       g[6] | g[7] << 8, g[8], g[9]);
	for (int i = 10; i < 16; i++)
		printf("%02X", g[i]);
	putchar('\n');
}

// UTF-16 up to and with its NUL, which must be the last thing before `end`.
static void print_path(const char *name, size_t at, size_t end)
{
	size_t first = at;

	printf("%s=", name);
	for (; at + 2 < end; at += 2) {
		uint32_t c = value[at] | value[at + 1] << 8;

		if (c >= 0xd800 && c < 0xdc00 && at + 4 < end) {
			at += 2;
			c = 0x10000 + ((c - 0xd800) << 10) +
			    ((value[at] | value[at + 1] << 8) - 0xdc00);
		}
		if (!c || (at == first && c != '\\'))
			wrong(at, "not a path that begins with a backslash");
		if (c < 0x80)
			putchar((int)c);
		else if (c < 0x800)
			printf("%c%c", 0xc0 | c >> 6, 0x80 | (c & 63));
		else if (c < 0x10000)
			printf("%c%c%c", 0xe0 | c >> 12, 0x80 | (c >> 6 & 63),
			       0x80 | (c & 63));
		else
			printf("%c%c%c%c", 0xf0 | c >> 18,
			       0x80 | (c >> 12 & 63), 0x80 | (c >> 6 & 63),
			       0x80 | (c & 63));
	}
	if (at == first || at + 2 != end || value[at] || value[at + 1])
		wrong(at, "the path does not end with its NUL");
	putchar('\n');
}

static void partition(size_t at, size_t end)
{
	device(at, PARTITION_TYPE, 0, end);
	if (end - at != PARTITION)
		wrong(at, "a partition device of %zu bytes", end - at);
	want(at + 32, HARD_DISK, "block kind");
	want_zeroes(at + 56, 16, "the end of the partition");
	if (word(at + 36) == MBR) {
		printf("offset=%llu\nsignature=%08X\n",
		       word(at + 16) | (unsigned long long)word(at + 20) << 32,
		       word(at + 40));
		want_zeroes(at + 24, 8, "the rest of the offset");
		want_zeroes(at + 44, 12, "the rest of the signature");
		return;
	}
	want(at + 36, GPT, "partition table");
	print_guid("partition", at + 16);
	print_guid("disk", at + 40);
}

// The partition that the boot manager was started from.
static void boot(size_t at, size_t end)
{
	device(at, BOOT, 0, end);
	if (end - at != PARTITION)
		wrong(at, "a boot device of %zu bytes", end - at);
	want_zeroes(at + HEADER, PARTITION - HEADER, "the boot device");
}

// The file's volume: by its partition, that of the boot manager, or wherever a
// volume has that path.
static void host(size_t at, size_t end)
{
	if (word(at) == PARTITION_TYPE) {
		puts("host=partition");
		partition(at, end);
		return;
	}
	if (word(at) == BOOT) {
		puts("host=boot");
		boot(at, end);
		return;
	}
	puts("host=locate");
	device(at, LOCATE, 0, end);
	want(at + 16, 1, "locate kind (1 is by the path here)");
	want(at + 20, 0, "locate element");
	want(at + 24, 0, "locate parent");
	print_path("located", at + 28, end);
}

static void file_path(size_t at, size_t end)
{
	size_t device_at = at + 12;
	size_t path_at = device_at + word(device_at + 8);

	want(at, 1, "file path version");
	want(at + 4, (uint32_t)(end - at), "file path length");
	want(at + 8, 5, "file path type");
	if (path_at >= end)
		wrong(path_at, "no room for the file's path");
	host(device_at, path_at);
	print_path("file", path_at, end);
}

static void virtual_disk(size_t at, size_t end)
{
	size_t file = at + HEADER + 4 + 4 + 16;

	device(at, BLOCK_IO, 0, end);
	want(at + HEADER, VIRTUAL_DISK, "block kind");
	want(at + HEADER + 4, GPT, "table of the virtual disk");
	want_zeroes(at + HEADER + 8, 16, "identifier of the virtual disk");
	device(file, BLOCK_IO, 0, end);
	want(file + HEADER, FILE_BLOCK, "block kind");
	file_path(file + HEADER + 4, end);
}

static void ram_disk(size_t end)
{
	size_t at = 16;

	puts("form=ramdisk");
	print_guid("options", 0);
	device(at, BLOCK_IO, 1, end);
	want(at + HEADER, RAM_DISK, "block kind");
	want_zeroes(at + HEADER + 4, 20, "base, size and offset");
	file_path(at + HEADER + 24, end);
}

static void vhd(uint32_t element, size_t end)
{
	puts("form=vhd");
	device(16, LOCATE, 0, end);
	want(32, 0, "locate kind (0 is by element)");
	want(36, element, "locate element");
	want(40, HEADER + 12 + NO_PATH, "locate parent");
	want_zeroes(44, NO_PATH, "locate path");
	virtual_disk(16 + HEADER + 12 + NO_PATH, end);
}

int main(int argc, char **argv)
{
	size_t size = fread(value, 1, sizeof(value) - HEADER, stdin);

	if (argc != 2)
		return 2;
	if (word(16) == BLOCK_IO) { // the one with an object of options
		ram_disk(size);
		return 0;
	}
	want_zeroes(0, 16, "options GUID");
	if (word(16) == PARTITION_TYPE) {
		puts("form=partition");
		partition(16, size);
	} else if (word(16) == BOOT) {
		puts("form=boot");
		boot(16, size);
	} else {
		vhd((uint32_t)strtoul(argv[1], NULL, 16), size);
	}
	return 0;
}
