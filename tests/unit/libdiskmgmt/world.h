// SPDX-License-Identifier: MIT
//
// A machine's disks, made up: one with a Windows and virtual disks, one of them
// attached; one with an MBR; one that is blank.

#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include "diskmgmt.h"
#include "test.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

// Texts that nobody frees or changes.
#define TEXT(s) ((char *)(uintptr_t)(s))

static struct storage_region gpt_regions[6], mbr_regions[5], virtual_regions[1];
static struct storage_disk disks[4];
static struct storage_volume volumes[6];
static struct diskmgmt_file files[4];
static const struct diskmgmt_world world = {disks, 4, volumes, 6, files, 4};

static inline void region(struct storage_region *r, uint64_t start,
			  uint64_t size, unsigned number, int volume)
{
	*r = (struct storage_region){.start = start,
				     .size = size,
				     .is_free = !number,
				     .number = number,
				     .volume = volume};
}

static inline void volume(unsigned number, char letter, const char *address,
			  const char *label, const char *fs, uint64_t size,
			  uint64_t free)
{
	volumes[number] = (struct storage_volume){.number = number,
						  .letter = letter,
						  .address = TEXT(address),
						  .label = TEXT(label),
						  .fs = TEXT(fs),
						  .size = size,
						  .free = free,
						  .cluster_size = 4096,
						  .mount = TEXT("")};
}

static inline void disk(unsigned number, const char *address, const char *name,
			uint64_t size, enum part_style style,
			struct storage_region *regions, size_t count)
{
	disks[number] = (struct storage_disk){.number = number,
					      .address = TEXT(address),
					      .name = TEXT(name),
					      .serial = TEXT(""),
					      .bus = TEXT("nvme"),
					      .location = TEXT(""),
					      .size = size,
					      .sector_size = 512,
					      .style = style,
					      .regions = regions,
					      .region_count = count,
					      .in_use = TEXT(""),
					      .trouble = TEXT(""),
					      .host_disk = -1};
}

static inline void make_gpt(void)
{
	struct storage_region *r = gpt_regions;

	region(&r[0], MIB, 260 * MIB, 1, 0);
	region(&r[1], 261 * MIB, 16 * MIB, 2, -1);
	region(&r[2], 277 * MIB, 400 * GIB, 3, 1);
	region(&r[3], 277 * MIB + 400 * GIB, 60 * GIB, 0, -1);
	region(&r[4], 277 * MIB + 460 * GIB, 1 * GIB, 4, 2);
	region(&r[5], 277 * MIB + 461 * GIB, 4 * GIB, 0, -1);
	r[0].part.type = part_type_efi;
	r[1].part.type = part_type_msr;
	r[2].part.type = part_type_data;
	r[4].part.type = part_type_recovery;
	disk(0, "/dev/nvme0n1", "Fast SSD 980", 466 * GIB, PART_GPT, r, 6);
	volume(0, 'S', "/dev/nvme0n1@1", "SYSTEM", "FAT32", 260 * MIB,
	       230 * MIB);
	volume(1, 'C', "/dev/nvme0n1@3", "Windows", "NTFS", 400 * GIB,
	       300 * GIB);
	volume(2, 0, "/dev/nvme0n1@4", "", "NTFS", GIB, UINT64_MAX);
	volumes[1].disk = volumes[0].disk = volumes[2].disk = 0;
}

static inline void make_mbr(void)
{
	struct storage_region *r = mbr_regions;

	region(&r[0], MIB, 500 * MIB, 1, 3);
	region(&r[1], 501 * MIB, 20 * GIB, 1, -1);
	region(&r[2], 502 * MIB, 8 * GIB, 2, 4);
	region(&r[3], 503 * MIB + 8 * GIB, 12 * GIB, 0, -1);
	region(&r[4], 501 * MIB + 20 * GIB, 11 * GIB, 0, -1);
	r[0].part.mbr_type = PART_MBR_NTFS;
	r[0].part.active = true;
	r[1].part.mbr_type = PART_MBR_EXTENDED_LBA;
	r[1].number = 0;
	r[2].part.mbr_type = PART_MBR_NTFS;
	r[2].part.logical = true;
	r[2].is_logical = r[3].is_logical = true;
	disk(1, "/dev/sda", "", 32 * GIB, PART_MBR, r, 5);
	disks[1].name = TEXT("Old drive");
	volume(3, 'D', "/dev/sda@1", "System", "NTFS", 500 * MIB, 300 * MIB);
	volume(4, 'E', "/dev/sda@5", "Data", "NTFS", 8 * GIB, 8 * GIB);
	volumes[3].disk = volumes[4].disk = 1;
}

static inline void file(size_t i, const char *path, const char *address,
			long parent, const char *parent_name)
{
	files[i] = (struct diskmgmt_file){.path = TEXT(path),
					  .address = TEXT(address),
					  .volume = 1,
					  .size = 60 * GIB,
					  .type = parent_name ? "differencing"
							      : "expandable",
					  .parent = parent,
					  .parent_name = TEXT(parent_name),
					  .trouble = TEXT("")};
}

static inline void make_world(void)
{
	make_gpt();
	make_mbr();
	disk(2, "/dev/sdb", "Stick", 8 * GIB, PART_NONE, NULL, 0);
	disks[2].is_medium = true;
	file(0, "\\vhd\\base.vhdx", "/dev/nvme0n1@3:\\vhd\\base.vhdx", -1,
	     NULL);
	file(1, "\\vhd\\work.vhdx", "/dev/nvme0n1@3:\\vhd\\work.vhdx", 0,
	     "\\vhd\\base.vhdx");
	file(2, "\\vhd\\try.vhdx", "/dev/nvme0n1@3:\\vhd\\try.vhdx", 0,
	     "\\vhd\\base.vhdx");
	file(3, "\\vhd\\odd.vhd", "/dev/nvme0n1@3:\\vhd\\odd.vhd", -1, NULL);
	files[3].trouble = TEXT("VHD: its footer is damaged");
	disk(3, files[1].address, "work.vhdx", 60 * GIB, PART_GPT,
	     virtual_regions, 1);
	region(&virtual_regions[0], MIB, 60 * GIB - 2 * MIB, 1, 5);
	virtual_regions[0].part.type = part_type_data;
	disks[3].kind = STORAGE_VIRTUAL;
	disks[3].virtual_file = files[1].address;
	disks[3].host_disk = 0;
	volume(5, 'W', "/dev/nvme0n1@3:\\vhd\\work.vhdx@1", "Work", "NTFS",
	       60 * GIB, 20 * GIB);
	volumes[5].disk = 3;
}

// The screen as text, without blanks at the ends of rows.
static inline char *screen_text(const struct term_screen *s, bool is_ascii)
{
	char *text = malloc((size_t)s->rows *
			    (s->columns * TERM_CELL_TEXT + 2)),
	     *out = text;

	check(text);
	for (unsigned row = 0; row < s->rows; row++) {
		for (unsigned c = 0; c < s->columns; c++) {
			const struct term_cell *cell = term_cell(s, row, c);
			uint32_t ch = '?';

			if (is_ascii && cell->width) {
				term_utf8_decode(cell->text, strlen(cell->text),
						 &ch);
				*out++ = term_ascii(ch);
			} else {
				out += sprintf(out, "%s", cell->text);
			}
		}
		while (out > text && out[-1] == ' ')
			out--;
		*out++ = '\n';
	}
	*out = 0;
	return text;
}

// Presses keys: letters as they are; < > ^ _ the arrows, ! Enter, ~ Escape, | Tab,
// { backspace. Returns the last event.
static inline enum diskmgmt_event press(struct diskmgmt *d, const char *keys)
{
	static const struct {
		char letter;
		enum term_key_code code;
	} others[] = {{'<', TERM_KEY_LEFT},  {'>', TERM_KEY_RIGHT},
		      {'^', TERM_KEY_UP},    {'_', TERM_KEY_DOWN},
		      {'!', TERM_KEY_ENTER}, {'~', TERM_KEY_ESCAPE},
		      {'|', TERM_KEY_TAB},   {'{', TERM_KEY_BACKSPACE}};
	enum diskmgmt_event event = DISKMGMT_NOTHING;

	for (; *keys; keys++) {
		struct term_key key = {.code = TERM_KEY_CHARACTER,
				       .character = (unsigned char)*keys};

		for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
			if (*keys == others[i].letter)
				key.code = others[i].code;
		event = diskmgmt_press(d, &key);
	}
	return event;
}

static inline struct diskmgmt *start(void)
{
	static const struct diskmgmt_calls calls;
	struct diskmgmt *d;
	struct err err = {0};

	make_world();
	check_ok(diskmgmt_new(&calls, "1.0", &d, &err), &err);
	check_ok(diskmgmt_look(d, &world, &err), &err);
	return d;
}

// Draws on a screen of that size. Free the text with free().
static inline char *draw(struct diskmgmt *d, unsigned rows, unsigned columns,
			 bool has_colour, bool is_ascii)
{
	struct term_screen *s;
	struct err err = {0};
	char *text;

	check_ok(term_screen_new(rows, columns, &s, &err), &err);
	diskmgmt_draw(d, has_colour, s);
	text = screen_text(s, is_ascii);
	term_screen_free(s);
	return text;
}

#endif
