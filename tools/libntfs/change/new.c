// SPDX-License-Identifier: MIT
//
// What every new file or folder has.

#include "change.h"
#include "../encode/index.h"

// Folders are written from the deepest up.
int ntfs_new_stage(struct ntfs_change *c, uint64_t folder, bool is_directory,
		   uint32_t *ret, struct err *err)
{
	uint32_t above = ntfs_record_stage(c, folder);

	*ret = STAGE_FILES;
	if (!is_directory)
		return 0;
	*ret = STAGE_LAST_FOLDER;
	if (above < STAGE_FOLDERS || above > STAGE_LAST_FOLDER)
		return 0;
	if (above == STAGE_FOLDERS)
		return err_set(err, -ENOTSUP, "NTFS volume", ERR_NOWHERE,
			       "new folders nest too deep");
	*ret = above - 1;
	return 0;
}

int ntfs_new_standard(struct change_file *f, uint32_t attributes,
		      uint32_t security, uint64_t time, struct err *err)
{
	struct ntfs_standard_disk d = {
		.created = to_le64(time),
		.modified = to_le64(time),
		.changed = to_le64(time),
		.accessed = to_le64(time),
		.attributes = to_le32(attributes),
		.security_id = to_le32(security),
	};
	struct change_attr *a;
	int r = ntfs_change_add(f, NTFS_AT_STANDARD_INFORMATION, NULL, 0, &a,
				err);

	return r ? r : ntfs_change_set(f, a, &d, sizeof(d), err);
}

int ntfs_new_index(struct change_file *f, struct err *err)
{
	const struct ntfs_info *info = &f->c->n->info;
	uint8_t root[NTFS_ROOT_NODE + NTFS_EMPTY_NODE];
	uint8_t *node = root + NTFS_ROOT_NODE;
	uint32_t entries = sizeof(struct ntfs_index_header_disk);
	struct change_attr *a;
	le16 units[4];
	int r;

	ntfs_ascii_units("$I30", units);
	ntfs_encode_root(root, NTFS_AT_FILE_NAME, NTFS_COLLATE_FILE_NAME,
			 info->index_size, info->cluster_size);
	ntfs_encode_last_entry(node + entries, NULL);
	ntfs_encode_node(node, entries, NTFS_EMPTY_NODE, NTFS_EMPTY_NODE, 0);
	r = ntfs_change_add(f, NTFS_AT_INDEX_ROOT, units, 4, &a, err);
	return r ? r : ntfs_change_set(f, a, root, sizeof(root), err);
}
