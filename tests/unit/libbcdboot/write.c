// SPDX-License-Identifier: MIT
//
// Boot files and the store that a deployed Windows gets; once more for a second
// Windows, into the store that is there.
#include "bcdboot.h"
#include "unit/libdeploy/fixture.h"

static const char store_path[] = "\\EFI\\Microsoft\\Boot\\BCD";
static const struct guid second = {{0x5e, 0xc0, 0x4d}};

static unsigned copies;

static void copied(void *ctx, const char *path)
{
	check(ctx == &copies && path[0] == '\\');
	copies++;
}

static struct tree *open_esp(struct disk *esp)
{
	struct tree *v;

	check_ok(volume_open(esp, &v, &fixture_err), &fixture_err);
	check_ok(tree_begin(v, &fixture_err), &fixture_err);
	return v;
}

static struct bcd *load_store(struct tree *esp)
{
	struct bcd *bcd;
	void *data;
	size_t size;

	check_ok(tree_read_file(esp, store_path, 16 * MIB, &data, &size,
				&fixture_err),
		 &fixture_err);
	check_ok(bcd_load(data, size, &bcd, &fixture_err), &fixture_err);
	mem_free(data);
	return bcd;
}

static void check_files(struct tree *esp)
{
	static const char *const paths[] = {
		"\\EFI\\Microsoft\\Boot\\bootmgfw.efi",
		"\\EFI\\Microsoft\\Boot\\de-DE\\bootmgfw.efi.mui",
		"\\EFI\\Microsoft\\Boot\\Fonts\\f.ttf",
		"\\EFI\\Boot\\bootx64.efi",
		store_path,
	};
	struct tree_stat stat;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		printf("%s\n", paths[i]);
		check_ok(tree_stat(esp, paths[i], &stat, &fixture_err),
			 &fixture_err);
		check(stat.size);
	}
}

// Adds the second Windows, on the volume of the first.
static int add_second(struct tree *source, struct tree *esp, bool clean,
		      const char *windows)
{
	const struct bcd_device here = {.kind = BCD_DEVICE_BOOT};
	const struct bcdboot_options options = {
		.entry = {.firmware = BCD_UEFI,
			  .description = "Second",
			  .locale = "en-US",
			  .system = &here,
			  .windows = &here,
			  .loader = second,
			  .timeout = 7},
		.windows = windows,
		.clean = clean,
		.copied = copied,
		.ctx = &copies,
	};

	return bcdboot_write(source, esp, &options, NULL);
}

static void check_store(struct tree *esp, const struct guid *first, bool both)
{
	struct bcd *bcd = load_store(esp);

	check((bcd_object_find(bcd, first) != NULL) == both);
	check(bcd_object_find(bcd, &second));
	bcd_free(bcd);
}

int main(void)
{
	struct fixture_windows w = fixture_windows("efi-size = 40M");
	struct guid first;
	struct tree *esp;
	struct bcd *bcd;

	guid_from_name(&w.answer->seed, "loader", &first);
	esp = open_esp(w.esp);
	check_files(esp);
	bcd = load_store(esp);
	check(bcd_object_find(bcd, &first) && !bcd_object_find(bcd, &second));
	bcd_free(bcd);

	check_eq(add_second(w.source, esp, false, "\\None"), -ENOENT);
	copies = 0;
	check_eq(add_second(w.source, esp, false, "\\Windows"), 0);
	check_eq(copies, 5);
	check_store(esp, &first, true);
	check_eq(add_second(w.source, esp, true, "\\windows"), 0);
	check_store(esp, &first, false);
	check_ok(tree_sync(esp, &fixture_err), &fixture_err);

	tree_close(esp);
	fixture_windows_end(&w);
	return 0;
}
