// SPDX-License-Identifier: MIT
//
// The verbs of bcdedit that are short for /set: debugging, Emergency Management
// Services, event logging.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcdedit.h"

static int set_switch(struct edit *e, const char *element)
{
	struct bcd_object *obj;
	int r = bcdedit_take_object(e, &obj);

	if (r)
		return r;
	if (e->count != 1)
		return bcdedit_needs(e, "ON or OFF");
	return bcdedit_set_element(e->bcd, obj, element, e->words, 1, &e->err);
}

int bcdedit_bootdebug(struct edit *e)
{
	return set_switch(e, "bootdebug");
}

int bcdedit_bootems(struct edit *e)
{
	return set_switch(e, "bootems");
}

int bcdedit_debug(struct edit *e)
{
	return set_switch(e, "debug");
}

int bcdedit_ems(struct edit *e)
{
	return set_switch(e, "ems");
}

int bcdedit_event(struct edit *e)
{
	return set_switch(e, "event");
}

// A word of the settings, as NAME or NAME:VALUE, and the element it sets, of the
// kernel's debugger or of the hypervisor's.
static const struct {
	const char *word, *element, *hypervisor;
} settings[] = {
	{"DEBUGPORT", "debugport", "hypervisordebugport"},
	{"BAUDRATE", "baudrate", "hypervisorbaudrate"},
	{"CHANNEL", "channel", "hypervisorchannel"},
	{"TARGETNAME", "targetname", NULL},
	{"HOSTIP", "hostip", "hypervisorhostip"},
	{"HOSTIPV6", "hostipv6", "hypervisorhostipv6"},
	{"PORT", "port", "hypervisorhostport"},
	{"KEY", "key", "hypervisorusekey"},
	{"BUSPARAMS", "busparams", "hypervisorbusparams"},
};

struct target {
	struct edit *e;
	struct bcd_object *obj;
	bool hypervisor;
};

static int set_one(const struct target *t, const char *element,
		   const char *value)
{
	char *words[] = {(char *)value};

	return bcdedit_set_element(t->e->bcd, t->obj, element, words, 1,
				   &t->e->err);
}

// Makes a key of four numbers in base 36, as Windows does.
static int set_new_key(const struct target *t, const char *element)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char key[64];
	size_t n = 0;

	for (unsigned part = 0; part < 4; part++) {
		struct guid random;
		uint64_t v = 0;
		int r = guid_random(&random, &t->e->err);

		if (r)
			return r;
		// what a random GUID has of fixed bits lies in its middle
		for (unsigned i = 0; i < 8; i++)
			v = v << 8 | random.b[i < 4 ? i : i + 8];
		if (part)
			key[n++] = '.';
		for (; v; v /= 36)
			key[n++] = digits[v % 36];
	}
	key[n] = 0;
	printf("Key=%s\n", key);
	return set_one(t, element, key);
}

static int apply_word(const struct target *t, const char *word, bool first)
{
	size_t len = strcspn(word, ":");
	bool h = t->hypervisor;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const char *element = h ? settings[i].hypervisor
					: settings[i].element;

		if (!element || !word[len] || strlen(settings[i].word) != len ||
		    strncasecmp(settings[i].word, word, len))
			continue;
		return set_one(t, element, word + len + 1);
	}
	if (!strcasecmp(word, "nodhcp") || !strcasecmp(word, "dhcp"))
		return set_one(t, h ? "hypervisordhcp" : "dhcp",
			       strlen(word) == 4 ? "on" : "off");
	if (!strcasecmp(word, "newkey"))
		return set_new_key(t, h ? "hypervisorusekey" : "key");
	if (first)
		return set_one(t, h ? "hypervisordebugtype" : "debugtype",
			       word);
	return err_set(&t->e->err, -EINVAL, word, ERR_NOWHERE,
		       "not a setting of the debugger");
}

static int change(struct edit *e, const struct guid *id, uint32_t type)
{
	struct target t = {.e = e, .hypervisor = type == BCD_LOADER_SETTINGS};
	int r = bcdedit_obtain(e, id, type, &t.obj);

	for (int i = 0; !r && i < e->count; i++)
		r = apply_word(&t, e->words[i], !i);
	if (!r && bcdedit_given(e, START))
		r = set_one(&t, "debugstart", e->switches[START].value);
	if (!r && bcdedit_given(e, NOUMEX))
		r = set_one(&t, "noumex", "on");
	if (!r && !e->count && !bcdedit_given(e, START) &&
	    !bcdedit_given(e, NOUMEX))
		bcdedit_show_elements(e->bcd, t.obj, false);
	return r;
}

int bcdedit_dbgsettings(struct edit *e)
{
	return change(e, &bcd_id_dbgsettings, BCD_SETTINGS);
}

int bcdedit_hypervisorsettings(struct edit *e)
{
	return change(e, &bcd_id_hypervisorsettings, BCD_LOADER_SETTINGS);
}

static int set_ems(const struct target *t, const char *word)
{
	static const char *const elements[] = {"emsport", "emsbaudrate"};
	size_t len = strcspn(word, ":");
	uint32_t element;
	int r;

	for (size_t i = 0; i < 2; i++) {
		if (word[len] && strlen(elements[i]) == len &&
		    !strncasecmp(elements[i], word, len))
			return set_one(t, elements[i], word + len + 1);
	}
	if (strcasecmp(word, "BIOS"))
		return err_set(&t->e->err, -EINVAL, word, ERR_NOWHERE,
			       "not BIOS, EMSPORT:N or EMSBAUDRATE:N");
	for (size_t i = 0; i < 2; i++) {
		r = bcdedit_element(t->obj, elements[i], &element, &t->e->err);
		if (!r)
			r = bcd_element_remove(t->e->bcd, t->obj, element,
					       &t->e->err);
		if (r && r != -ENOENT)
			return r;
	}
	return 0;
}

int bcdedit_emssettings(struct edit *e)
{
	struct target t = {.e = e};
	int r = bcdedit_obtain(e, &bcd_id_emssettings, BCD_SETTINGS, &t.obj);

	for (int i = 0; !r && i < e->count; i++)
		r = set_ems(&t, e->words[i]);
	if (!r && !e->count)
		bcdedit_show_elements(e->bcd, t.obj, false);
	return r;
}
