// SPDX-License-Identifier: MIT
//
// What does not fit into the EFI system partition is told by the plan; what the
// plan lets pass, fits.
#include "fixture.h"

// Returns how planning went with an EFI system partition of that size, and
// deploys when it went well.
static int try(const char *system, uint32_t sector_size, uint64_t esp)
{
	struct answer *a = fixture_answer(system, "msr-size = 1M");
	struct disk *d;
	struct plan *plan;
	int r;

	a->system_size = esp;
	a->systems[0]->size = 40 * MIB;
	check_ok(disk_memory(esp + 60 * MIB, sector_size, &d, &fixture_err),
		 &fixture_err);
	r = fixture_plan(a, d, &plan, NULL);
	if (!r) {
		check_ok(plan_run(plan, NULL, &fixture_err), &fixture_err);
		plan_free(plan);
	}
	disk_close(d);
	answer_free(a);
	return r;
}

static const struct {
	const char *system;
	uint32_t sector_size;
	uint64_t esp; // MiB
	int code;
} cases[] = {
	{"linux", 512, 1, -ENOSPC},      {"linux", 512, 32, -ENOSPC},
	{"linux", 512, 33, 0},           {"linux", 512, 40, 0},
	{"linux", 512, 260, 0},          {"linux", 4096, 256, -ENOSPC},
	{"linux", 4096, 257, 0},         {"linux", 4096, 260, 0},
	{"windows", 512, 33, 0},         {"windows", 512, 20, -ENOSPC},
	{"windows", 4096, 100, -ENOSPC},
};

int main(void)
{
	fixture_make();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		printf("%s %u %llu\n", cases[i].system, cases[i].sector_size,
		       (unsigned long long)cases[i].esp);
		check_eq(try(cases[i].system, cases[i].sector_size,
			     cases[i].esp * MIB),
			 cases[i].code);
	}
	// an image whose boot files are larger than the partition
	fixture_run("head -c 20000000 /dev/zero"
		    " >tree/Windows/Boot/EFI/bootmgfw.efi &&"
		    "rm windows.wim && wimlib-imagex capture tree windows.wim x"
		    " --no-acls >log 2>&1");
	check_eq(try("windows", 512, 40 * MIB), -ENOSPC);
	check_eq(try("windows", 512, 50 * MIB), 0);
	fixture_end();
	return 0;
}
