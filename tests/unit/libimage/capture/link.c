// SPDX-License-Identifier: MIT
//
// Which links lead into what is captured, and what becomes of their targets.

#include "libimage/capture/capture_priv.h"
#include "test.h"

#define JUNCTION  0xa0000003u
#define SYMLINK   0xa000000cu
#define NOT_FIXED 0x10000u

static struct err err;

// Makes the data of a link with two names, the shown one first, as Windows does.
static size_t make(uint8_t *data, uint32_t tag, const char *target,
		   const char *shown, uint32_t flags)
{
	size_t head = tag == SYMLINK ? 12 : 8, n = 0;
	le16 *h = (le16 *)data, *units = (le16 *)(data + head);

	memset(data, 0, 1024);
	for (; *shown; shown++)
		units[n++] = to_le16((uint8_t)*shown);
	h[3] = to_le16((uint16_t)(2 * n));
	h[0] = h[3];
	for (; *target; target++)
		units[n++] = to_le16((uint8_t)*target);
	h[1] = to_le16((uint16_t)(2 * n - get_le16(h[0])));
	if (tag == SYMLINK)
		store_le32(data + 8, flags);
	return head + 2 * n;
}

static void has_text(const void *data, size_t head, size_t which,
		     const char *wanted)
{
	const le16 *h = (const le16 *)data + 2 * which;
	char *text = utf16_to_utf8((const le16 *)((const uint8_t *)data + head +
						  get_le16(h[0])),
				   get_le16(h[1]) / 2u);

	if (strcmp(text, wanted))
		fprintf(stderr, "%s, not %s\n", text, wanted);
	check(!strcmp(text, wanted));
	mem_free(text);
}

static const struct row {
	uint32_t tag, link_flags;
	const char *target, *shown, *folder;
	char letter;
	bool keep;
	// wanted: NULL for one that leads out
	const char *new_target, *new_shown;
	uint32_t flags;
} rows[] = {
	// a whole volume
	{JUNCTION, 0, "\\??\\C:\\Users", "C:\\Users", "", 0, false,
	 "\\??\\C:\\Users", "C:\\Users", 0},
	{SYMLINK, 0, "\\??\\d:\\x", "d:\\x", "", 'D', false, "\\??\\d:\\x",
	 "d:\\x", 0},
	{SYMLINK, 0, "\\??\\E:\\x", "E:\\x", "", 'D', false, NULL, NULL, 0},
	{SYMLINK, 0, "\\??\\E:\\x", "E:\\x", "", 'D', true, "\\??\\E:\\x",
	 "E:\\x", NOT_FIXED},
	// a folder
	{JUNCTION, 0, "\\??\\C:\\a b\\c\\d", "C:\\A B\\c\\d", "A b\\C", 0,
	 false, "\\??\\C:\\d", "C:\\d", 0},
	{SYMLINK, 0, "\\??\\C:\\a b\\c", "", "a b\\c", 'c', false, "\\??\\C:\\",
	 "", 0},
	{SYMLINK, 0, "\\??\\C:\\a b\\c\\", "elsewhere", "a b\\c", 0, false,
	 "\\??\\C:\\", "elsewhere", 0},
	{SYMLINK, 0, "\\??\\C:\\a b\\cd", "C:\\a b\\cd", "a b\\c", 0, false,
	 NULL, NULL, 0},
	{SYMLINK, 0, "\\??\\C:\\", "C:\\", "a", 0, false, NULL, NULL, 0},
	{SYMLINK, 0, "\\??\\C:", "C:", "a", 0, false, NULL, NULL, 0},
	// other places
	{JUNCTION, 0, "\\??\\Volume{0}\\", "", "", 0, false, NULL, NULL, 0},
	{SYMLINK, 0, "\\??\\UNC\\s\\x", "\\\\s\\x", "", 0, false, NULL, NULL,
	 0},
	// what says nothing of where it leads
	{SYMLINK, 1, "..\\x", "..\\x", "", 0, false, "..\\x", "..\\x",
	 NOT_FIXED},
	{SYMLINK, 1, "\\??\\E:\\x", "E:\\x", "", 'D', false, "\\??\\E:\\x",
	 "E:\\x", NOT_FIXED},
	{SYMLINK, 0, "\\\\?\\C:\\x", "C:\\x", "", 0, false, "\\\\?\\C:\\x",
	 "C:\\x", NOT_FIXED},
	{SYMLINK, 0, "\\Device\\x", "", "", 0, false, "\\Device\\x", "",
	 NOT_FIXED},
};

static void links(void)
{
	static uint8_t data[1024];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const struct capture_options options = {.keep_links = row->keep,
							.letter = row->letter};
		size_t head = row->tag == SYMLINK ? 12 : 8, folder_len, size;
		struct capture_point p;
		le16 *folder;

		size = make(data, row->tag, row->target, row->shown,
			    row->link_flags);
		check_eq(utf16_from_utf8(row->folder, &folder, &folder_len), 0);
		check_ok(capture_judge_point(&options, folder, folder_len,
					     row->tag, 0, data, size, &p, &err),
			 &err);
		check_eq(p.leads_out, !row->new_target);
		if (row->new_target) {
			check_eq(p.flags, row->flags);
			has_text(p.data, head, 0, row->new_target);
			has_text(p.data, head, 1, row->new_shown);
			if (head == 12)
				check_eq(((const uint8_t *)p.data)[8],
					 row->link_flags);
		}
		mem_free(p.memory);
		mem_free(folder);
	}
}

// What was made to begin at the image's root leads into a folder again.
static void lead(void)
{
	static const struct {
		uint32_t tag, link_flags;
		const char *target, *shown, *folder, *new_target, *new_shown;
	} leads[] = {
		{JUNCTION, 0, "\\??\\C:\\d", "c:\\d", "a b\\c",
		 "\\??\\C:\\a b\\c\\d", "C:\\a b\\c\\d"},
		{SYMLINK, 0, "\\??\\C:\\", "", "a", "\\??\\C:\\a", ""},
		{SYMLINK, 0, "\\??\\C:\\x\\", "else", "a", "\\??\\C:\\a\\x\\",
		 "else"},
		{SYMLINK, 0, "\\??\\C:\\x", "", "", "\\??\\C:\\x", ""},
		{SYMLINK, 1, "..\\x", "..\\x", "a", "..\\x", "..\\x"},
		{JUNCTION, 0, "\\??\\Volume{0}\\", "", "a", "\\??\\Volume{0}\\",
		 ""},
	};
	static uint8_t data[1024];

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		size_t head = leads[i].tag == SYMLINK ? 12 : 8, len, size;
		struct capture_point p;
		const le16 *folder;
		le16 *memory;

		size = make(data, leads[i].tag, leads[i].target, leads[i].shown,
			    leads[i].link_flags);
		check_ok(capture_link_folder(leads[i].folder, &memory, &folder,
					     &len, &err),
			 &err);
		check_ok(capture_lead_point(folder, len, leads[i].tag, data,
					    size, &p, &err),
			 &err);
		has_text(p.data, head, 0, leads[i].new_target);
		has_text(p.data, head, 1, leads[i].new_shown);
		mem_free(p.memory);
		mem_free(memory);
	}
}

// Broken ones, and those that are no links, stay as they are.
static void others(void)
{
	static const uint8_t broken[][16] = {
		{0, 0, 200, 0}, {1, 0, 2, 0}, {0, 0, 3, 0}, {0}};
	const struct capture_options options = {0};
	struct capture_point p;

	for (size_t i = 0; i < 4; i++)
		for (size_t size = 0; size <= 16; size++) {
			check_ok(capture_judge_point(&options, NULL, 0,
						     i < 3 ? SYMLINK : 0x1234,
						     7, broken[i], size, &p,
						     &err),
				 &err);
			check(p.data == broken[i] && p.size == size);
			check(!p.leads_out && p.flags == (NOT_FIXED | 7));
		}
}

static void linux_links(void)
{
	static const struct {
		const char *target, *inside, *new_target, *shown;
		uint32_t link_flags, flags;
	} table[] = {
		{"../a/b", NULL, "..\\a\\b", "..\\a\\b", 1, NOT_FIXED},
		{"/etc/x", NULL, "\\??\\C:\\etc\\x", "C:\\etc\\x", 0,
		 NOT_FIXED},
		{"/tmp/t/x", "/x", "\\??\\C:\\x", "C:\\x", 0, 0},
		{"/tmp/t", "", "\\??\\C:\\", "C:\\", 0, 0},
	};
	char longest[5000];
	struct capture_point p;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_ok(capture_make_link(table[i].target, table[i].inside, &p,
					   &err),
			 &err);
		has_text(p.data, 12, 0, table[i].new_target);
		has_text(p.data, 12, 1, table[i].shown);
		check_eq(load_le32((const uint8_t *)p.data + 8),
			 table[i].link_flags);
		check_eq(p.flags, table[i].flags);
		mem_free(p.memory);
	}
	check_eq(capture_make_link("a\\b", NULL, &p, NULL), -EBADMSG);
	check_eq(capture_make_link("\xff", NULL, &p, NULL), -EBADMSG);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	check_eq(capture_make_link(longest, NULL, &p, NULL), -EBADMSG);
}

int main(void)
{
	links();
	lead();
	others();
	linux_links();
	return 0;
}
