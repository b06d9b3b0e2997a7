// SPDX-License-Identifier: MIT
//
// libimage: an image into what is there already: a folder of the host, of a volume
// that holds files, or of a FAT volume. What is built anew, and faster, is for
// image.h.
//
//     struct into_options options = {.threads = 0};
//     struct into_result result;
//     image_into_host(wim, 1, "out", &options, progress, &result, &err);
//
// Files that are there are replaced by those of the image, folders are added to.
// What a place cannot hold is left out, or is there without it; each such loss is
// counted, and the first ones are named.
//
// The image's names never lead out of the folder, also not through links that were
// in it or come with the image: none is followed.

#ifndef IMAGE_INTO_H
#define IMAGE_INTO_H

#include "ntfs.h"
#include "tree.h"
#include "wim.h"

struct into_options {
	unsigned threads; // workers; 0: one a core
	bool verify;      // all content is read before anything is written
	bool keep_links;  // /NoRpFix: absolute links as they are in the image;
		// else, when the image has them from its root on, they
		// lead into the folder
	bool unix_data; // of the host: owner, group, mode, extended attributes,
			// devices, as wimlib stores them, or WSL's
			// extended attributes. NTFS gets those anyway
};

enum into_loss {        // what became of a file or folder
	INTO_NAME,      // left out: the place cannot hold its name
	INTO_SIZE,      // left out: larger than the place's files can be
	INTO_REPARSE,   // left out: a reparse point that the place has not
	INTO_ENCRYPTED, // left out: as EFS exported it
	INTO_ENCRYPTED_FOLDER, // without the attribute that has what is put into it
			       // encrypted
	INTO_COMPRESSED, // NTFS: without the attribute that it compresses it, or
			 // what is put into it
	INTO_SPECIAL,    // left out: a device, pipe or socket
	INTO_STREAMS,    // without its named streams
	INTO_SECURITY,   // without its security descriptor
	INTO_ATTRIBUTES, // without attributes that the place does not have
	INTO_EA,         // without extended attributes
	INTO_UNIX,       // without owner, mode or extended attributes of Linux
	INTO_LINKS,      // a further name, as a file of its own
	INTO_OBJECT_ID,  // without its object id: another file has it
	INTO_LOSSES
};

#define INTO_FIRST 3

struct into_lost {
	uint64_t count;
	char first[INTO_FIRST][96]; // the paths of the first, or their ends
};

struct into_result {
	uint64_t files, folders, links; // links: further names of a file
	uint64_t bytes;                 // of file content
	struct into_lost lost[INTO_LOSSES];
};

// Returns what a loss means, as the end of a sentence that begins with a file's
// name: "is left out: ...".
const char *into_loss_text(enum into_loss loss);

// Applies image `index` to a folder of the host, which is made when it is not there.
// Files get their times, folders too; a file that is replaced is the old one until
// the new one is whole, and after a failure nothing that was new is left. Symbolic links become links, junctions too.
// Returns 0, -ENOENT for an unknown index, -EBADMSG when the image is corrupt or
// content does not match its hash, -EEXIST when a folder of the image stands where
// something else is, or the reverse, -ECANCELED, -ENOMEM, as wim_image_load and
// wim_extract, or what the system says of a file.
MUST_CHECK
int image_into_host(struct wim *w, uint32_t index, const char *folder,
		    const struct into_options *options,
		    struct progress *progress, struct into_result *ret,
		    struct err *err);

// Applies image `index` to a folder of an NTFS volume that was readied for changes
// (ntfs_change_begin), in place; the folder is made when it is not there. Everything
// that the image has of a file arrives, and a file that was there is wholly replaced.
// Until all content is read, matches its hashes and is written to free clusters, the
// volume is as it was; then the files are entered. A power cut meanwhile leaves each
// one the old one, the new one or not there, and the next change of the volume mends
// the rest.
// Returns 0, -EEXIST when a folder of the image stands where a file or link is, or
// the reverse, -ENOSPC before anything was changed, -EBADMSG, -ENOENT, -ECANCELED,
// -ENOMEM, or as wim_extract and ntfs_put_file.
MUST_CHECK
int image_into_ntfs(struct wim *w, uint32_t index, struct ntfs *n,
		    const char *folder, const struct into_options *options,
		    struct progress *progress, struct into_result *ret,
		    struct err *err);

// Applies image `index` to a folder of a tree that is ready for changes: of a FAT
// volume. The folder is made when it is not there. Nothing is durable before all of
// it is there; after a failure the tree is to be closed without tree_sync.
// Returns 0, -EEXIST as above, -ENOSPC before content is written, -EBADMSG, -ENOENT,
// -ECANCELED, -ENOMEM, as wim_extract, or the place's error.
MUST_CHECK
int image_into_tree(struct wim *w, uint32_t index, struct tree *t,
		    const char *folder, const struct into_options *options,
		    struct progress *progress, struct into_result *ret,
		    struct err *err);

#endif
