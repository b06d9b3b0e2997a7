#!/bin/sh
# The calls that public headers show in their comments compile: each block of
# them is a function that sees the header and what given() declares for it.
set -u
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# What examples speak of without declaring it, beside `err` and `progress`.
given() { # HEADER
	case $1 in
	image) echo 'struct wim *wim; struct disk *volume; struct apply_result result;' ;;
	image_into) echo 'struct wim *wim;' ;;
	image_mount) echo 'struct wim *wim; struct disk *changes; uint32_t index;
		struct image_commit_options commit_options; struct image_mount *m;
		struct capture *capture;' ;;
	answer) echo 'struct answer *answer;' ;;
	bcdboot) echo 'struct bcd_device esp, partition; struct guid loader, resume;
		struct disk *partition_disk; struct tree *windows;
		struct tree *system;' ;;
	bcd) echo 'struct bcd_windows_entry entry; void *bytes; size_t size;' ;;
	bootsect) echo 'struct disk *disk, *partition;' ;;
	capture) echo 'struct ntfs *volume; struct disk *file;
		struct capture_rules *rules; struct wim_writer *writer;
		struct wim_write_options write_options;
		struct wim_new_image info;' ;;
	diskpart) echo 'struct storage *s; void *bytes; size_t size; int status;
		void write_out(void *ctx, const char *text);' ;;
	deploy) echo 'struct answer *answer; struct inventory *inventory;
		const struct inventory_disk *disk; struct plan *plan;
		struct plan_target target; void say(void *ctx, const char *text);' ;;
	chain) echo 'uint8_t sector[512]; char *into; struct tree *tree;
		struct vdisk_chain *chain;' ;;
	codec) echo 'const void *chunk; size_t chunk_size, out_size; void *out;' ;;
	diskmgmt) echo 'struct diskmgmt *d; struct diskmgmt_world world;
		struct term_screen *screen; struct term_key key;
		const struct diskmgmt_line *line;' ;;
	disk | net) echo 'uint8_t sector[512];' ;;
	efi) echo 'struct efi_entry entry; uint16_t number;' ;;
	fat) echo 'struct disk *partition; uint8_t *data; size_t size; uint64_t now;
		struct fat_format_options options;' ;;
	hive) echo 'void *data, *bytes; size_t size, bytes_size;' ;;
	hive_file) echo 'struct tree *tree; struct hive *hive; void *data;
		size_t size;' ;;
	machine) echo 'struct settle settle; const struct disk_rule *rule;
		struct inventory *inventory, *again;
		const struct inventory_disk *disk;' ;;
	ntfs | ntfs_change) echo 'struct disk *partition; uint8_t *data; size_t size; uint64_t now;
		struct ntfs_build_options options; const void *descriptor;
		uint32_t security, node, stream; struct ntfs_node_spec spec;
		struct ntfs_name name; struct ntfs_stream_spec stream_spec;
		struct ntfs *n;' ;;
	ntfs_resize) echo 'struct disk *partition;' ;;
	ntfs_repair) echo 'struct disk *partition; struct ntfs_repair *repair;
		struct ntfs_repair_calls calls; bool was_cut;' ;;
	ntfs_put) echo 'struct ntfs *n; uint64_t now, size, files, names, reference;
		struct ntfs_put *p; struct ntfs_room *room; const void *data;
		const struct ntfs_bytes *descriptors; size_t count;
		uint32_t *ids; struct ntfs_put_file file;' ;;
	part) echo 'struct disk *disk, *volume; struct guid disk_id;
		unsigned number;' ;;
	inf) echo 'const void *data; size_t size; struct inf_target target;
		struct inf_version version; void *ctx;
		int show_model(void *, const struct inf_model *,
			struct err *);' ;;
	service) echo 'struct tree *tree;' ;;
	storage) echo 'struct disk *disk, *volume;' ;;
	storage_disks) echo 'struct part spec; struct storage_format how;
		unsigned number, volume;' ;;
	term) echo 'struct term_key key;' ;;
	ublk) echo 'struct disk *disk;' ;;
	vdisk) echo 'uint8_t sector[512]; uint64_t size; struct guid id;
		struct disk *file, *disk; struct err *e;' ;;
	tree) echo 'struct disk *partition; uint8_t *data; size_t size;
		uint64_t now; int volume_open(struct disk *, struct tree **,
			struct err *);' ;;
	volume) echo 'struct disk *partition; void *data; size_t size;' ;;
	wim) echo 'struct disk *file; const struct wim_blob *const *blobs; size_t count;
		struct wim_sink sink; struct pool *pool;' ;;
	wim_write) echo 'struct disk *file; uint64_t size; const le16 *name;
		size_t name_len; struct wim_write_options options;
		struct wim_new_image info;
		int open_it(struct wim_content *, struct disk **, struct err *);' ;;
	esac
}

# The blocks of a header, each as a function. A block is set off by four blanks
# more than the text has, follows an empty line of the comment, and is code when
# a statement ends in it.
functions() { # FILE
	awk '
	function end() {
		if (code ~ /;[ \t]*(\/\/[^\n]*)?\n/)
			printf "static void example_%d(void)\n{\n%s}\n", ++n, code
		code = ""
	}
	/^\/\/     / && (code != "" || last == "//") {
		if (code == "") printf "#line %d \"%s\"\n", FNR - 2, FILENAME
		code = code substr($0, 8) "\n"
		last = $0
		next
	}
	{ end(); last = $0 }' "$1"
}

bad=0 count=0
for f in tools/include/*.h; do
	name=$(basename "$f" .h)
	{
		printf '#include <time.h>\n#include "%s.h"\n' "$name"
		echo 'struct progress; extern struct err err;
			extern struct progress *progress;'
		given "$name"
		functions "$f"
	} >"$tmp/$name.c"
	count=$((count + $(grep -c '^static void example_' "$tmp/$name.c")))
	gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused -Wno-unused-result \
		-Itools/include -fsyntax-only "$tmp/$name.c" || bad=1
done
[ "$count" -ge 20 ] || { echo "only $count examples were found"; bad=1; }
exit $bad
