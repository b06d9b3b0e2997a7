// SPDX-License-Identifier: MIT
//
// Letters of volumes.

#include <ctype.h>
#include <string.h>

#include "storage_priv.h"

#define FIRST_LETTER 'C'
#define OWN_LETTER   'X' // Windows PE's, and so this environment's

static int find_volume(const struct storage *s, unsigned volume,
		       const struct storage_volume **ret, struct err *err)
{
	*ret = storage_find_volume(s, volume);
	return *ret ? 0
		    : err_set(err, -ENODEV, "volume", ERR_NOWHERE,
			      "there is no volume %u", volume);
}

void storage_show_volumes(const struct storage *s, unsigned disk)
{
	const struct storage_disk *d = storage_find_disk(s, disk);
	struct machine_volume shown[ADDRESS_LETTERS];
	size_t count = 0;

	if (!s->root || !d || d->virtual_file)
		return;
	for (size_t i = 0; i < s->lists.volume_count; i++) {
		const struct storage_volume *v = &s->lists.volumes[i];
		bool is_ntfs = !strcmp(v->fs, "NTFS");

		if (v->disk == disk && v->letter && count < ADDRESS_LETTERS &&
		    (is_ntfs || !strncmp(v->fs, "FAT", 3)))
			shown[count++] = (struct machine_volume){
				.letter = v->letter,
				.partition = v->partition,
				.type = is_ntfs ? "ntfs3" : "vfat"};
	}
	s->effects->show_volumes(s->root, d->address, shown, count);
}

static int take_letter(struct storage *s, char letter, struct err *err)
{
	if (s->root)
		s->effects->hide_volume(s->root, letter);
	return s->effects->remove_letter(letter, err);
}

static int look_at_letters(struct storage *s, struct err *err)
{
	struct address_letters letters;
	int r = s->effects->read_letters(&letters, err);

	if (r)
		return r;
	storage_take_letters(&letters, &s->lists);
	address_letters_done(&letters);
	return 0;
}

// Finds the first free letter. *ret is 0 when there is none.
static int find_free(const struct storage *s, char *ret, struct err *err)
{
	struct address_letters letters;
	int r = s->effects->read_letters(&letters, err);

	if (r)
		return r;
	*ret = 0;
	for (char c = FIRST_LETTER; c <= 'Z' && !*ret; c++)
		if (c != OWN_LETTER && !letters.addresses[c - 'A'])
			*ret = c;
	address_letters_done(&letters);
	return 0;
}

static int assign(struct storage *s, const struct storage_volume *v,
		  char letter, struct err *err)
{
	char old = v->letter;
	int r = s->effects->assign_letter(letter, v->address, err);

	if (!r && old)
		r = take_letter(s, old, err);
	return r;
}

int storage_assign(struct storage *s, unsigned volume, char letter,
		   struct err *err)
{
	const struct storage_volume *v;
	int r = find_volume(s, volume, &v, err);

	letter = (char)toupper((unsigned char)letter);
	if (!r && !letter) {
		r = find_free(s, &letter, err);
		if (!r && !letter)
			r = err_set(err, -ENOSPC, v->address, ERR_NOWHERE,
				    "no drive letter is free");
	}
	if (r || v->letter == letter)
		return r;
	r = assign(s, v, letter, err);
	if (!r)
		r = look_at_letters(s, err);
	if (!r)
		storage_show_volumes(s, v->disk);
	return r;
}

int storage_remove_letter(struct storage *s, unsigned volume, struct err *err)
{
	const struct storage_volume *v;
	int r = find_volume(s, volume, &v, err);

	if (!r && !v->letter)
		r = err_set(err, -ENOENT, v->address, ERR_NOWHERE,
			    "it has no drive letter");
	if (!r)
		r = take_letter(s, v->letter, err);
	return r ? r : look_at_letters(s, err);
}

int storage_forget_letters(struct storage *s, unsigned disk, int volume,
			   struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < s->lists.volume_count && !r; i++) {
		const struct storage_volume *v = &s->lists.volumes[i];

		if (v->disk == disk && v->letter &&
		    (volume < 0 || v->number == (unsigned)volume))
			r = take_letter(s, v->letter, err);
	}
	return r;
}

// --- Over a change of the table's numbers --------------------------------------------

static uint64_t start_of(const struct storage *s,
			 const struct storage_volume *v)
{
	const struct storage_disk *d = storage_find_disk(s, v->disk);

	for (size_t i = 0; i < d->region_count; i++)
		if (d->regions[i].volume == (int)v->number)
			return d->regions[i].start;
	return 0;
}

void storage_note_letters(const struct storage *s, unsigned disk,
			  struct storage_kept_letters *ret)
{
	*ret = (struct storage_kept_letters){0};
	for (size_t i = 0; i < s->lists.volume_count; i++) {
		const struct storage_volume *v = &s->lists.volumes[i];

		if (v->disk == disk && v->letter)
			ret->start[v->letter - 'A'] = start_of(s, v);
	}
}

static int move_letter(struct storage *s, char letter, const char *address,
		       struct err *err)
{
	int r = take_letter(s, letter, err);

	return r ? r : s->effects->assign_letter(letter, address, err);
}

int storage_restore_letters(struct storage *s, unsigned disk,
			    const struct storage_kept_letters *kept,
			    struct err *err)
{
	struct address_letters letters;
	int r = s->effects->read_letters(&letters, err);

	if (r)
		return r;
	for (size_t i = 0; i < s->lists.volume_count && !r; i++) {
		const struct storage_volume *v = &s->lists.volumes[i];
		uint64_t start = start_of(s, v);

		for (int k = 0; v->disk == disk && k < ADDRESS_LETTERS; k++)
			if (start && kept->start[k] == start &&
			    letters.addresses[k] &&
			    strcmp(letters.addresses[k], v->address) && !r)
				r = move_letter(s, (char)('A' + k), v->address,
						err);
	}
	address_letters_done(&letters);
	return r ? r : look_at_letters(s, err);
}

// --- By themselves -------------------------------------------------------------------

static bool wants_letter(const struct storage_volume *v, bool on_fixed)
{
	return !v->letter && !v->is_hidden && !v->no_letter && !v->is_boot &&
	       strcmp(v->fs, "RAW") && (v->on == STORAGE_FIXED) == on_fixed;
}

// Until there are no more.
static int assign_to_all(struct storage *s, bool on_fixed, struct err *err)
{
	char letter = FIRST_LETTER;
	int r = 0;

	for (size_t i = 0; i < s->lists.volume_count && !r && letter; i++) {
		const struct storage_volume *v = &s->lists.volumes[i];

		if (!wants_letter(v, on_fixed))
			continue;
		r = find_free(s, &letter, err);
		if (!r && letter)
			r = assign(s, v, letter, err);
	}
	return r;
}

int storage_automount(struct storage *s, struct err *err)
{
	return s->root && machine_is_environment(s->root)
		       ? storage_assign_all(s, err)
		       : 0;
}

int storage_assign_all(struct storage *s, struct err *err)
{
	int r = assign_to_all(s, true, err);

	if (!r)
		r = assign_to_all(s, false, err);
	if (!r)
		r = look_at_letters(s, err);
	for (size_t i = 0; i < s->lists.disk_count && !r; i++)
		storage_show_volumes(s, s->lists.disks[i].number);
	return r;
}
