// SPDX-License-Identifier: MIT
//
// imagex: the verbs of dism by the words of Windows 7's tool, in which a file, an
// image and a folder stand one after another.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dism.h"

static const char usage[] =
	"usage: imagex /capture VOLUME FILE \"NAME\" [\"DESCRIPTION\"] [/boot] [/check]\n"
	"              [/compress none|fast|maximum] [/config LIST] [/flags EDITION]\n"
	"              [/norpfix] [/verify]\n"
	"       imagex /append VOLUME FILE \"NAME\" [\"DESCRIPTION\"] [/boot] [/check]\n"
	"              [/config LIST] [/flags EDITION] [/norpfix] [/verify]\n"
	"       imagex /apply FILE IMAGE VOLUME [/check] [/ref PATTERN] [/verify]\n"
	"       imagex /info FILE [IMAGE [\"NAME\" [\"DESCRIPTION\"]]] [/boot] [/check]\n"
	"              [/flags EDITION] [/xml]\n"
	"       imagex /dir FILE IMAGE\n"
	"       imagex /export FILE IMAGE|* FILE [\"NAME\"] [/boot] [/check]\n"
	"              [/compress none|fast|maximum|recovery] [/ref PATTERN]\n"
	"       imagex /delete FILE IMAGE [/check]\n"
	"       imagex /split FILE FILE MB [/check]\n"
	"       imagex /mount FILE IMAGE FOLDER\n"
	"       imagex /mountrw FILE IMAGE FOLDER\n"
	"       imagex /unmount [/commit] FOLDER\n"
	"       imagex /remount FOLDER\n"
	"       imagex /cleanup\n"
	"\n"
	"Images of WIM files as ImageX has them; IMAGE is a number or a name. VOLUME\n"
	"and FILE are addresses: disk.img@3:\\, win.vhd@1:\\, folders and files of this\n"
	"machine. dism does the same by other words, and tells of each in its help.\n"
	"/scroll shows progress a line at a time, /progress bar|lines|json|none as it\n"
	"says. /temp DIR and /logfile FILE are read over.\n";

COMMAND(imagex, "imagex", "capture, show and apply images of WIM files", usage);

#define WORDS 4

// A verb, and which switches of dism its words are.
static const struct form {
	const char *name, *progress;
	int (*run)(int argc, char **argv);
	unsigned least;           // words
	const char *words[WORDS]; // "": an image, by number or name
	const char *done;
} forms[] = {
	{"append",
	 "Appending",
	 dism_append_image,
	 3,
	 {"CaptureDir", "ImageFile", "Name", "Description"},
	 "Successfully appended image."},
	{"apply",
	 "Applying",
	 dism_apply_image,
	 3,
	 {"ImageFile", "", "ApplyDir"},
	 "Successfully applied image."},
	{"capture",
	 "Capturing",
	 dism_capture_image,
	 3,
	 {"CaptureDir", "ImageFile", "Name", "Description"},
	 "Successfully captured image."},
	{"cleanup", NULL, dism_cleanup_mountpoints, 0, {NULL}, ""},
	{"delete",
	 "Deleting",
	 dism_delete_image,
	 2,
	 {"ImageFile", ""},
	 "Successfully deleted image."},
	{"dir", "Reading", dism_list_image, 2, {"ImageFile", ""}, ""},
	{"export",
	 "Exporting",
	 dism_export_image,
	 3,
	 {"SourceImageFile", "Source", "DestinationImageFile",
	  "DestinationName"},
	 "Successfully exported image."},
	{"info",
	 "Reading",
	 imagex_info,
	 1,
	 {"ImageFile", "", "NewName", "NewDescription"},
	 ""},
	{"mount",
	 "Mounting",
	 dism_mount_image,
	 3,
	 {"ImageFile", "", "MountDir"},
	 "Successfully mounted image."},
	{"mountrw",
	 "Mounting",
	 dism_mount_image,
	 3,
	 {"ImageFile", "", "MountDir"},
	 "Successfully mounted image (RW)."},
	{"remount",
	 "Remounting",
	 dism_remount_image,
	 1,
	 {"MountDir"},
	 "Successfully remounted image."},
	{"split",
	 "Splitting",
	 dism_split_image,
	 3,
	 {"ImageFile", "SWMFile", "FileSize"},
	 "Successfully split image file."},
	{"unmount",
	 "Unmounting",
	 dism_unmount_image,
	 1,
	 {"MountDir"},
	 "Successfully unmounted image."},
};

static const char COMMIT[] = "Commit";

// Switches by their names here and there; NULL: read over.
static struct {
	char name[16];
	const char *there;
	bool has_value;
} renamed[] = {
	{"--boot", "Bootable", false},    {"--check", "CheckIntegrity", false},
	{"--compress", "Compress", true}, {"--config", "ConfigFile", true},
	{"--flags", "Flags", true},       {"--norpfix", "NoRpFix", false},
	{"--ref", "SWMFile", true},       {"--verify", "Verify", false},
	{"--xml", "Xml", false},          {"--progress", "Progress", true},
	{"--commit", COMMIT, false},      {"--scroll", NULL, false},
	{"--temp", NULL, true},           {"--logfile", NULL, true},
};
#define RENAMED (sizeof(renamed) / sizeof(renamed[0]))

static const struct form *find_form(const char *word)
{
	if (word[0] != '/' && strncmp(word, "--", 2))
		return NULL;
	word += word[0] == '/' ? 1 : 2;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!strcasecmp(word, forms[i].name))
			return &forms[i];
	return NULL;
}

// The words for dism, made one by one.
struct line {
	char *words[1 + WORDS + RENAMED + 2];
	int count;
	bool failed;
};

static void add(struct line *line, const char *name, const char *value)
{
	char *word;

	if (asprintf(&word, "/%s%s%s", name, *value ? ":" : "", value) < 0)
		line->failed = true;
	else
		line->words[line->count++] = word;
}

static void add_image(struct line *line, const char *prefix, const char *image)
{
	char name[16];
	bool is_number = image[strspn(image, "0123456789")] == 0 ||
			 (*prefix && !strcmp(image, "*"));

	snprintf(name, sizeof(name), "%s%s", prefix,
		 is_number ? "Index" : "Name");
	add(line, name, image);
}

static void add_word(struct line *line, const char *what, const char *word)
{
	if (!*what || !strcmp(what, "Source"))
		add_image(line, what, word);
	else
		add(line, what, word);
}

// What dism wants to be told, and a verb here means.
static void add_meant(struct line *line, const struct form *form,
		      bool is_commit)
{
	if (!strcmp(form->name, "mount"))
		add(line, "ReadOnly", "");
	if (!strcmp(form->name, "unmount") && !is_commit)
		add(line, "Discard", "");
}

// A switch may be called as a folder of this machine is, "/boot" above all: its
// other form is never a path.
static void mark_switches(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < RENAMED; k++)
			if (argv[i][0] == '/' &&
			    !strcasecmp(argv[i] + 1, renamed[k].name + 2))
				argv[i] = renamed[k].name;
}

static int unexpected(const char *word, const struct cmd_switch *table)
{
	while (table->name && strcmp(table->name, "ref"))
		table++;
	return cmd_misuse("imagex", "%s: unexpected%s", word,
			  table->name && table->value
				  ? "; /ref takes one name or pattern, as "
				    "install*.swm"
				  : "");
}

static int translate(const struct form *form, int argc, char **argv,
		     struct line *line)
{
	struct cmd_switch table[RENAMED + 1] = {{0}};
	bool is_commit = false;
	int words, r;

	for (size_t i = 0; i < RENAMED; i++)
		table[i] = (struct cmd_switch){renamed[i].name + 2,
					       renamed[i].has_value, NULL};
	mark_switches(argc, argv);
	r = cmd_switches(argc, argv, table, &words);
	if (r)
		return r;
	if ((unsigned)words < form->least)
		return cmd_misuse("imagex", "/%s: words are missing",
				  form->name);
	for (int i = 0; i < words; i++) {
		if (i == WORDS || !form->words[i])
			return unexpected(argv[1 + i], table);
		add_word(line, form->words[i], argv[1 + i]);
	}
	for (size_t i = 0; i < RENAMED; i++) {
		if (table[i].value && renamed[i].there)
			add(line, renamed[i].there, table[i].value);
		else if (table[i].value && !strcmp(table[i].name, "scroll"))
			add(line, "Progress", DISM_SCROLL);
		is_commit |= table[i].value && renamed[i].there == COMMIT;
	}
	add_meant(line, form, is_commit);
	return line->failed ? CMD_FAILED : 0;
}

static int run(const struct form *form, int argc, char **argv)
{
	const struct dism_speaker speaker = {
		.name = "imagex",
		.title = "ImageX Tool",
		.note = "Of Slipway; not a program of Microsoft's.",
		.done = form->done,
		.is_timed = *form->done,
		.progress = form->progress,
	};
	struct line line = {.count = 1};
	int r = translate(form, argc, argv, &line);

	line.words[0] = argv[0];
	dism_speak_as(&speaker);
	if (!r)
		r = form->run(line.count, line.words);
	for (int i = 1; i < line.count; i++)
		free(line.words[i]);
	return r;
}

static int cmd_imagex(int argc, char **argv)
{
	char text[CMD_SIMILAR_TEXT];
	struct cmd_similar s;

	for (int i = 1; i < argc; i++) {
		const struct form *form = find_form(argv[i]);

		if (!form)
			continue;
		memmove(argv + i, argv + i + 1,
			(size_t)(argc - i) * sizeof(*argv));
		return run(form, argc - 1, argv);
	}
	if (argc < 2)
		return cmd_misuse("imagex", "say what is to be done: /capture, "
					    "/apply, /info, ...");
	cmd_similar_begin(&s, argv[1]);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		cmd_similar_add(&s, forms[i].name);
	return cmd_misuse("imagex", "%s: no such operation%s", argv[1],
			  cmd_similar_end(&s, text));
}
