// SPDX-License-Identifier: MIT
//
// What a session says: sentences, errors, sizes, percentages.
//
// Windows' sentences for errors of its Virtual Disk Service: Microsoft, "Virtual
// Disk Service Common Return Codes", and public logs of DiskPart.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diskpart_priv.h"

void diskpart_say(struct diskpart *d, const char *fmt, ...)
{
	char small[1024], *text = small;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (len >= (int)sizeof(small)) {
		text = mem_alloc((size_t)len + 1);
		if (text) {
			va_start(args, fmt);
			vsnprintf(text, (size_t)len + 1, fmt, args);
			va_end(args);
		}
	}
	d->how.write(d->how.ctx, text ? text : small);
	if (text != small)
		mem_free(text);
}

void diskpart_greet(struct diskpart *d)
{
	diskpart_say(d,
		     "\nSlipway DiskPart version %s\n"
		     "\nThe language is that of Microsoft's DiskPart; "
		     "the program is not.\nOn computer: %s\n",
		     d->how.version, d->how.computer);
}

enum diskpart_status diskpart_done(struct diskpart *d, const char *sentence)
{
	diskpart_say(d, "\n%s\n", sentence);
	return DISKPART_OK;
}

// --- Errors ------------------------------------------------------------------

static const struct sentence {
	int code; // errno
	const char *text;
} sentences[] = {
	{ENOSPC, "There is not enough usable space for this operation."},
	{EBUSY, "The device is currently in use."},
	{ENODEV, "The object is not found."},
	{ESTALE, "The object is not found."},
	{ENXIO, "The operation is not allowed on a disk that is offline."},
	{EROFS, "The media is write protected."},
	{EIO, "The request could not be performed because of an I/O device "
	      "error."},
	{ENOENT, "The system cannot find the file specified."},
	{EACCES, "Access is denied."},
	{EPERM, "The operation is not allowed on the specified disk, "
		"partition, or volume."},
	{EEXIST, "The specified object already exists."},
	{EALREADY, "The object is in the requested state already."},
	{ENOTSUP, "The operation is not supported by the object."},
	{EFBIG, "The specified size is too large."},
	{EBADMSG, "The object's data is not valid."},
	{ECANCELED, "The operation was canceled."},
	{0, "The parameter is incorrect."}, // all others
};

static const char *sentence_of(int r)
{
	const struct sentence *s = sentences;

	while (s->code && s->code != -r)
		s++;
	return s->text;
}

// What to do about an error whatever failed, or NULL.
static const char *next_of(int r)
{
	switch (r) {
	case -ENODEV:
	case -ESTALE:
		return "RESCAN looks at the disks anew.";
	case -ENXIO:
		return "ONLINE DISK takes it online.";
	case -EROFS:
		return "DETAIL DISK and DETAIL VOLUME tell what is read-only; "
		       "ATTRIBUTES clears it.";
	default:
		return NULL;
	}
}

enum diskpart_status diskpart_failed(struct diskpart *d, int r,
				     const struct err *err)
{
	const char *next = next_of(r);
	char text[ERR_TEXT];

	if (r == -ENOMEM) {
		diskpart_say(d, "\nDiskPart has encountered an error: Not "
				"enough memory resources are available.\n");
		return DISKPART_FATAL;
	}
	diskpart_say(d, "\nVirtual Disk Service error:\n%s\n%s\n",
		     sentence_of(r), err_format(err, text, sizeof(text)));
	if (next)
		diskpart_say(d, "%s\n", next);
	return r == -ECANCELED ? DISKPART_FATAL : DISKPART_FAILED;
}

static void say_both(struct diskpart *d, const char *sentence, const char *next)
{
	diskpart_say(d, "\n%s\n%s\n", sentence, next);
}

enum diskpart_status diskpart_object(struct diskpart *d, const char *sentence,
				     const char *next)
{
	say_both(d, sentence, next);
	return DISKPART_OBJECT;
}

enum diskpart_status diskpart_refuse(struct diskpart *d, const char *sentence,
				     const char *next)
{
	say_both(d, sentence, next);
	return DISKPART_FAILED;
}

enum diskpart_status diskpart_misuse(struct diskpart *d,
				     const struct command *command,
				     const char *why)
{
	char name[DISKPART_NAME];

	diskpart_say(d,
		     "\nThe arguments specified for this command are not "
		     "valid.\nFor more information on the command type: "
		     "HELP%s%s\n%s\n",
		     command ? " " : "",
		     command ? diskpart_command_name(command, name) : "", why);
	return DISKPART_MISUSE;
}

// --- Sizes -------------------------------------------------------------------

// The largest unit that leaves 8 or more, rounded down: 7728 MB, 9 GB.
const char *diskpart_size(uint64_t bytes, char text[DISKPART_SIZE])
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	size_t u = 0;

	// bytes alone are shown for 0: a sector is 512 B, 1 MiB is 1024 KB
	while (bytes >= (u ? 8192 : 1024) && u < 4) {
		bytes >>= 10;
		u++;
	}
	snprintf(text, DISKPART_SIZE, "%llu %s", (unsigned long long)bytes,
		 units[u]);
	return text;
}

// --- Percentages -------------------------------------------------------------

static int draw(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	struct diskpart *d = ctx;
	unsigned percent;

	if (!d->how.is_terminal || !total)
		return 0;
	percent = (unsigned)((double)done * 100 / (double)total);
	if (percent == d->percent || percent > 99)
		return 0;
	d->percent = percent;
	diskpart_say(d, "\r  %3u percent completed", percent);
	return 0;
}

struct progress *diskpart_begin_progress(struct diskpart *d)
{
	d->progress = (struct progress){.report = draw, .ctx = d};
	d->percent = 0;
	if (d->how.is_terminal)
		diskpart_say(d, "\n    0 percent completed");
	return &d->progress;
}

void diskpart_end_progress(struct diskpart *d, bool is_done)
{
	if (is_done)
		diskpart_say(d, "%c  100 percent completed\n",
			     d->how.is_terminal ? '\r' : '\n');
	else if (d->how.is_terminal)
		diskpart_say(d, "\r%24s\r", "");
}

const char *diskpart_yes_no(bool is)
{
	return is ? "Yes" : "No";
}
