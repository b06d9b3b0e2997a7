// SPDX-License-Identifier: MIT
//
// What only Windows' own boot code refuses: files too deep in folders, chains of
// virtual disks, files of virtual disks that are sparse, compressed or encrypted
// (the system's message 0xC03A001A), VHDX for a Windows that does not know it, and
// a dynamic disk without the room to grow that Windows takes at its start
// (Microsoft, "Boot to a virtual hard disk").

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "bcd_place.h"
#include "boot_limits.h"
#include "chain.h"
#include "cmd.h"
#include "bcdboot.h"

#define WINDOWS_8     0x0602u // the first that starts from VHDX
#define MAX_PARTITION 16u     // of those in a virtual disk that are looked at

static void warn_path(const char *command, const char *path, unsigned more)
{
	unsigned folders = bcd_path_folders(path) + more;

	if (folders > BCD_MAX_FOLDERS)
		cmd_warn(command, path,
			 "a file in %u folders; Windows' boot manager finds it "
			 "in %u at most (error 0xc000000f)",
			 folders, BCD_MAX_FOLDERS);
}

// Below the Windows folder lies System32\config\SYSTEM, which is read at the start.
#define BELOW_WINDOWS 3u

void boot_limits_device(const char *command, const struct bcd_device *device)
{
	for (; device; device = device->host)
		if (device->path)
			warn_path(command, device->path, 0);
}

void boot_limits_string(const char *command, uint32_t element,
			const char *value)
{
	if (element == BCD_PATH || element == BCD_SDI_PATH)
		warn_path(command, value, 0);
	if (element == BCD_SYSTEM_ROOT)
		warn_path(command, value, BELOW_WINDOWS);
}

// --- Virtual disks -----------------------------------------------------------

// Windows makes a disk as large as it can be when it starts from it.
static void warn_growth(const char *command, const struct place *place,
			const struct vdisk_chain *chain)
{
	const struct vdisk_info *info = &chain->links[0].info;
	uint64_t have = chain->links[0].file->size;
	struct tree_info volume;

	if (!volume_ntfs(place->volume) || info->type == VDISK_FIXED ||
	    info->size <= have ||
	    tree_get_info(place->volume, "", &volume, NULL) ||
	    info->size - have <= volume.free)
		return;
	cmd_warn(command, place->path,
		 "Windows makes it as large as it can be when it starts: %llu "
		 "MB more, and %llu MB are free in the volume",
		 (unsigned long long)(info->size - have) >> 20,
		 (unsigned long long)volume.free >> 20);
}

static void warn_chain(const char *command, const char *object, size_t count,
		       unsigned max)
{
	char text[BCD_CHAIN_TEXT];

	if (bcd_chain_is_long(count, max, text))
		cmd_warn(command, object, "%s", text);
}

// Of the first Windows that is in a virtual disk; 0: none says.
static unsigned max_chain(const char *address)
{
	unsigned max = 0;
	char *windows = mem_alloc(strlen(address) + 24);

	for (unsigned i = 1; windows && i <= MAX_PARTITION && !max; i++) {
		struct place *place;

		sprintf(windows, "%s@%u:\\Windows", address, i);
		if (address_open(windows, 0, &place, NULL))
			continue;
		if (volume_ntfs(place->volume))
			best_effort(bcdboot_max_chain(place->volume,
						      place->path, &max, NULL));
		address_close(place);
	}
	mem_free(windows);
	return max;
}

static int open_chain(const char *address, struct place **ret,
		      struct vdisk_chain **ret_chain, struct err *err)
{
	struct place *place;
	int r = address_open(address, ADDRESS_FILE, &place, err);

	if (r)
		return r;
	r = place->file_path ? vdisk_chain_look(place->tree, place->file_path,
						place->disk, DISK_READ_ONLY,
						ret_chain, err)
			     : err_set(err, -EINVAL, address, ERR_NOWHERE,
				       "it is no file");
	if (r)
		address_close(place);
	else
		*ret = place;
	return r;
}

void boot_limits_virtual(const char *command, const char *address)
{
	struct vdisk_chain *chain;
	struct place *place;
	size_t count;

	if (open_chain(address, &place, &chain, NULL))
		return;
	if (place->path)
		warn_path(command, place->path, 0);
	count = chain->count;
	vdisk_chain_close(chain);
	address_close(place);
	if (count > 1)
		warn_chain(command, address, count, max_chain(address));
}

// --- A Windows ---------------------------------------------------------------

static int check_folders(const char *path, unsigned more, struct err *err)
{
	unsigned folders = bcd_path_folders(path) + more;

	if (folders <= BCD_MAX_FOLDERS)
		return 0;
	return err_set(
		err, -ENOTSUP, path, ERR_NOWHERE,
		"a file in %u folders; Windows' boot manager finds it in "
		"%u at most (error 0xc000000f)",
		folders, BCD_MAX_FOLDERS);
}

static int look_at_stream(void *ctx, const struct ntfs_stream *s)
{
	const char **kind = ctx;

	if (s->type == NTFS_DATA && !s->name_len) // the unnamed $DATA
		*kind = s->encrypted    ? "encrypted"
			: s->compressed ? "compressed"
			: s->sparse     ? "sparse"
					: NULL;
	return 0;
}

// Returns how a file is stored that Windows does not open as a virtual disk.
static int check_stored(struct ntfs *n, const char *path, struct err *err)
{
	const char *kind = NULL;
	uint64_t record;
	int r = ntfs_lookup(n, path, &record, err);

	if (!r)
		r = ntfs_streams(n, record, look_at_stream, &kind, err);
	if (r || !kind)
		return r;
	return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
		       "the file is %s; Windows opens a virtual disk only when "
		       "its file is neither compressed, encrypted nor sparse "
		       "(copy it to a new file)",
		       kind);
}

static int check_version(const struct vdisk_info *info, const char *path,
			 unsigned version, struct err *err)
{
	if (!version || version >= WINDOWS_8 || info->format != VDISK_VHDX)
		return 0;
	return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
		       "it holds Windows %u.%u, which cannot start from a "
		       "VHDX: convert it to .vhd",
		       version >> 8, version & 0xff);
}

static int check_virtual(const char *command, const char *address,
			 const struct boot_windows *windows, struct err *err)
{
	struct vdisk_chain *chain;
	struct place *place;
	struct ntfs *ntfs;
	int r = open_chain(address, &place, &chain, err);

	if (r)
		return r;
	ntfs = volume_ntfs(place->volume);
	r = check_version(&chain->links[0].info, place->path, windows->version,
			  err);
	for (size_t i = 0; i < chain->count && !r && ntfs; i++)
		r = check_stored(ntfs, chain->links[i].path, err);
	if (!r) {
		warn_chain(command, place->path, chain->count,
			   windows->max_chain);
		warn_growth(command, place, chain);
	}
	vdisk_chain_close(chain);
	address_close(place);
	return r;
}

// "disk@2:\\x.vhd@1:\\Windows" names "disk@2:\\x.vhd". Returns new memory.
static char *file_address(const char *address)
{
	char *copy = bcd_place_address(address), *end = NULL;

	for (char *s = copy; s && *s; s++)
		if (*s == ':' && (s[1] == '\\' || s[1] == '/'))
			end = s;
	while (end && end > copy && *end != '@')
		end--;
	if (end)
		*end = 0;
	return copy;
}

int boot_limits_source(const char *command, const char *address,
		       const struct bcd_device *device,
		       const struct boot_windows *windows, struct err *err)
{
	char *file;
	int r = check_folders(windows->folder, BELOW_WINDOWS, err);

	if (r || device->kind != BCD_DEVICE_VHD)
		return r;
	r = check_folders(device->path, 0, err);
	if (r)
		return r;
	file = file_address(address);
	if (!file)
		return err_nomem(err);
	r = check_virtual(command, file, windows, err);
	mem_free(file);
	return r;
}
