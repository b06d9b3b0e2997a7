// SPDX-License-Identifier: MIT
//
// libimage: captures. A volume or a folder becomes the tree of an image and a list
// of the content that belongs to it, ready to be written (wim_write.h).
//
//     struct capture_options options = {.rules = rules};
//     struct wim_content *const *list;
//     struct capture *c;
//     size_t count;
//     capture_ntfs(volume, "\\", &options, progress, &c, &err);
//     list = capture_content(c, &count);
//     wim_writer_create(file, &write_options, &writer, &err);
//     wim_writer_add_content(writer, list, count, progress, &err);
//     capture_windows(c, &info.properties, &info.property_count, &err);
//     wim_writer_add_image(writer, capture_image(c), &info, &err);
//     wim_writer_finish(writer, progress, &err);
//     wim_writer_free(writer);
//     capture_free(c);
//
// An NTFS volume is read without a mount: its file records first, from the first to
// the last, and then content in the order in which it lies on the disk.
//
// Content is not read before it is written, and what cannot be read then fails by
// name. What is known before not to become part of the image is left out,
// counted, and named: see struct capture_result. Who wants all or nothing looks at
// it before anything is written.
//
// Threads: one at a time a capture.

#ifndef CAPTURE_H
#define CAPTURE_H

#include "ntfs.h"
#include "wim_write.h"

struct tree;

// --- What is left out on purpose ---------------------------------------------
// A configuration list as DISM takes it (/ConfigFile:WimScript.ini). Of its
// sections [ExclusionList] says what is left out, and [ExclusionException] what is
// not, even so. A line of them is the path of a file or folder from the root of
// what is captured, when it begins with a backslash, or else the end of a path,
// anywhere. * and ? may stand in each part of it, case does not count, quotes
// around it are taken off. A folder counts with all that is in it; an exception in
// a folder that is left out brings that folder with it, and nothing else of it.
// [CompressionExclusionList] and [CompressionExclusionException] say in the same way
// which files are stored as they are, not compressed. The other sections that
// Windows' programs know (CompressionFolderList, AlignmentList, PrepopulateList) are
// read, and have no bearing.

struct capture_rules;

// The list that counts when there is no other one, which leaves out \$ntfs.log,
// \hiberfil.sys, \pagefile.sys, \swapfile.sys, \System Volume Information,
// \RECYCLER, \$Recycle.Bin and \Windows\CSC.
// Returns 0 or -ENOMEM. Free with capture_rules_free.
MUST_CHECK
int capture_rules_new(struct capture_rules **ret, struct err *err);

// Reads a list of `size` bytes: UTF-16 with its mark, UTF-8, or Windows-1252; `what`
// names it for messages. A list without [ExclusionList] keeps the one that
// capture_rules_new gives.
// Returns 0, -EBADMSG (err has the line) for a section that is not known, a line
// outside of any, or a path that no file can have, -EFBIG for more than 1 MiB or
// 10000 lines, or -ENOMEM.
MUST_CHECK
int capture_rules_parse(const void *text, size_t size, const char *what,
			struct capture_rules **ret, struct err *err);

// Frees; NULL is fine.
void capture_rules_free(struct capture_rules *rules);

// --- Capturing ---------------------------------------------------------------

struct capture_options {
	const struct capture_rules *rules; // NULL: nothing is left out

	// /NoRpFix: junctions and absolute symbolic links are captured as they
	// are. Else the targets of those that lead into what is captured become
	// paths from the image's root, and those that lead out of it are left
	// out. To be told to the writer: wim_write_options.rp_fix is the opposite.
	bool keep_links;

	// Without keep_links: those that lead out are kept, as they are.
	bool keep_outer;

	// The drive letter that links call the volume by; 0: it is not known, and
	// each link's letter is taken for it.
	char letter;

	// Of the host: owner, group, mode and extended attributes too, and devices,
	// pipes and sockets, as wimlib stores them (--unix-data). Without it
	// devices, pipes and sockets are left out. Of NTFS volumes, whose extended
	// attributes are captured anyway: what those of WSL say of a file, so too.
	bool unix_data;

	// Of the host: the file that the image is written to, which is no part of
	// it. NULL: it is none, or elsewhere.
	const char *output;

	// Of an NTFS volume: returns the SHA-1 of a stream that lies at `off` of it
	// in one piece of `size` bytes, or NULL. Such content is not read when it
	// is in the WIM already (wim_content.known). NULL: nothing is known.
	const uint8_t *(*known)(void *ctx, uint64_t off, uint64_t size);
	void *ctx;
};

// Why a file or folder is not in the image, or not as it was.
enum capture_loss {
	CAPTURE_ENCRYPTED,        // a file that EFS encrypted
	CAPTURE_ENCRYPTED_FOLDER, // is there, without that attribute
	CAPTURE_ELSEWHERE,  // its content is not in the volume: a reparse point
			    // stands for it (cloud files, deduplication, ...)
	CAPTURE_LINK_OUT,   // a link that leads out; see keep_links
	CAPTURE_ORPHAN,     // a file of the volume that no folder leads to
	CAPTURE_SPECIAL,    // a device, pipe or socket of the host
	CAPTURE_NAME,       // a name that an image cannot hold
	CAPTURE_CHANGED,    // a file of the host that went away meanwhile
	CAPTURE_OUTPUT,     // the file that the image is written to
	CAPTURE_TORN,       // is there, and was written to while it was read
	CAPTURE_ATTRIBUTES, // is there, without extended attributes of the host
			    // that an image cannot hold
	CAPTURE_LOSSES
};

#define CAPTURE_FIRST 3

struct capture_lost {
	uint64_t count;
	char *first[CAPTURE_FIRST]; // the paths of the first; NULL: fewer
};

struct capture_result {
	uint64_t files, folders, links; // links: further names of a file
	uint64_t bytes;                 // of content, before it is deduplicated
	uint64_t streams, reparse_points;
	uint64_t
		excluded; // files and folders that rules name, without those in
			  // such folders
	struct capture_lost lost[CAPTURE_LOSSES];
};

struct capture;

// Captures a folder of an NTFS volume ("\\": all of it) with all that is in it. The
// system's own files are no part of it. The volume is borrowed until capture_free,
// and must not change; the options, but for rules during the call, are copied.
// Returns 0, -ENOENT and -ENOTDIR for the folder, -EBADMSG when the volume is
// corrupt (a file's record cannot be read, a folder has two names, two names are
// equal, ...), -EFBIG over a limit, -ECANCELED, -ENOMEM, or the device's error.
MUST_CHECK
int capture_ntfs(struct ntfs *n, const char *folder,
		 const struct capture_options *options,
		 struct progress *progress, struct capture **ret,
		 struct err *err);

// Captures a folder of any tree (tree.h), FAT volumes above all: names, 8.3 names,
// times, attributes and content. Links are left out. The tree is borrowed until
// capture_free.
// Returns as capture_ntfs and tree_list.
MUST_CHECK
int capture_tree(struct tree *t, const char *folder,
		 const struct capture_options *options,
		 struct progress *progress, struct capture **ret,
		 struct err *err);

// Captures a folder of the host, by its path, with the file systems that are
// mounted in it: files, folders, symbolic links (as Windows' links), hard links,
// times, and with unix_data what else there is. Absolute links into the folder are made paths from the image's root unless
// keep_links says otherwise; others stay as they are. A file is opened when it is
// its turn, and one that is shorter by then is an error.
// Returns 0, -ENOTDIR, -EFBIG, -ECANCELED, -ENOMEM, or what the system says of a
// folder or file that cannot be read.
MUST_CHECK
int capture_host(const char *folder, const struct capture_options *options,
		 struct progress *progress, struct capture **ret,
		 struct err *err);

// Returns the image, finished; the capture's own.
struct wim_image *capture_image(const struct capture *c);

// Returns all content in the order in which it is best read. The list is the
// capture's own.
struct wim_content *const *capture_content(const struct capture *c,
					   size_t *ret_count);

// Returns what was captured and what was not.
const struct capture_result *capture_get_result(const struct capture *c);

// Returns what a loss means, as the end of a sentence that begins with a file's
// name: "is encrypted (EFS), and left out".
const char *capture_loss_text(enum capture_loss loss);

// Finds out what the XML data says of a Windows: reads the hives SOFTWARE and
// SYSTEM of the captured tree, and gives elements below WINDOWS (ARCH, PRODUCTNAME,
// EDITIONID, INSTALLATIONTYPE, PRODUCTTYPE, PRODUCTSUITE, LANGUAGES, VERSION,
// SYSTEMROOT). *ret is the capture's own, and empty when there is no Windows in the
// tree, or none whose hives can be read.
// Returns 0, -ENOMEM, or the device's error.
MUST_CHECK
int capture_windows(struct capture *c, const struct wim_property **ret,
		    size_t *ret_count, struct err *err);

// Frees all of it; NULL is fine.
void capture_free(struct capture *c);

#endif
