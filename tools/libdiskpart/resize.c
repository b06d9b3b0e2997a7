// SPDX-License-Identifier: MIT
//
// EXTEND and SHRINK (Microsoft, "extend", "shrink": which of the two sizes counts
// when only one is given).

#include <inttypes.h>
#include <stdio.h>

#include "diskpart_priv.h"

// Percentages are for people alone: Windows shows none.
static struct progress *begin(struct diskpart *d)
{
	return d->how.is_terminal ? diskpart_begin_progress(d) : NULL;
}

static void end(struct diskpart *d)
{
	if (d->how.is_terminal)
		diskpart_end_progress(d, false);
}

enum diskpart_status diskpart_run_extend(struct diskpart *d,
					 const struct call *c)
{
	const struct storage_volume *v = diskpart_volume(d);
	struct err err = {0};
	int r;

	if (diskpart_has_option(c, "disk") &&
	    diskpart_number(c, "disk") != v->disk)
		return diskpart_refuse(
			d,
			"DiskPart has encountered an error: The request is "
			"not supported.",
			"DISK=: a volume over several disks is a dynamic one, "
			"which are not made here.");
	r = storage_extend(d->storage, (unsigned)d->volume,
			   diskpart_number(c, "size") * MIB, begin(d), &err);
	end(d);
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d,
				 "DiskPart successfully extended the volume.");
}

static enum diskpart_status query(struct diskpart *d)
{
	char text[DISKPART_SIZE];
	struct err err = {0};
	uint64_t most;
	int r = storage_shrink_query(d->storage, (unsigned)d->volume, &most,
				     &err);

	if (r)
		return diskpart_failed(d, r, &err);
	diskpart_say(d,
		     "\nThe maximum number of reclaimable bytes is: %7s "
		     "(%" PRIu64 " MB)\n",
		     diskpart_size(most, text), most / MIB);
	return DISKPART_OK;
}

// Without sizes it becomes as small as it can; MINIMUM alone is what is wanted.
enum diskpart_status diskpart_run_shrink(struct diskpart *d,
					 const struct call *c)
{
	uint64_t desired = diskpart_number(c, "desired") * MIB;
	uint64_t minimum = diskpart_number(c, "minimum") * MIB, by = 0;
	char text[DISKPART_SIZE];
	struct err err = {0};
	int r;

	if (diskpart_has_option(c, "querymax"))
		return query(d);
	if (desired && minimum > desired)
		return diskpart_misuse(d, c->command,
				       "MINIMUM= is more than DESIRED=.");
	if (!desired)
		desired = minimum ? minimum : UINT64_MAX;
	r = storage_shrink(d->storage, (unsigned)d->volume, desired, minimum,
			   &by, begin(d), &err);
	end(d);
	if (r)
		return diskpart_failed(d, r, &err);
	diskpart_say(d, "\nDiskPart successfully shrunk the volume by: %7s\n",
		     diskpart_size(by, text));
	return DISKPART_OK;
}
