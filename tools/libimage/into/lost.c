// SPDX-License-Identifier: MIT
//
// What a place cannot hold of an image.

#include "into.h"

int into_lose(struct into *into, const struct wim_dentry *d,
	      enum into_loss loss, struct err *err)
{
	struct into_lost *lost = &into->result.lost[loss];
	uint64_t at = lost->count++;

	return at < INTO_FIRST ? apply_path(d, lost->first[at],
					    sizeof(lost->first[at]), err)
			       : 0;
}

int into_leave_out(struct into *into, const struct wim_dentry *d,
		   enum into_loss loss, struct err *err)
{
	into->is_left_out[d->index] = true;
	return into_lose(into, d, loss, err);
}

void into_find_clashes(const struct wim_image *image, bool and_first, bool *ret)
{
	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];

		for (size_t k = 1; k < d->child_count; k++) {
			const struct wim_dentry *x = d->children[k - 1],
						*y = d->children[k];

			if (utf16_casecmp(x->name, x->name_len, y->name,
					  y->name_len))
				continue;
			ret[y->index] = true;
			ret[x->index] |= and_first;
		}
	}
}

const char *into_loss_text(enum into_loss loss)
{
	static const char *const texts[INTO_LOSSES] = {
		[INTO_NAME] = "is left out: its name cannot be held there",
		[INTO_SIZE] = "is left out: it is larger than files can be "
			      "there",
		[INTO_REPARSE] = "is left out: a reparse point of a kind that "
				 "there is not",
		[INTO_ENCRYPTED] = "is left out: the image holds it encrypted "
				   "(EFS)",
		[INTO_ENCRYPTED_FOLDER] = "does not encrypt what is put into "
					  "it (EFS), as the image has it",
		[INTO_COMPRESSED] = "is not compressed by NTFS (or what is put "
				    "into it), as the image has it",
		[INTO_SPECIAL] = "is left out: a device, pipe or socket",
		[INTO_STREAMS] = "is there without its named streams",
		[INTO_SECURITY] = "is there without its security descriptor",
		[INTO_ATTRIBUTES] = "is there without its attributes "
				    "(read-only, hidden, system, ...)",
		[INTO_EA] = "is there without its extended attributes",
		[INTO_UNIX] = "is there without its owner, mode or extended "
			      "attributes",
		[INTO_LINKS] = "is there as a file of its own, not as a "
			       "further name of another",
		[INTO_OBJECT_ID] = "is there without its object id, which "
				   "another file has or the place does not",
	};

	return texts[loss];
}
