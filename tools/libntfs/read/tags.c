// SPDX-License-Identifier: MIT
//
// Reparse tags by name ([MS-FSCC] 2.1.2.1).

#include "reparse.h"

#define CLOUD_NUMBER 0x0000f000u // tells one provider's tags apart

// Tags ([MS-FSCC] 2.1.2.1). A placeholder has the size of its content, which may
// have been fetched; what is none of them has its content elsewhere at all times.
static const struct ntfs_tag tags[] = {
	{NTFS_TAG_SYMLINK, false, "SYMLINK", "a symbolic link"},
	{NTFS_TAG_MOUNT_POINT, false, "MOUNT_POINT",
	 "a junction or mounted volume"},
	{NTFS_TAG_WOF, false, "WOF", "compressed by Windows' overlay filter"},
	{NTFS_TAG_CLOUD, true, "CLOUD", "a file of a cloud storage"},
	{0x80000013, true, "DEDUP", "deduplicated"},
	{0x80000008, true, "WIM", "a file in a WIM image"},
	{0xc0000004, true, "HSM", "moved to other storage"},
	{0x80000006, true, "HSM2", "moved to other storage"},
	{0x8000001e, true, "STORAGE_SYNC", "a file of Azure File Sync"},
	{0x80000015, true, "FILE_PLACEHOLDER", "a placeholder"},
	{0x80000021, true, "ONEDRIVE", "a file of OneDrive"},
	{0x9000001c, true, "PROJFS", "a projected file"},
	{0x80000018, true, "WCI", "a file of a container's image"},
	{0x90001018, true, "WCI_1", "a file of a container's image"},
	{0xa000001f, false, "WCI_TOMBSTONE", "deleted in a container"},
	{0xa0000027, false, "WCI_LINK", "a link into a container's image"},
	{0x80000007, true, "SIS", "stored once for several files"},
	{0x80000016, true, "DFM", "a file of dynamic file management"},
	{0x80000009, false, "CSV", "a cluster's shared volume"},
	{0x8000000a, false, "DFS", "a folder of a distributed file system"},
	{0x80000012, false, "DFSR", "replicated"},
	{0xa0000010, false, "IIS_CACHE", "a file of a web server's cache"},
	{0xa0000019, false, "GLOBAL_REPARSE", "a link"},
	{0x8000001b, false, "APPEXECLINK", "a link to an application"},
	{0x80000014, false, "NFS", "a special file of an NFS server"},
	{0xa000001d, false, "LX_SYMLINK", "a symbolic link of Linux"},
	{0x80000023, false, "AF_UNIX", "a socket"},
	{0x80000024, false, "LX_FIFO", "a named pipe of Linux"},
	{0x80000025, false, "LX_CHR", "a device of Linux"},
	{0x80000026, false, "LX_BLK", "a device of Linux"},
	{0xa0000028, true, "DATALESS_CIM", "a file of an image without data"},
};

const struct ntfs_tag *ntfs_tag_find(uint32_t tag)
{
	// 0x9000001a to 0x9000f01a
	if ((tag & ~CLOUD_NUMBER) == NTFS_TAG_CLOUD)
		tag = NTFS_TAG_CLOUD;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].tag == tag)
			return &tags[i];
	return NULL;
}

const char *ntfs_reparse_name(uint32_t tag)
{
	const struct ntfs_tag *t = ntfs_tag_find(tag);

	return t ? t->name : NULL;
}

int ntfs_reparse_refuse(uint32_t tag, const char *what, const char *why,
			struct err *err)
{
	const struct ntfs_tag *t = ntfs_tag_find(tag);

	return err_set(err, -ENOTSUP, what, ERR_NOWHERE,
		       "it is %s (reparse tag %s%s0x%08x): %s",
		       t ? t->what : "another program's", t ? t->name : "",
		       t ? ", " : "", (unsigned)tag, why);
}
