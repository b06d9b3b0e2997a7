// SPDX-License-Identifier: MIT
//
// dism: images in WIM files. The switch that is a verb chooses the function
// that does the rest.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dism.h"

static const char usage[] =
	"usage: dism /Get-ImageInfo /ImageFile:FILE [/Index:N | /Name:NAME]\n"
	"       dism /List-Image /ImageFile:FILE /Index:N | /Name:NAME\n"
	"       dism /Apply-Image /ImageFile:FILE /Index:N | /Name:NAME\n"
	"            /ApplyDir:VOLUME [/CheckIntegrity] [/Verify] [--replace]\n"
	"            [/Compact[:XPRESS4K|XPRESS8K|XPRESS16K|LZX]]\n"
	"       dism /Capture-Image /ImageFile:FILE /CaptureDir:VOLUME /Name:NAME\n"
	"            [/Description:TEXT] [/Flags:EDITION] [/ConfigFile:LIST]\n"
	"            [/Compress:none|fast|max|recovery] [/Bootable] [/CheckIntegrity]\n"
	"            [/Verify] [/NoRpFix] [/EA] [/UnixData]\n"
	"       dism /Append-Image /ImageFile:FILE /CaptureDir:VOLUME /Name:NAME ...\n"
	"       dism /Export-Image /SourceImageFile:FILE /SourceIndex:N|* |\n"
	"            /SourceName:NAME /DestinationImageFile:FILE\n"
	"            [/DestinationName:NAME] [/Compress:...] [/Bootable]\n"
	"            [/CheckIntegrity] [/SWMFile:PATTERN]\n"
	"       dism /Delete-Image /ImageFile:FILE /Index:N | /Name:NAME\n"
	"       dism /Split-Image /ImageFile:FILE /SWMFile:FILE /FileSize:MB\n"
	"       dism /Optimize-Image /ImageFile:FILE [/Compress:...]\n"
	"       dism /Verify-Image /ImageFile:FILE\n"
	"       dism /Mount-Image /ImageFile:FILE /Index:N | /Name:NAME\n"
	"            /MountDir:FOLDER [/ReadOnly] [/CheckIntegrity] [/ScratchDir:DIR]\n"
	"       dism /Unmount-Image /MountDir:FOLDER /Discard | /Commit\n"
	"            [/CheckIntegrity] [/Append [/Name:NAME]]\n"
	"       dism /Commit-Image /MountDir:FOLDER [/CheckIntegrity] [/Append ...]\n"
	"       dism /Remount-Image /MountDir:FOLDER\n"
	"       dism /Get-MountedImageInfo | /Cleanup-Mountpoints\n"
	"       dism /Image:VOLUME /Get-Drivers [/All] [/Format:List|Table]\n"
	"       dism /Image:VOLUME /Get-DriverInfo /Driver:FILE.inf\n"
	"       dism /Image:VOLUME /Get-CurrentEdition | /Set-BootStorage\n"
	"       each [--progress bar|lines|json|none]\n"
	"\n"
	"  /Get-ImageInfo  tell what images a WIM file holds, or all of one "
	"image\n"
	"                  (also /Get-WimInfo)\n"
	"  /List-Image     list the files of an image\n"
	"  /Apply-Image    put the image's files onto a volume: one that is empty, or\n"
	"                  with --replace, is built anew, which is faster; what one\n"
	"                  that holds files has stays, but files of the same names.\n"
	"                  Each file is checked against its hash as it is written,\n"
	"                  and with /Verify before, too\n"
	"  /Capture-Image  make a new WIM file with an image of a volume or folder\n"
	"  /Append-Image   add such an image to a WIM file that is there\n"
	"  /Export-Image   copy an image, or all (*), to another WIM file, which is\n"
	"                  made when it is not there; with /Compress in another way\n"
	"  /Delete-Image   take an image out; the file does not get smaller\n"
	"  /Split-Image    as files of at most so many MB: FILE, FILE2, ...\n"
	"  /Optimize-Image rebuild the file without what no image uses, or compress\n"
	"                  it in another way; the old one stays until that is done\n"
	"  /Verify-Image   read all of it, and compare it with its hashes\n"
	"  /Mount-Image    show an image as files in an empty folder of this machine,\n"
	"                  for root; content is read when it is wanted, and changes\n"
	"                  are kept in /ScratchDir (TMPDIR) until they are committed\n"
	"  /Unmount-Image  end that: changes become the image, with /Append another\n"
	"                  one, or are thrown away\n"
	"  /Commit-Image   put changes into the file, and go on\n"
	"  /Remount-Image  mount again what a killed server or a cut left\n"
	"  /Get-MountedImageInfo list what is mounted\n"
	"  /Cleanup-Mountpoints  forget what cannot be mounted again\n"
	"  /Get-Drivers    list the driver packages that a Windows has from others,\n"
	"                  with /All its own too\n"
	"  /Get-DriverInfo show one and its devices: oem1.inf, or FOLDER/FILE.inf of\n"
	"                  one that it does not have yet\n"
	"  /Set-BootStorage have all drivers of disk controllers loaded at the start,\n"
	"                  for a Windows that comes from another machine\n"
	"  /Image:VOLUME   the Windows in a volume or folder, whose \\Windows it holds;\n"
	"                  it does not run\n"
	"\n"
	"  /ApplyDir, /CaptureDir:VOLUME a volume's address: disk.img@3:\\, "
	"win.vhd@1:\\,\n"
	"                  or what lies in one; /CaptureDir also a folder of this\n"
	"                  machine\n"
	"  /Compact        write files compressed, as Compact OS has them "
	"(XPRESS4K)\n"
	"  --replace       the volume is built anew: files that it holds are destroyed\n"
	"  /ImageFile:FILE the WIM file (also /WimFile), or its address within\n"
	"                  disks: stick.img@1:\\sources\\install.wim; to read also\n"
	"                  another machine's: http://server/install.wim,\n"
	"                  \\\\server\\share\\install.wim, "
	"nfs://server/export/install.wim\n"
	"  /Index:N        an image by its number, from 1\n"
	"  /Name:NAME      an image by its name; of a new one, its name\n"
	"  /SWMFile:PATTERN the parts of a split image, install*.swm; not needed "
	"when\n"
	"                  they are called install.swm, install2.swm, and so on\n"
	"  /ConfigFile:LIST what is not captured: a file like WimScript.ini\n"
	"  /Compress:HOW   none; fast (XPRESS); max (LZX); recovery (solid LZMS)\n"
	"  /CheckIntegrity check the file's table of hashes before, and write one\n"
	"  /Verify         read again what was written\n"
	"  /NoRpFix        keep links as they are; else those that lead into what is\n"
	"                  captured begin at the image's root, and those that lead out\n"
	"                  are left out\n"
	"  /EA             extended attributes: they are captured anyway\n"
	"  /UnixData       of and into a folder of this machine: owner, mode, devices\n"
	"                  and extended attributes, as wimlib stores them\n"
	"  /Credentials:FILE for a share that lets no guests in: lines username=X,\n"
	"                  password=X and domain=X, as mount.cifs reads them\n"
	"\n"
	"Switches may be written as --image-file FILE, too. /English,\n"
	"/Quiet and /LogLevel:N are accepted, and change nothing. /LogPath:FILE adds what\n"
	"was done, and what went wrong, to a file.\n";

COMMAND(dism, "dism", "images of WIM files; the drivers of a Windows", usage);

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"Append-Image", dism_append_image},
	{"Apply-Image", dism_apply_image},
	{"Capture-Image", dism_capture_image},
	{"Cleanup-Mountpoints", dism_cleanup_mountpoints},
	{"Cleanup-Wim", dism_cleanup_mountpoints},
	{"Commit-Image", dism_commit_image},
	{"Commit-Wim", dism_commit_image},
	{"Delete-Image", dism_delete_image},
	{"Export-Image", dism_export_image},
	{"Get-CurrentEdition", dism_get_current_edition},
	{"Get-DriverInfo", dism_get_driver_info},
	{"Get-Drivers", dism_get_drivers},
	{"Get-ImageInfo", dism_image_info},
	{"Get-WimInfo", dism_image_info},
	{"Get-MountedImageInfo", dism_mounted_info},
	{"Get-MountedWimInfo", dism_mounted_info},
	{"List-Image", dism_list_image},
	{"Mount-Image", dism_mount_image},
	{"Mount-Wim", dism_mount_image},
	{"Optimize-Image", dism_optimize_image},
	{"Remount-Image", dism_remount_image},
	{"Remount-Wim", dism_remount_image},
	{"Set-BootStorage", dism_set_boot_storage},
	{"Split-Image", dism_split_image},
	{"Unmount-Image", dism_unmount_image},
	{"Unmount-Wim", dism_unmount_image},
	{"Verify-Image", dism_verify_image},
};

// Compares without regard to case and hyphens.
static bool is_same(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '-')
			a++;
		while (*b == '-')
			b++;
		if (strncasecmp(a, b, 1))
			return false;
		if (!*a)
			return true;
	}
}

static const struct verb *find_verb(const char *word)
{
	if (word[0] != '/' && strncmp(word, "--", 2))
		return NULL;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (is_same(word + 1, verbs[i].name))
			return &verbs[i];
	return NULL;
}

// What is done elsewhere with images and packages of a Windows.
static bool is_for_windows(const char *word)
{
	static const char *const words[] = {
		"Online",         "Cleanup-Image",  "Add-Driver",
		"Remove-Driver",  "Export-Driver",  "Add-Package",
		"Remove-Package", "Enable-Feature",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncasecmp(word + 1, words[i], strlen(words[i])) &&
		    strchr(":=", word[1 + strlen(words[i])]))
			return true;
	return false;
}

// The first word that can be an operation: one without a value.
static const char *meant_as_verb(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strchr("/-", *argv[i]) && !strpbrk(argv[i], ":="))
			return argv[i];
	return argv[1];
}

static int no_verb(int argc, char **argv)
{
	char text[CMD_SIMILAR_TEXT], slashed[64];
	const char *word;
	struct cmd_similar s;

	if (argc < 2)
		return cmd_misuse("dism", "say what is to be done: "
					  "/Get-ImageInfo, "
					  "/Apply-Image, /Capture-Image, ...");
	word = meant_as_verb(argc, argv);
	// Whoever left out the slash is shown it.
	snprintf(slashed, sizeof(slashed), "/%s", word);
	cmd_similar_begin(&s, *word == '/' || !strncmp(word, "--", 2)
				      ? word
				      : slashed);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		cmd_similar_add(&s, verbs[i].name);
	return cmd_misuse("dism", "%s%sno such operation%s", word,
			  err_colon(word), cmd_similar_end(&s, text));
}

static int run(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (*argv[i] == '/' && is_for_windows(argv[i]))
			return cmd_misuse("dism",
					  "%s: not done here; images of WIM "
					  "files are captured, applied and "
					  "exported, and a Windows that does "
					  "not run is looked at "
					  "(/Image:W:\\ /Get-Drivers)",
					  argv[i]);
	for (int i = 1; i < argc; i++) {
		const struct verb *verb = find_verb(argv[i]);

		if (!verb)
			continue;
		memmove(argv + i, argv + i + 1,
			(size_t)(argc - i) * sizeof(*argv));
		return verb->run(argc - 1, argv);
	}
	return no_verb(argc, argv);
}

static int cmd_dism(int argc, char **argv)
{
	int status = dism_log_begin(argc, argv);

	if (status)
		return status;
	status = run(dism_drop_common(argc, argv), argv);
	return dism_log_end(status);
}
