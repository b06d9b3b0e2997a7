// SPDX-License-Identifier: MIT
//
// What the files of the command dism share.

#ifndef DISM_H
#define DISM_H

#include "../cmd.h"
#include "../credentials.h"
#include "wim.h"

// An image file, and the image in it that /Index or /Name chose.
struct dism_image {
	const char *path; // as given
	struct credentials credentials;
	struct wim *wim;
	uint32_t index; // 0: none was chosen
};

// The switches by which all verbs name an image: the first entries of their
// tables.
#define DISM_IMAGE_SWITCHES                                                    \
	{"ImageFile", true, NULL}, {"WimFile", true, NULL},                    \
		{"Index", true, NULL}, {"Name", true, NULL},                   \
		{"SWMFile", true, NULL},                                       \
	{                                                                      \
		"Credentials", true, NULL                                      \
	}
#define DISM_IMAGE_SWITCH_COUNT 6

// Reads the switches of a verb that takes no other words, and prepares the
// progress that `style`, one of them, asks for.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int dism_read_switches(int argc, char **argv, struct cmd_switch *switches,
		       const struct cmd_switch *style,
		       struct cmd_progress *progress);

// Opens the image that these switches name, and says what is wrong when it
// cannot be. `needs_image`: an image must be chosen. dism_close when done; *ret
// stays where it is until then.
// Returns CMD_OK, CMD_FAILED or CMD_MISUSE.
int dism_open(const struct cmd_switch *switches, bool needs_image,
	      struct dism_image *ret);

// Opens an image file by its name, and those of a split one that match a pattern
// (NULL: none), with who logs on to a share from a file (NULL: nobody). *image is all
// zero before, and dism_close ends it also when this failed.
// Returns as credentials_read, image_names_match and wim_open_files.
int dism_open_image(const char *path, const char *pattern,
		    const char *credentials, struct dism_image *image,
		    struct err *err);

// As dism_open, for a verb that has these switches alone: reads them first.
int dism_open_named(int argc, char **argv, bool needs_image,
		    struct dism_image *ret);

// What a verb does with the image that its switches name.
typedef int dism_run_fn(const struct dism_image *image,
			const struct cmd_switch *switches,
			struct progress *progress, struct err *err);

// All of such a verb: reads its switches, of which `style` is that of progress, opens
// the image as dism_open does, and says how `run` ended.
// Returns the command's exit status.
int dism_on_image(int argc, char **argv, struct cmd_switch *switches,
		  const struct cmd_switch *style, bool needs_image,
		  dism_run_fn *run);

// Checks the name that an image is to have; NULL is fine.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int dism_check_name(const char *name);

// Closes what dism_open opened.
void dism_close(struct dism_image *image);

// The command that speaks: dism, or imagex, which does the same by other words.
struct dism_speaker {
	const char *name, *title;
	const char *note; // a line below the title, or NULL
	const char *done; // said when all went well
	bool is_timed;    // and how long it took
	// What progress is called ("Applying"). NULL: what is done is said before,
	// and a bar shows how far it is.
	const char *progress;
};

// Has another one speak than dism. Returns nothing; it is borrowed.
void dism_speak_as(const struct dism_speaker *speaker);

// Returns the name of the command.
const char *dism_name(void);

// Returns the speaker's word for progress, or NULL.
const char *dism_progress_word(void);

// The style of progress that has a line for each step.
#define DISM_SCROLL "scroll"

// Prepares progress in the speaker's manner, or in the style that is asked for.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int dism_progress_init(struct cmd_progress *p, const char *style);

// Prints what is done now, of a speaker whose progress does not say it.
void dism_say(const char *what);

// Prints why something failed, and adds it to the log. Returns the exit status.
int dism_fail(const char *object, const struct err *err);

// Opens the log that /LogPath names, if one does. Returns 0, or the exit status
// after saying why not.
int dism_log_begin(int argc, char **argv);

// Ends it. Returns `status`.
int dism_log_end(int status);

// Returns the value of /LogPath, or NULL.
const char *dism_log_path(int argc, char **argv);

// Takes out of the words what may be said with any verb. Returns how many are left.
int dism_drop_common(int argc, char **argv);

// Returns the folder for what is written meanwhile: that of /ScratchDir, or TMPDIR.
const char *dism_scratch_dir(void);

struct capture_result;

// Warns of what a capture left out.
void dism_warn_captured(const struct capture_result *result);

// Prints what every verb begins with.
void dism_begin(void);

// Prints that all went well. Returns CMD_OK.
int dism_done(void);

// The verbs, each in a file of its own; argv[1..] is without the verb. Return
// the command's exit status.
int dism_append_image(int argc, char **argv);
int dism_apply_image(int argc, char **argv);
int dism_capture_image(int argc, char **argv);
int dism_cleanup_mountpoints(int argc, char **argv);
int dism_commit_image(int argc, char **argv);
int dism_delete_image(int argc, char **argv);
int dism_export_image(int argc, char **argv);
int dism_get_current_edition(int argc, char **argv);
int dism_get_driver_info(int argc, char **argv);
int dism_get_drivers(int argc, char **argv);
int dism_image_info(int argc, char **argv);
int dism_list_image(int argc, char **argv);
int dism_mount_image(int argc, char **argv);
int dism_mounted_info(int argc, char **argv);
int dism_optimize_image(int argc, char **argv);
int dism_remount_image(int argc, char **argv);
int dism_set_boot_storage(int argc, char **argv);
int dism_split_image(int argc, char **argv);
int dism_unmount_image(int argc, char **argv);
int dism_verify_image(int argc, char **argv);

// What imagex alone has.
int imagex_info(int argc, char **argv);

#endif
