// SPDX-License-Identifier: MIT
//
// Runs inside the environment: tells of each file below a folder of a mounted NTFS
// volume what the kernel's ntfs3 says of it, a line each:
//
//     path, kind, mode, owner, group, size, CRC-32 of the content, attributes, descriptor

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static size_t root;

static uint32_t crc32(uint32_t crc, const unsigned char *p, size_t n)
{
	crc = ~crc;
	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
	}
	return ~crc;
}

static uint32_t sum(const char *path)
{
	static unsigned char buf[65536];
	uint32_t crc = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		crc = crc32(crc, buf, (size_t)n);
	close(fd);
	return crc;
}

static void tell(const char *path)
{
	unsigned char security[4096], attributes[4] = {0}, dos = 0;
	struct stat st;
	ssize_t n;

	if (lstat(path, &st))
		return;
	printf("%s\t%c\t%o\t%u\t%u\t%lld\t%08x\t",
	       path[root] ? path + root : "/",
	       S_ISDIR(st.st_mode)   ? 'd'
	       : S_ISREG(st.st_mode) ? 'f'
				     : 'o',
	       (unsigned)st.st_mode, (unsigned)st.st_uid, (unsigned)st.st_gid,
	       S_ISREG(st.st_mode) ? (long long)st.st_size : 0,
	       S_ISREG(st.st_mode) ? sum(path) : 0);
	lgetxattr(path, "system.ntfs_attrib", attributes, 4);
	lgetxattr(path, "system.dos_attrib", &dos, 1);
	printf("%02x%02x%02x%02x %02x\t", attributes[3], attributes[2],
	       attributes[1], attributes[0], dos);
	n = lgetxattr(path, "system.ntfs_security", security, sizeof(security));
	for (ssize_t i = 0; i < n; i++)
		printf("%02x", security[i]);
	putchar('\n');
}

static void walk(const char *path)
{
	char below[8192];
	struct dirent *e;
	struct stat st;
	DIR *d;

	tell(path);
	if (lstat(path, &st) || !S_ISDIR(st.st_mode) || !(d = opendir(path)))
		return;
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		walk(below);
	}
	closedir(d);
}

int main(int argc, char **argv)
{
	root = strlen(argv[argc - 1]);
	walk(argv[argc - 1]);
	return fflush(stdout) != 0;
}
