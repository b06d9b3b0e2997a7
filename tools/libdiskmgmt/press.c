// SPDX-License-Identifier: MIT
//
// Keys, by what is open.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "diskmgmt_priv.h"

static struct target target_of(const struct diskmgmt *d)
{
	return (struct target){.world = &d->world,
			       .calls = &d->calls,
			       .item = diskmgmt_marked(d)};
}

// --- Going about the picture -----------------------------------------------------

static unsigned middle(const struct item *item)
{
	// lines are as wide as the screen; what is at their left is meant
	return item->column +
	       (item->kind == ITEM_PIECE ? item->columns / 2 : 0);
}

static unsigned distance(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

// The nearest item of the next row above or below.
static void go_row(struct diskmgmt *d, bool is_up)
{
	const struct picture *p = &d->picture;
	const struct item *from = diskmgmt_marked(d), *best = NULL;

	for (size_t i = 0; from && i < p->count; i++) {
		const struct item *item = &p->items[i];

		if (is_up ? item->row >= from->row : item->row <= from->row)
			continue;
		if (!best ||
		    (is_up ? item->row > best->row : item->row < best->row) ||
		    (item->row == best->row &&
		     distance(middle(item), middle(from)) <
			     distance(middle(best), middle(from))))
			best = item;
	}
	if (best)
		d->marked = (size_t)(best - p->items);
}

static void go_by(struct diskmgmt *d, bool is_back)
{
	if (is_back && d->marked)
		d->marked--;
	else if (!is_back && d->marked + 1 < d->picture.count)
		d->marked++;
}

// From disk to disk.
static void go_disk(struct diskmgmt *d, bool is_back)
{
	size_t i = d->marked;

	for (;;) {
		if (is_back ? !i : i + 1 >= d->picture.count)
			return;
		i = is_back ? i - 1 : i + 1;
		if (d->picture.items[i].kind == ITEM_DISK)
			break;
	}
	d->marked = i;
}

static bool go(struct diskmgmt *d, const struct term_key *key)
{
	switch (key->code) {
	case TERM_KEY_UP:
	case TERM_KEY_DOWN:
		go_row(d, key->code == TERM_KEY_UP);
		return true;
	case TERM_KEY_LEFT:
	case TERM_KEY_RIGHT:
		go_by(d, key->code == TERM_KEY_LEFT);
		return true;
	case TERM_KEY_TAB:
		go_disk(d, key->modifiers & TERM_SHIFT);
		return true;
	case TERM_KEY_PAGE_UP:
	case TERM_KEY_PAGE_DOWN:
		for (int i = 0; i < 6; i++)
			go_row(d, key->code == TERM_KEY_PAGE_UP);
		return true;
	case TERM_KEY_HOME:
		d->marked = 0;
		return true;
	case TERM_KEY_END:
		d->marked = d->picture.count ? d->picture.count - 1 : 0;
		return true;
	default:
		return false;
	}
}

// --- From an action to its lines ---------------------------------------------------

static void find_actions(struct diskmgmt *d)
{
	struct target t = target_of(d);

	d->action_at = 0;
	d->action_count = t.item ? diskmgmt_actions(&t, d->actions, MAX_ACTIONS)
				 : 0;
}

static void confirm(struct diskmgmt *d)
{
	struct target t = target_of(d);

	diskmgmt_write_lines(&t, d->action, &d->form, &d->lines);
	diskmgmt_title(d, d->title, sizeof(d->title));
	if (d->lines.is_too_long) {
		diskmgmt_say(d, "a line would become too long");
		d->mode = MODE_BROWSE;
		return;
	}
	d->answer[0] = 0;
	d->mode = MODE_CONFIRM;
}

static void begin(struct diskmgmt *d, const struct action *a)
{
	struct target t = target_of(d);

	d->action = a;
	d->form.count = d->form.at = 0;
	if (!a->ask) {
		confirm(d);
		return;
	}
	a->ask(&t, &d->form);
	d->mode = MODE_FORM;
}

// Returns false when no action has that letter here.
static bool begin_by_key(struct diskmgmt *d, const struct term_key *key)
{
	if (key->code != TERM_KEY_CHARACTER || key->modifiers)
		return false;
	for (size_t i = 0; i < d->action_count; i++) {
		if ((uint32_t)d->actions[i]->key == key->character) {
			begin(d, d->actions[i]);
			return true;
		}
	}
	return false;
}

// --- What is open --------------------------------------------------------------------

static bool is_letter(const struct term_key *key, char c)
{
	return key->code == TERM_KEY_CHARACTER && !key->modifiers &&
	       (key->character | 0x20) == (uint32_t)c;
}

static bool is_help(const struct term_key *key)
{
	return key->code == TERM_KEY_F1 ||
	       (key->code == TERM_KEY_CHARACTER && key->character == '?');
}

static enum diskmgmt_event press_browse(struct diskmgmt *d,
					const struct term_key *key)
{
	if (go(d, key))
		return DISKMGMT_NOTHING;
	if (is_help(key)) {
		d->mode = MODE_HELP;
	} else if (key->code == TERM_KEY_ENTER) {
		find_actions(d);
		if (d->action_count)
			d->mode = MODE_MENU;
	} else if (is_letter(key, 'q') || key->code == TERM_KEY_F10) {
		return DISKMGMT_QUIT;
	} else if (key->code == TERM_KEY_F5 ||
		   (key->code == TERM_KEY_CHARACTER && key->character == 'R')) {
		return DISKMGMT_RESCAN;
	} else if (key->code == TERM_KEY_CHARACTER && key->character == 'L') {
		d->log_scroll = 0;
		d->mode = MODE_LOG;
	} else {
		find_actions(d);
		if (!begin_by_key(d, key) && key->code == TERM_KEY_CHARACTER)
			diskmgmt_say(d, "nothing here has that letter: Enter "
					"shows what can be done");
	}
	return DISKMGMT_NOTHING;
}

static void press_menu(struct diskmgmt *d, const struct term_key *key)
{
	size_t n = d->action_count;

	if (key->code == TERM_KEY_UP)
		d->action_at = (d->action_at + n - 1) % n;
	else if (key->code == TERM_KEY_DOWN || key->code == TERM_KEY_TAB)
		d->action_at = (d->action_at + 1) % n;
	else if (key->code == TERM_KEY_ENTER)
		begin(d, d->actions[d->action_at]);
	else if (key->code == TERM_KEY_ESCAPE || is_letter(key, 'q'))
		d->mode = MODE_BROWSE;
	else
		begin_by_key(d, key);
}

static void press_form(struct diskmgmt *d, const struct term_key *key)
{
	if (key->code == TERM_KEY_ESCAPE)
		d->mode = MODE_BROWSE;
	else if (key->code == TERM_KEY_ENTER)
		confirm(d);
	else
		diskmgmt_form_press(&d->form, key);
}

// What is lost for ever takes a word.
static enum diskmgmt_event press_confirm(struct diskmgmt *d,
					 const struct term_key *key)
{
	if (key->code == TERM_KEY_ESCAPE) {
		d->mode = MODE_BROWSE;
		return DISKMGMT_NOTHING;
	}
	if (d->action->is_harmful) {
		if (key->code != TERM_KEY_ENTER)
			diskmgmt_edit(d->answer, sizeof(d->answer), false, key);
		else if (!strcasecmp(d->answer, "yes"))
			return DISKMGMT_RUN;
		return DISKMGMT_NOTHING;
	}
	if (is_letter(key, 'y') || key->code == TERM_KEY_ENTER)
		return DISKMGMT_RUN;
	if (is_letter(key, 'n'))
		d->mode = MODE_BROWSE;
	return DISKMGMT_NOTHING;
}

static void press_log(struct diskmgmt *d, const struct term_key *key)
{
	if (key->code == TERM_KEY_UP && d->log_scroll < d->journal.count) {
		d->log_scroll++;
	} else if (key->code == TERM_KEY_DOWN && d->log_scroll) {
		d->log_scroll--;
	} else if (is_letter(key, 's') && d->journal.count) {
		d->form.count = d->form.at = 0;
		diskmgmt_add_text(&d->form, "File", "diskmgmt.txt");
		d->mode = MODE_SAVE;
	} else if (key->code != TERM_KEY_UP && key->code != TERM_KEY_DOWN) {
		d->mode = MODE_BROWSE;
	}
}

static enum diskmgmt_event press_save(struct diskmgmt *d,
				      const struct term_key *key)
{
	if (key->code == TERM_KEY_ESCAPE) {
		d->mode = MODE_LOG;
	} else if (key->code == TERM_KEY_ENTER) {
		d->mode = MODE_BROWSE;
		return *diskmgmt_save_path(d) ? DISKMGMT_SAVE
					      : DISKMGMT_NOTHING;
	} else {
		diskmgmt_form_press(&d->form, key);
	}
	return DISKMGMT_NOTHING;
}

static enum diskmgmt_event press_by_mode(struct diskmgmt *d,
					 const struct term_key *key)
{
	switch (d->mode) {
	case MODE_BROWSE:
		return press_browse(d, key);
	case MODE_MENU:
		press_menu(d, key);
		break;
	case MODE_FORM:
		press_form(d, key);
		break;
	case MODE_CONFIRM:
		return press_confirm(d, key);
	case MODE_LOG:
		press_log(d, key);
		break;
	case MODE_SAVE:
		return press_save(d, key);
	case MODE_RUN:
		break;
	case MODE_HELP:
	case MODE_RESULT:
		d->mode = MODE_BROWSE;
		break;
	}
	return DISKMGMT_NOTHING;
}

// What was pasted is text, or nothing: no key of it does anything.
static bool is_ignored(const struct diskmgmt *d, const struct term_key *key)
{
	bool takes_text = d->mode == MODE_FORM || d->mode == MODE_SAVE ||
			  d->mode == MODE_CONFIRM;

	if (key->code == TERM_KEY_NONE || key->code == TERM_KEY_PASTE ||
	    key->code == TERM_KEY_PASTE_END || key->code == TERM_KEY_PLACE ||
	    key->code == TERM_KEY_RESIZE)
		return true;
	return key->is_pasted &&
	       (!takes_text || key->code != TERM_KEY_CHARACTER);
}

enum diskmgmt_event diskmgmt_press(struct diskmgmt *d,
				   const struct term_key *key)
{
	enum diskmgmt_event event;

	if (is_ignored(d, key))
		return DISKMGMT_NOTHING;
	if (key->code == TERM_KEY_CHARACTER && key->modifiers == TERM_CTRL &&
	    key->character == 'l')
		return DISKMGMT_REFRESH;
	d->message[0] = 0;
	// as in any program of a terminal; what runs is not broken off half way
	if (key->code == TERM_KEY_CHARACTER && key->modifiers == TERM_CTRL &&
	    key->character == 'c') {
		if (d->mode == MODE_BROWSE)
			return DISKMGMT_QUIT;
		d->mode = d->mode == MODE_RUN ? MODE_RUN : MODE_BROWSE;
		return DISKMGMT_NOTHING;
	}
	event = press_by_mode(d, key);
	diskmgmt_remember(d);
	return event;
}
