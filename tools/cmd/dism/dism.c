// SPDX-License-Identifier: MIT
//
// dism: images in WIM files. The switch that is a verb chooses the function
// that does the rest.

#include <string.h>
#include <strings.h>

#include "dism.h"

static const char usage[] =
	"usage: dism /Get-ImageInfo /ImageFile:FILE [/Index:N | /Name:NAME]\n"
	"       dism /List-Image /ImageFile:FILE /Index:N | /Name:NAME\n"
	"       dism /Apply-Image /ImageFile:FILE /Index:N | /Name:NAME\n"
	"            /ApplyDir:VOLUME [/CheckIntegrity] [/Verify] [--replace]\n"
	"            [--progress bar|lines|json|none]\n"
	"\n"
	"  /Get-ImageInfo  tell what images a WIM file holds, or all of one "
	"image\n"
	"                  (also /Get-WimInfo)\n"
	"  /List-Image     list the files of an image\n"
	"\n"
	"  /Apply-Image    build the volume anew with the image's files; each "
	"is\n"
	"                  checked against its hash as it is written, and with "
	"/Verify\n"
	"                  before, too: nothing is touched when one does not fit\n"
	"\n"
	"  /ApplyDir:VOLUME a volume's address: disk.img@3:\\, win.vhd@1:\\\n"
	"  --replace       even if the volume holds files: they are destroyed\n"
	"  /ImageFile:FILE the WIM file (also /WimFile), or its address within\n"
	"                  disks: stick.img@1:\\sources\\install.wim; or another\n"
	"                  machine's: http://server/install.wim,\n"
	"                  \\\\server\\share\\install.wim, "
	"nfs://server/export/install.wim\n"
	"  /Index:N        an image by its number, from 1\n"
	"  /Name:NAME      an image by its name\n"
	"  /SWMFile:PATTERN the parts of a split image, install*.swm; not needed "
	"when\n"
	"                  they are called install.swm, install2.swm, and so on\n"
	"  /Credentials:FILE for a share that lets no guests in: lines username=X,\n"
	"                  password=X and domain=X, as mount.cifs reads them\n"
	"\n"
	"Switches may be written as --image-file FILE, too.\n";

COMMAND(dism, "dism", "show and apply images of WIM files", usage);

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"Apply-Image", dism_apply_image},
	{"Get-ImageInfo", dism_image_info},
	{"Get-WimInfo", dism_image_info},
	{"List-Image", dism_list_image},
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
		"Online",        "Image",       "Mount-Image",   "Mount-Wim",
		"Unmount-Image", "Unmount-Wim", "Capture-Image", "Append-Image",
		"Export-Image",  "Split-Image", "Cleanup-Image", "Add-Driver",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncasecmp(word + 1, words[i], strlen(words[i])) &&
		    strchr(":=", word[1 + strlen(words[i])]))
			return true;
	return false;
}

static int no_verb(int argc, char **argv)
{
	char text[CMD_SIMILAR_TEXT];
	struct cmd_similar s;

	if (argc < 2)
		return cmd_misuse("dism", "say what is to be done: "
					  "/Get-ImageInfo, /List-Image or "
					  "/Apply-Image");
	for (int i = 1; i < argc; i++)
		if (*argv[i] == '/' && is_for_windows(argv[i]))
			return cmd_misuse("dism",
					  "%s: not done here; "
					  "/Get-ImageInfo, /List-Image "
					  "and /Apply-Image are",
					  argv[i]);
	cmd_similar_begin(&s, argv[1]);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		cmd_similar_add(&s, verbs[i].name);
	return cmd_misuse("dism",
			  "%s: none of /Get-ImageInfo, /List-Image "
			  "and /Apply-Image%s",
			  argv[1], cmd_similar_end(&s, text));
}

static int cmd_dism(int argc, char **argv)
{
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
