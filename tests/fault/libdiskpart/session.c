// SPDX-License-Identifier: MIT
//
// A session while allocations fail: each line is run, or says that there is no
// memory and stops its script; what is long is cut rather than not said.

#include "diskpart.h"
#include "fault/fault.h"
#include "storage_fake.h"

#define NAME "0123456789012345678901234567890123456789"
#define LONG NAME NAME NAME NAME NAME NAME NAME NAME NAME NAME NAME NAME NAME

static struct storage *storage;
static size_t said;

static void hear(void *ctx, const char *text)
{
	said += strlen(text);
}

static int run(void *ctx, struct err *err)
{
	const struct diskpart_options how = {
		.write = hear, .version = "1", .computer = "BENCH"};
	const char *script = ctx;
	struct diskpart *d;
	int r = diskpart_open(storage, &how, &d, err);

	if (r)
		return r;
	said = 0;
	r = (int)diskpart_run_script(d, script, strlen(script));
	diskpart_close(d);
	check(said);
	// its last line is none
	check(r == DISKPART_MISUSE || r == DISKPART_FATAL);
	return r == DISKPART_FATAL ? err_nomem(err) : 0;
}

int main(void)
{
	static char script[] =
		"help\nhelp create partition primary\nselect disk 0\n"
		"list disk\nlist partition\nlist volume\nsan\n"
		"select vdisk file=none.vhd noerr\nlist vdisk\n" LONG LONG LONG;
	const struct storage_source source = {.root = ""};
	struct err err = {0};

	fake_begin();
	fake_disk("/dev/sda", 64 << 20, 512);
	check_ok(storage_open(&fake_effects, &source, &storage, &err), &err);
	fault_mem_each(run, script);
	storage_close(storage);
	fake_end();
	return 0;
}
