// SPDX-License-Identifier: MIT
//
// What the tests of plans share: a folder with an image, boot files and an
// answer. Needs wimlib-imagex.

#ifndef DEPLOY_FIXTURE_H
#define DEPLOY_FIXTURE_H

#include <unistd.h>

#include "libdeploy/plan_priv.h"
#include "test.h"

#define MIB (1u << 20)

static char fixture_dir[] = "/tmp/slipway-deploy-XXXXXX";
static char fixture_boot[64];
static struct err fixture_err;

// Runs a shell command in the folder.
static inline void fixture_run(const char *script)
{
	char command[2048];

	snprintf(command, sizeof(command), "cd '%s' && { %s\n}", fixture_dir,
		 script);
	check(!system(command));
}

// Makes the folder: linux.wim, and windows.wim with boot files.
static inline void fixture_make(void)
{
	if (system("command -v wimlib-imagex >/dev/null"))
		skip("wimlib-imagex is not installed");
	check(mkdtemp(fixture_dir));
	snprintf(fixture_boot, sizeof(fixture_boot), "%s/m", fixture_dir);
	fixture_run(
		"mkdir -p tree/sub m/EFI/BOOT m/slipway &&"
		"seq 300000 >tree/numbers && echo x >tree/sub/x &&"
		"w() { wimlib-imagex capture tree $1.wim \"$1 image\""
		" --no-acls >log 2>&1; } && w linux &&"
		"b=tree/Windows/Boot && mkdir -p $b/EFI/de-DE $b/Fonts &&"
		"seq 9000 >$b/EFI/bootmgfw.efi && echo f >$b/Fonts/f.ttf &&"
		"echo m >$b/EFI/de-DE/bootmgfw.efi.mui && w windows &&"
		"for f in EFI/BOOT/BOOTX64.EFI EFI/BOOT/grubx64.efi"
		" slipway/vmlinuz slipway/initramfs; do echo $f >m/$f; done;"
		"echo '@ROOT@ @OPTIONS@' >m/slipway/grub-native.cfg");
}

static inline void fixture_end(void)
{
	fixture_run("rm -r \"$PWD\"");
}

// An answer for "linux" or "windows", with lines for [disk].
static inline struct answer *fixture_answer(const char *system,
					    const char *disk)
{
	struct answer *a;
	char text[1024], name[64];

	snprintf(text, sizeof(text),
		 "[disk]\nseed = 01234567-89ab-cdef-0123-456789abcdef\n%s\n"
		 "[image]\nfile = %s.wim\n[vhd]\npath = \\v\\g.vhd\n"
		 "size = 16M\n[boot]\nsystem = %s\n",
		 disk, system, system);
	snprintf(name, sizeof(name), "%s/answer.ini", fixture_dir);
	check_ok(answer_parse(text, strlen(text), name, ANSWER_START_UNKNOWN,
			      &a, &fixture_err),
		 &fixture_err);
	return a;
}

static inline struct disk *fixture_disk(uint64_t size)
{
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &fixture_err), &fixture_err);
	return d;
}

static inline int fixture_plan(const struct answer *a, struct disk *d,
			       struct plan **ret, struct err *err)
{
	const struct plan_target target = {
		.disk = d, .name = "test disk", .boot_files = fixture_boot};

	return plan_make(a, &target, ret, err);
}

// Deploys, which must succeed.
static inline void fixture_deploy(const struct answer *a, struct disk *d)
{
	struct plan *plan;

	check_ok(fixture_plan(a, d, &plan, &fixture_err), &fixture_err);
	check_ok(plan_run(plan, NULL, &fixture_err), &fixture_err);
	plan_free(plan);
}

static inline struct disk *fixture_part(struct disk *d, unsigned number)
{
	struct disk *part;

	check_ok(part_open(d, number, &part, &fixture_err), &fixture_err);
	return part;
}

// A deployed Windows in a VHD, with its system partition.
struct fixture_windows {
	struct answer *answer;
	struct disk *disk, *esp, *data, *vhd, *guest;
	struct ntfs *host;
	struct tree *source; // the Windows
};

static inline struct fixture_windows fixture_windows(const char *disk_keys)
{
	struct fixture_windows w = {0};

	fixture_make();
	w.answer = fixture_answer("windows", disk_keys);
	w.disk = fixture_disk(96 * MIB);
	fixture_deploy(w.answer, w.disk);
	w.esp = fixture_part(w.disk, 1);
	w.data = fixture_part(w.disk, 3);
	check_ok(ntfs_open(w.data, &w.host, &fixture_err), &fixture_err);
	check_ok(ntfs_open_file(w.host, "\\v\\g.vhd", &w.vhd, &fixture_err),
		 &fixture_err);
	w.guest = fixture_part(w.vhd, 1);
	check_ok(volume_open(w.guest, &w.source, &fixture_err), &fixture_err);
	return w;
}

static inline void fixture_windows_end(struct fixture_windows *w)
{
	tree_close(w->source);
	disk_close(w->guest);
	disk_close(w->vhd);
	ntfs_close(w->host);
	disk_close(w->data);
	disk_close(w->esp);
	disk_close(w->disk);
	answer_free(w->answer);
	fixture_end();
}

#endif
