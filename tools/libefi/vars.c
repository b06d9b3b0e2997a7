// SPDX-License-Identifier: MIT
//
// Variables as files (Linux' Documentation/filesystems/efivarfs.rst): four
// bytes of attributes (UEFI 2.10, 8.2), then the data. A variable is written
// whole, by one write(2), and the firmware takes all of it or nothing. The
// kernel makes files immutable whose loss might keep a machine from starting.

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi_priv.h"

#define FOLDER     "/sys/firmware/efi/efivars"
#define ATTRIBUTES 4u // bytes before the data
// What 3.3 has for Boot#### and BootOrder. Firmware refuses to change a
// variable that has other attributes.
#define KEPT     0x07u // non-volatile, boot services, run time (8.2)
#define MAX_PATH 4096

// EFI_GLOBAL_VARIABLE (3.3): 8be4df61-93ca-11d2-aa0d-00e098032b8c
const struct guid efi_global = {{0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
				 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b,
				 0x8c}};
// EFI_IMAGE_SECURITY_DATABASE_GUID (chapter 32), of db and dbx:
// d719b2cb-3d3a-4596-a3bc-dad00e67656f
const struct guid efi_security = {{0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96,
				   0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67,
				   0x65, 0x6f}};

static int fail(struct err *err, const char *what, const char *doing)
{
	int code = -errno;

	return err_set(err, code, what, ERR_NOWHERE, "%s: %s", doing,
		       strerror(-code));
}

// --- The folder --------------------------------------------------------------

// Returns 0, -ENODATA when the folder has no files, or what opendir(3) gives.
// The folder is there in every kernel that was started by UEFI; it is empty
// until efivarfs is mounted on it.
static int look_into(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;
	bool found = false;

	if (!dir)
		return -errno;
	while (!found && (e = readdir(dir)))
		found = *e->d_name != '.';
	closedir(dir);
	return found ? 0 : -ENODATA;
}

int efi_vars_open(const char *folder, struct efi_vars **ret, struct err *err)
{
	struct efi_vars *vars;
	int r;

	if (!folder)
		folder = FOLDER;
	r = look_into(folder);
	if (r == -ENOENT)
		return err_set(err, r, folder, ERR_NOWHERE,
			       "no firmware variables: this machine was not "
			       "started by UEFI");
	if (r == -ENODATA)
		return err_set(err, -ENOENT, folder, ERR_NOWHERE,
			       "no firmware variables: efivarfs is not mounted "
			       "there");
	if (r)
		return err_set(err, r, folder, ERR_NOWHERE, "%s", strerror(-r));
	vars = mem_alloc(sizeof(*vars));
	if (!vars)
		return err_nomem(err);
	vars->folder = mem_strdup(folder);
	if (!vars->folder) {
		mem_free(vars);
		return err_nomem(err);
	}
	*ret = vars;
	return 0;
}

void efi_vars_close(struct efi_vars *vars)
{
	if (vars)
		mem_free(vars->folder);
	mem_free(vars);
}

static int compare_numbers(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

// "Boot001A-8be4df61-..." is the global vendor's.
static bool boot_number(const char *name, uint16_t *ret)
{
	unsigned long n;
	struct guid vendor;
	char *end;

	if (strncmp(name, "Boot", 4) ||
	    strspn(name + 4, "0123456789ABCDEF") != 4 || name[8] != '-')
		return false;
	n = strtoul(name + 4, &end, 16);
	if (guid_parse(end + 1, &vendor) || !guid_equal(&vendor, &efi_global))
		return false;
	*ret = (uint16_t)n;
	return true;
}

int efi_boot_numbers(struct efi_vars *vars, uint16_t **ret, size_t *ret_count,
		     struct err *err)
{
	size_t count = 0, capacity = 0;
	const struct dirent *e;
	void *list = NULL;
	DIR *dir = opendir(vars->folder);
	int r = 0;

	if (!dir)
		return fail(err, vars->folder, "cannot be listed");
	while (!r && (e = readdir(dir))) {
		uint16_t number, *numbers;

		if (!boot_number(e->d_name, &number))
			continue;
		r = mem_grow(&list, count, &capacity, sizeof(number));
		if (r)
			break;
		numbers = list;
		numbers[count++] = number;
	}
	closedir(dir);
	if (r) {
		mem_free(list);
		return err_nomem(err);
	}
	if (count)
		qsort(list, count, sizeof(uint16_t), compare_numbers);
	*ret = list;
	*ret_count = count;
	return 0;
}

// --- One variable ------------------------------------------------------------

static int make_path(const struct efi_vars *vars, const char *name,
		     const struct guid *vendor, char path[MAX_PATH],
		     struct err *err)
{
	char text[GUID_TEXT];

	// The name becomes a file's: it must not leave the folder.
	if (!*name || strchr(name, '/') ||
	    snprintf(path, MAX_PATH, "%s/%s-%s", vars->folder, name,
		     guid_format(vendor, text)) >= MAX_PATH)
		return err_set(err, -EINVAL, name, ERR_NOWHERE,
			       "no name of a variable");
	return 0;
}

// Reads until the end. Returns the number of bytes, or -1 with errno.
static ssize_t read_all(int fd, uint8_t *data, size_t room)
{
	size_t size = 0;

	while (size < room) {
		ssize_t n = read(fd, data + size, room - size);

		if (!n)
			break;
		// the kernel slows down those who read much by this code
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			size += (size_t)n;
	}
	return (ssize_t)size;
}

static int take_value(const char *name, const uint8_t *data, ssize_t n,
		      void **ret, size_t *ret_size, struct err *err)
{
	if (n < 0)
		return fail(err, name, "cannot be read");
	if (!n) // made, but never written
		return err_set(err, -ENOENT, name, ERR_NOWHERE,
			       "no such firmware variable");
	if ((size_t)n > ATTRIBUTES + EFI_MAX_VARIABLE)
		return err_set(err, -EFBIG, name, ERR_NOWHERE,
			       "a variable of over %u bytes", EFI_MAX_VARIABLE);
	if ((size_t)n < ATTRIBUTES)
		return err_corrupt(err, name, 0, "%zd bytes", n);
	*ret = mem_dup(data + ATTRIBUTES, (size_t)n - ATTRIBUTES);
	if (!*ret)
		return err_nomem(err);
	*ret_size = (size_t)n - ATTRIBUTES;
	return 0;
}

int efi_var_read(struct efi_vars *vars, const char *name,
		 const struct guid *vendor, void **ret, size_t *ret_size,
		 struct err *err)
{
	const size_t room = ATTRIBUTES + EFI_MAX_VARIABLE + 1;
	char path[MAX_PATH];
	void *copy = NULL;
	uint8_t *data;
	size_t size = 0;
	int fd, r = make_path(vars, name, vendor, path, err);

	if (r)
		return r;
	data = mem_alloc(room);
	if (!data)
		return err_nomem(err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		r = errno == ENOENT ? err_set(err, -ENOENT, name, ERR_NOWHERE,
					      "no such firmware variable")
				    : fail(err, name, "cannot be opened");
	if (!r)
		r = take_value(name, data, read_all(fd, data, room), &copy,
			       &size, err);
	if (fd >= 0)
		close(fd);
	mem_free(data);
	if (r)
		return r;
	*ret = copy;
	*ret_size = size;
	return 0;
}

// Sets the mark of immutability to `on`. Returns what it was; false also where
// the file system knows no such mark, or there is no such file.
static bool set_immutable(const char *path, bool on)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), flags = 0;
	bool was = false;

	if (fd < 0)
		return false;
	if (!ioctl(fd, FS_IOC_GETFLAGS, &flags)) {
		int wanted = on ? flags | FS_IMMUTABLE_FL
				: flags & ~FS_IMMUTABLE_FL;

		was = flags & FS_IMMUTABLE_FL;
		if (wanted != flags)
			(void)!ioctl(fd, FS_IOC_SETFLAGS, &wanted);
	}
	close(fd);
	return was;
}

// Says what the firmware's refusal means.
static int refused(struct err *err, const char *name)
{
	switch (errno) {
	case ENOSPC:
		return err_set(err, -ENOSPC, name, ERR_NOWHERE,
			       "the firmware has no room for it: remove boot "
			       "entries that are not needed");
	case EROFS:
		return err_set(err, -EROFS, name, ERR_NOWHERE,
			       "the firmware's variables are write-protected");
	case EACCES:
	case EPERM:
		return err_set(err, -errno, name, ERR_NOWHERE,
			       "the firmware's variables may be written by "
			       "root alone");
	default:
		return fail(err, name, "cannot be written");
	}
}

static int put(int fd, const char *name, const uint8_t *data, size_t size,
	       struct err *err)
{
	ssize_t n = write(fd, data, size);
	struct stat st;

	if (n < 0)
		return refused(err, name);
	if ((size_t)n != size)
		return err_set(err, -EIO, name, ERR_NOWHERE,
			       "only a part of it was written");
	// in a folder that is not the firmware's the old end stays
	if (!fstat(fd, &st) && st.st_size > n && ftruncate(fd, n))
		return refused(err, name);
	return 0;
}

static int write_file(const char *path, const char *name, const uint8_t *data,
		      size_t size, struct err *err)
{
	// The kernel makes the file at open(2), the variable at write(2): what
	// the firmware refused would stay as an empty file.
	bool is_new = access(path, F_OK);
	bool was_immutable = set_immutable(path, false);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644), r;

	if (fd < 0) {
		r = refused(err, name);
	} else {
		r = put(fd, name, data, size, err);
		if (close(fd) && !r)
			r = refused(err, name);
		if (r && is_new)
			unlink(path);
	}
	if (was_immutable)
		set_immutable(path, true);
	return r;
}

int efi_var_write(struct efi_vars *vars, const char *name,
		  const struct guid *vendor, const void *data, size_t size,
		  struct err *err)
{
	le32 attributes = to_le32(KEPT);
	char path[MAX_PATH];
	uint8_t *file;
	int r = make_path(vars, name, vendor, path, err);

	if (r)
		return r;
	if (size > EFI_MAX_VARIABLE)
		return err_set(err, -EFBIG, name, ERR_NOWHERE, "over %u bytes",
			       EFI_MAX_VARIABLE);
	file = mem_alloc(ATTRIBUTES + size);
	if (!file)
		return err_nomem(err);
	memcpy(file, &attributes, ATTRIBUTES);
	if (size)
		memcpy(file + ATTRIBUTES, data, size);
	r = write_file(path, name, file, ATTRIBUTES + size, err);
	mem_free(file);
	return r;
}

int efi_var_remove(struct efi_vars *vars, const char *name,
		   const struct guid *vendor, struct err *err)
{
	char path[MAX_PATH];
	bool was_immutable;
	int r = make_path(vars, name, vendor, path, err);

	if (r)
		return r;
	was_immutable = set_immutable(path, false);
	if (!unlink(path))
		return 0;
	r = errno == ENOENT ? err_set(err, -ENOENT, name, ERR_NOWHERE,
				      "no such firmware variable")
			    : refused(err, name);
	if (was_immutable)
		set_immutable(path, true);
	return r;
}
