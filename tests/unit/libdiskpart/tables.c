// SPDX-License-Identifier: MIT
//
// Tables and sentences, letter by letter: their shape is that of transcripts of
// Windows 10's DiskPart.

#include "session.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static void begin_deployed(void)
{
	fake_begin();
	fake_disk("/dev/nvme0n1", 2 * GIB, 512)->model = "QUIET SSD";
	fake_disk("/dev/sda", 64 * MIB, 512)->is_medium = true;
	begin(NULL, 0);
	check_done("select disk 0\nclean\nconvert gpt\n"
		   "create partition efi size=100\n"
		   "format quick fs=fat32 label=\"System\"\n"
		   "assign letter=\"S\"\n"
		   "create partition msr size=16\n"
		   "create partition primary size=1000\n"
		   "format quick fs=ntfs label=\"Windows of a long name\"\n"
		   "assign letter=\"W\"\n");
}

static void test_lists(void)
{
	begin_deployed();
	check_done("list disk");
	check_str(said,
		  "\n  Disk ###  Status         Size     Free     Dyn  Gpt\n"
		  "  --------  -------------  -------  -------  ---  ---\n"
		  "* Disk 0    Online         2048 MB   930 MB        * \n"
		  "  Disk 1    Online           64 MB    64 MB          \n"
		  "\nDisk 1: this environment was started from it\n");
	check_done("list partition");
	check_str(said,
		  "\n  Partition ###  Type              Size     Offset\n"
		  "  -------------  ----------------  -------  -------\n"
		  "  Partition 1    System             100 MB  1024 KB\n"
		  "  Partition 2    Reserved            16 MB   101 MB\n"
		  "* Partition 3    Primary           1000 MB   117 MB\n");
	check_done("list volume");
	check_str(said, "\n  Volume ###  Ltr  Label        Fs     Type        "
			"Size     Status     Info\n"
			"  ----------  ---  -----------  -----  ----------  "
			"-------  ---------  --------\n"
			"  Volume 0     S   SYSTEM       FAT32  Partition    "
			"100 MB  Healthy    System  \n"
			"* Volume 1     W   Windows of   NTFS   Partition   "
			"1000 MB  Healthy            \n");
	check_done("list vdisk");
	check_str(said, "\nThere are no virtual disks to show.\n");
	check_done("select disk 1\nlist partition");
	check_said("\nThere are no partitions on this disk to show.\n");
	end();
}

static void test_details(void)
{
	begin_deployed();
	check_done("uniqueid disk id=a65f9761-81bb-4b9d-8d84-c5d93fabe720");
	check_done("detail disk");
	check_said("\nQUIET SSD\n"
		   "Disk ID: {A65F9761-81BB-4B9D-8D84-C5D93FABE720}\n"
		   "Type   : SATA\n"
		   "Status : Online\n"
		   "Path   : 0\n"
		   "Target : 0\n"
		   "LUN ID : 0\n"
		   "Location Path : ");
	check_said("Current Read-only State : No\n"
		   "Read-only  : No\n"
		   "Boot Disk  : No\n"
		   "Pagefile Disk  : No\n"
		   "Hibernation File Disk  : No\n"
		   "Crashdump Disk  : No\n"
		   "Clustered Disk  : No\n"
		   "\n  Volume ###  Ltr");
	check_done("gpt attributes=0x8000000000000001\ndetail partition");
	check_said("\nPartition 3\n"
		   "Type    : ebd0a0a2-b9e5-4433-87c0-68b6b72699c7\n"
		   "Hidden  : No\n"
		   "Required: Yes\n"
		   "Attrib  : 0X8000000000000001\n"
		   "Offset in Bytes: 122683392\n"
		   "Address: /dev/nvme0n1@3\n"
		   "\n  Volume ###");
	check_done("detail volume");
	check_said("\nRead-only              : No\n"
		   "Hidden                 : No\n"
		   "No Default Drive Letter: Yes\n"
		   "Shadow Copy            : No\n"
		   "Offline                : No\n"
		   "BitLocker Encrypted    : No\n"
		   "Installable            : Yes\n"
		   "\nVolume Capacity        : 1000 MB\n"
		   "Volume Free Space      :  ");
	check_done("filesystems");
	check_said("\nCurrent File System\n\n"
		   "  Type                 : NTFS\n"
		   "  Allocation Unit Size : 4096\n"
		   "  Flags : 00000000\n\n"
		   "File Systems Supported for Formatting\n\n"
		   "  Type                 : NTFS (Default)\n"
		   "  Allocation Unit Sizes: 512, 1024, 2048, 4096 (Default), "
		   "8192, 16K, 32K, 64K, 128K, 256K, 512K, 1024K, 2048K\n");
	// those alone that make the kind of FAT on a volume of that size
	check_said("  Type                 : FAT\n"
		   "  Allocation Unit Sizes: 16K, 32K, 64K\n");
	end();
}

static void test_mbr(void)
{
	fake_begin();
	fake_disk("/dev/sda", 300 * MIB, 512);
	begin(NULL, 0);
	check_done("select disk 0\ncreate partition primary size=100\n"
		   "format quick fs=ntfs\nactive\nuniqueid disk id=1A2B3C4D\n"
		   "detail partition");
	check_said("\nPartition 1\nType  : 07\nHidden: No\nActive: Yes\n"
		   "Offset in Bytes: 1048576\n");
	check_done("set id=27\ndetail partition");
	check_said("DiskPart successfully set the partition ID.");
	check_said("Type  : 27\nHidden: Yes\n");
	check_done("detail disk");
	check_said("Disk ID: 1A2B3C4D\n");
	check_done("inactive\ndetail partition");
	check_said("Active: No\n");
	end();
}

// Each command ends with its sentence.
static void test_sentences(void)
{
	static const struct {
		const char *line, *sentence;
	} rows[] = {
		{"select disk 0", "Disk 0 is now the selected disk."},
		{"clean", "DiskPart succeeded in cleaning the disk."},
		{"convert mbr", "DiskPart successfully converted the selected "
				"disk to MBR format."},
		{"convert gpt", "DiskPart successfully converted the selected "
				"disk to GPT format."},
		{"create partition primary",
		 "DiskPart succeeded in creating the specified partition."},
		{"format quick", "  100 percent completed\n\n"
				 "DiskPart successfully formatted the volume."},
		{"assign", "DiskPart successfully assigned the drive letter "
			   "or mount point."},
		{"remove", "DiskPart successfully removed the drive letter or "
			   "mount point."},
		{"remove all", "There are no drive letters or mount points to "
			       "remove."},
		{"attributes volume set hidden",
		 "Volume attributes set successfully."},
		{"attributes volume clear hidden",
		 "Volume attributes cleared successfully."},
		{"attributes volume", "Read-only              : No"},
		{"set id=de94bba4-06d1-4d40-a16a-bfd50179d6ac",
		 "DiskPart successfully set the partition ID."},
		{"gpt attributes=1",
		 "DiskPart successfully assigned the attributes to the "
		 "selected GPT partition."},
		{"delete partition override",
		 "DiskPart successfully deleted the selected partition."},
		{"create partition primary\ndelete volume",
		 "DiskPart successfully deleted the volume."},
		{"attributes disk set readonly",
		 "Disk attributes set successfully."},
		{"attributes disk", "Current Read-only State : Yes"},
		{"attributes disk clear readonly",
		 "Disk attributes cleared successfully."},
		{"offline disk",
		 "DiskPart successfully offlined the selected disk."},
		{"online disk",
		 "DiskPart successfully onlined the selected disk."},
		{"rescan", "Please wait while DiskPart scans your "
			   "configuration...\n\nDiskPart has finished scanning "
			   "your configuration."},
		{"automount", "Automatic mounting of new volumes enabled."},
		{"automount disable",
		 "Automatic mounting of new volumes disabled."},
		{"create partition primary size=10\nformat quick fs=fat\n"
		 "automount enable\nlist volume",
		 "* Volume 0     C                FAT    Partition     10 MB"},
		{"automount scrub",
		 "DiskPart successfully scrubbed the mount point settings in "
		 "the system."},
		{"san", "SAN Policy  : Online All"},
		{"san policy=OfflineShared",
		 "DiskPart successfully changed the SAN policy for the current "
		 "operating system."},
		{"san", "SAN Policy  : Offline Shared"},
		{"exit", "Leaving DiskPart..."},
	};

	fake_begin();
	fake_disk("/dev/sda", 100 * MIB, 512);
	begin(NULL, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[256];

		check_done(rows[i].line);
		snprintf(text, sizeof(text), "\n%s", rows[i].sentence);
		check_said(text);
	}
	end();
}

// A failure has Windows' sentence, ours, and its status.
static void test_failures(void)
{
	static const struct {
		const char *line, *sentence;
		int status;
	} rows[] = {
		{"create partition primary size=5000",
		 "Virtual Disk Service error:\nThere is not enough usable "
		 "space for this operation.\n",
		 DISKPART_FAILED},
		{"create partition efi", "The selected disk is not a GPT disk.",
		 DISKPART_FAILED},
		{"create partition msr noerr",
		 "The selected disk is not a GPT disk.", DISKPART_OK},
		{"create partition primary size=0", "SIZE= takes at least 1",
		 DISKPART_MISUSE},
		{"create partition primary id=7x", "two hexadecimal digits",
		 DISKPART_MISUSE},
		{"set id=zz",
		 "The specified type is not in the correct format.",
		 DISKPART_MISUSE},
		{"set", "ID=, with the new type, is needed", DISKPART_MISUSE},
		{"gpt attributes=1",
		 "The selected partition is not on a GPT disk.",
		 DISKPART_FAILED},
		{"format fs=exfat",
		 "The file system is not supported.\nFS="
		 "exfat: NTFS, FAT32 and FAT",
		 DISKPART_FAILED},
		{"format fs=ntfs compress", "COMPRESS: ", DISKPART_FAILED},
		{"format fs=ntfs unit=3000",
		 "UNIT= takes the bytes of a "
		 "cluster",
		 DISKPART_MISUSE},
		{"assign mount=C:\\x", "MOUNT=: ", DISKPART_FAILED},
		{"assign letter=77", "LETTER= takes a letter", DISKPART_MISUSE},
		{"remove letter=Q",
		 "The specified drive letter or mount point is not assigned",
		 DISKPART_FAILED},
		{"attributes volume set", "It is SET or CLEAR",
		 DISKPART_MISUSE},
		{"attributes disk readonly", "It is SET READONLY",
		 DISKPART_MISUSE},
		{"online disk", "This disk is already online.",
		 DISKPART_FAILED},
		{"offline volume", "REMOVE takes its letter away",
		 DISKPART_FAILED},
		{"convert gpt", "delete them first, or clean the disk",
		 DISKPART_FAILED},
		{"convert mbr", "The disk you specified is not GPT formatted.",
		 DISKPART_FAILED},
		{"convert dynamic", "CONVERT DYNAMIC: dynamic disks",
		 DISKPART_FAILED},
		{"san policy=x", "POLICY= takes OnlineAll", DISKPART_MISUSE},
		{"create vdisk maximum=5", "FILE=, with the path",
		 DISKPART_MISUSE},
		{"create vdisk file=x.vhd", "MAXIMUM=, the disk's size",
		 DISKPART_MISUSE},
		{"select vdisk", "FILE=, with the virtual disk's file",
		 DISKPART_MISUSE},
		{"uniqueid disk id=xyz", "its ID is 8 hexadecimal digits",
		 DISKPART_MISUSE},
	};

	fake_begin();
	fake_disk("/dev/sda", 100 * MIB, 512);
	begin(NULL, 0);
	check_done("select disk 0\nclean\ncreate partition primary size=50");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int status = run(rows[i].line);

		check_said(rows[i].sentence);
		check_eq(status, rows[i].status);
	}
	check_done("create partition primary size=5000 noerr\nlist disk");
	end();
}

int main(void)
{
	test_lists();
	test_details();
	test_mbr();
	test_sentences();
	test_failures();
	return 0;
}
