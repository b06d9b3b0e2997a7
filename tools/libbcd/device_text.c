// SPDX-License-Identifier: MIT
//
// Device elements as text, in the forms of bcdedit's documentation:
//
//     DEVICE  boot | partition=PART | locate | locate=custom:ELEMENT |
//             locate=PATH | vhd=FILE[,locate=custom:ELEMENT] |
//             ramdisk=FILE[,{GUID}] | file=FILE
//     FILE    [HOST]PATH
//     HOST    PART, or a DEVICE other than partition
//     PART    gpt:DISK:PARTITION | mbr:SIGNATURE:OFFSET, and ,file=FILE
//
// PATH begins with a backslash.

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcd_priv.h"

// --- Writing -----------------------------------------------------------------

struct text {
	char *s;
	size_t len;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t,
						      const char *fmt, ...)
{
	va_list ap;
	int n;
	char *s;

	if (t->failed)
		return;
	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = mem_resize(t->s, t->len + (size_t)n + 1, 1);
	if (!s) {
		t->failed = true;
		return;
	}
	t->s = s;
	va_start(ap, fmt);
	vsnprintf(s + t->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	t->len += (size_t)n;
}

static void add_device(struct text *t, const struct bcd_device *d);

static void add_partition(struct text *t, const struct bcd_device *d);

// The device of a file. `path` is where a virtual disk is, NULL otherwise.
static void add_host(struct text *t, const struct bcd_device *host,
		     const char *path)
{
	if (host->kind == BCD_DEVICE_PARTITION)
		add_partition(t, host);
	else if (host->kind == BCD_DEVICE_LOCATE && host->path && path &&
		 !strcmp(host->path, path))
		add(t, "locate");
	else
		add_device(t, host);
}

static void add_file(struct text *t, const struct bcd_device *d)
{
	add(t, "[");
	add_host(t, d->host, d->kind == BCD_DEVICE_VHD ? d->path : NULL);
	add(t, "]%s", d->path);
}

static void add_partition(struct text *t, const struct bcd_device *d)
{
	char disk[GUID_TEXT], partition[GUID_TEXT];

	if (d->table == BCD_TABLE_GPT)
		add(t, "gpt:%s:%s", guid_format(&d->disk, disk),
		    guid_format(&d->partition, partition));
	else
		add(t, "mbr:%08x:0x%" PRIx64, d->signature, d->offset);
	if (d->host) {
		add(t, ",file=");
		add_file(t, d->host);
	}
}

static void add_device(struct text *t, const struct bcd_device *d)
{
	const char *alias = bcd_alias_name(&d->options);
	char options[BCD_OBJECT_TEXT];

	switch (d->kind) {
	case BCD_DEVICE_BOOT:
		add(t, "boot");
		break;
	case BCD_DEVICE_PARTITION:
		add(t, "partition=");
		add_partition(t, d);
		break;
	case BCD_DEVICE_LOCATE:
		if (d->path)
			add(t, "locate=%s", d->path);
		else
			add(t, "locate=custom:%08x", d->element);
		break;
	case BCD_DEVICE_VHD:
		add(t, "vhd=");
		add_file(t, d);
		add(t, ",locate=custom:%08x", d->element);
		break;
	case BCD_DEVICE_RAMDISK:
		add(t, "ramdisk=");
		add_file(t, d);
		break;
	case BCD_DEVICE_FILE:
		add(t, "file=");
		add_file(t, d);
		break;
	default:
		add(t, "unknown");
	}
	if (!guid_is_zero(&d->options))
		add(t, ",%s",
		    alias ? alias : bcd_object_text(&d->options, options));
}

char *bcd_device_format(const struct bcd_device *device)
{
	struct text t = {NULL, 0, false};

	add_device(&t, device);
	if (!t.failed)
		return t.s;
	mem_free(t.s);
	return NULL;
}

// --- Reading -----------------------------------------------------------------

struct parser {
	uint32_t owner;
	int (*resolve)(void *ctx, const char *text, struct bcd_device *device,
		       struct err *err);
	void *ctx;
	struct err *err;
};

static int refuse(struct parser *p, const char *s, const char *why)
{
	return err_set(p->err, -EINVAL, s, ERR_NOWHERE, "%s", why);
}

static bool take_word(const char **s, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(*s, word, n))
		return false;
	*s += n;
	return true;
}

// Reads hex digits up to the end of the text.
static bool parse_hex(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		int digit = *s >= '0' && *s <= '9'   ? *s - '0'
			    : *s >= 'a' && *s <= 'f' ? *s - 'a' + 10
			    : *s >= 'A' && *s <= 'F' ? *s - 'A' + 10
						     : -1;

		if (digit < 0 || n > max >> 4)
			return false;
		n = n << 4 | (uint64_t)digit;
	}
	*ret = n;
	return true;
}

static bool parse_gpt(char *s, struct bcd_device *d)
{
	char *colon = strchr(s, ':');

	if (!colon)
		return false;
	*colon = 0;
	d->table = BCD_TABLE_GPT;
	return !guid_parse(s, &d->disk) &&
	       !guid_parse(colon + 1, &d->partition);
}

static bool parse_mbr(char *s, struct bcd_device *d)
{
	const char *offset;
	char *colon = strchr(s, ':');
	uint64_t signature;

	if (!colon)
		return false;
	*colon = 0;
	offset = colon + 1;
	take_word(&offset, "0x");
	d->table = BCD_TABLE_MBR;
	if (!parse_hex(s, UINT32_MAX, &signature) ||
	    !parse_hex(offset, UINT64_MAX, &d->offset))
		return false;
	d->signature = (uint32_t)signature;
	return true;
}

static int parse_device(struct parser *p, char *s, unsigned depth,
			struct bcd_device **ret);

static int new_device(struct parser *p, enum bcd_device_kind kind,
		      struct bcd_device **ret)
{
	*ret = mem_alloc(sizeof(**ret));
	if (!*ret)
		return err_nomem(p->err);
	(*ret)->kind = kind;
	return 0;
}

static int set_path(struct parser *p, const char *s, struct bcd_device *d)
{
	if (*s != '\\')
		return refuse(p, s, "a path that begins with \\ is needed");
	d->path = mem_strdup(s);
	return d->path ? 0 : err_nomem(p->err);
}

// Reads "[HOST]PATH" into host and path.
static int parse_file(struct parser *p, char *s, unsigned depth,
		      struct bcd_device *d)
{
	struct bcd_device *host = NULL;
	unsigned open = 0;
	char *end = s;
	int r;

	if (*s != '[')
		return refuse(p, s, "[device]\\path is needed");
	do {
		// The device of a file may have a file itself, with brackets of
		// its own.
		open += *end == '[';
		open -= *end == ']';
		end++;
	} while (*end && open);
	if (open)
		return refuse(p, s, "a ] is missing");
	r = set_path(p, end, d);
	if (r)
		return r;
	end[-1] = 0;
	if (d->kind == BCD_DEVICE_VHD && !strcasecmp(s + 1, "locate")) {
		r = new_device(p, BCD_DEVICE_LOCATE, &host);
		if (!r)
			r = set_path(p, d->path, host);
	} else {
		r = parse_device(p, s + 1, depth + 1, &host);
	}
	d->host = host;
	return r;
}

static int parse_partition(struct parser *p, char *s, unsigned depth,
			   struct bcd_device *d)
{
	char *file = strstr(s, ",file=[");
	struct bcd_device *host = NULL;
	const char *rest = s;
	bool good;
	int r = -ENOENT;

	d->kind = BCD_DEVICE_PARTITION;
	if (file) {
		*file = 0;
		r = new_device(p, BCD_DEVICE_FILE, &host);
		d->host = host;
		if (!r)
			r = parse_file(p, file + strlen(",file="), depth + 1,
				       host);
		if (r)
			return r;
		r = -ENOENT;
	}
	// Drive letters and the like are known to the caller only; -ENOENT: not
	// to it either.
	if (p->resolve)
		r = p->resolve(p->ctx, s, d, p->err);
	if (r != -ENOENT)
		return r;
	if (take_word(&rest, "gpt:"))
		good = parse_gpt(s + 4, d);
	else
		good = take_word(&rest, "mbr:") && parse_mbr(s + 4, d);
	return good ? 0
		    : refuse(p, s,
			     "no partition that is known here; "
			     "gpt:DISK:PARTITION and "
			     "mbr:SIGNATURE:OFFSET always are");
}

// Takes ",locate=custom:XXXXXXXX" off the end of the text, if it is there.
// Others before it belong to devices within. Without one it is the element that
// bcdedit takes: the path's, or for osdevice the folder's.
static int take_locate(struct parser *p, char *s, uint32_t *element)
{
	static const char word[] = ",locate=custom:";
	char *at = NULL;
	uint64_t n;

	for (char *c = s; *c; c++)
		if (!strncasecmp(c, word, sizeof(word) - 1))
			at = c;
	*element = p->owner == BCD_OS_DEVICE ? BCD_SYSTEM_ROOT : BCD_PATH;
	if (!at)
		return 0;
	if (!parse_hex(at + sizeof(word) - 1, UINT32_MAX, &n))
		return refuse(p, at, "the number of an element is needed");
	*element = (uint32_t)n;
	*at = 0;
	return 0;
}

// Takes ",{GUID}" or ",{alias}" off the end of the text, if it is there.
static int take_options(struct parser *p, char *s, struct guid *options)
{
	char *at = strrchr(s, ',');

	if (!at || at[1] != '{')
		return 0;
	*at = 0;
	for (const struct bcd_alias *a = bcd_aliases; a->name; a++) {
		if (strcasecmp(a->name, at + 1))
			continue;
		*options = a->id;
		return 0;
	}
	if (guid_parse(at + 1, options))
		return refuse(p, at + 1, "no GUID of an object");
	return 0;
}

static int parse_locate(struct parser *p, const char *s, struct bcd_device *d)
{
	uint64_t element;

	d->kind = BCD_DEVICE_LOCATE;
	if (!*s) {
		d->element = p->owner == BCD_OS_DEVICE ? BCD_SYSTEM_ROOT
						       : BCD_PATH;
		return 0;
	}
	if (!take_word(&s, "="))
		return refuse(p, s, "no device");
	if (!take_word(&s, "custom:"))
		return set_path(p, s, d);
	if (!parse_hex(s, UINT32_MAX, &element))
		return refuse(p, s, "the number of an element is needed");
	d->element = (uint32_t)element;
	return 0;
}

static int parse_kind(struct parser *p, char *s, unsigned depth,
		      struct bcd_device *d)
{
	const char *rest = s;
	int r;

	if (!strcasecmp(s, "boot")) {
		d->kind = BCD_DEVICE_BOOT;
		return 0;
	}
	if (take_word(&rest, "locate"))
		return parse_locate(p, rest, d);
	if (take_word(&rest, "vhd=")) {
		d->kind = BCD_DEVICE_VHD;
		s += rest - s;
		r = take_locate(p, s, &d->element);
		return r ? r : parse_file(p, s, depth, d);
	}
	if (take_word(&rest, "ramdisk=") || take_word(&rest, "file=")) {
		d->kind = *s == 'r' || *s == 'R' ? BCD_DEVICE_RAMDISK
						 : BCD_DEVICE_FILE;
		return parse_file(p, s + (rest - s), depth, d);
	}
	if (take_word(&rest, "partition="))
		return parse_partition(p, s + (rest - s), depth, d);
	if (depth)
		return parse_partition(p, s, depth, d);
	return refuse(p, s, "no device");
}

// Parses text, which is changed on the way.
static int parse_device(struct parser *p, char *s, unsigned depth,
			struct bcd_device **ret)
{
	int r;

	if (depth > BCD_MAX_NESTING)
		return refuse(p, s, "it holds devices over 8 deep");
	r = new_device(p, BCD_DEVICE_BOOT, ret);
	if (!r && !depth)
		r = take_options(p, s, &(*ret)->options);
	return r ? r : parse_kind(p, s, depth, *ret);
}

int bcd_device_parse(const char *text, uint32_t owner,
		     int (*resolve)(void *ctx, const char *text,
				    struct bcd_device *device, struct err *err),
		     void *ctx, struct bcd_device **ret, struct err *err)
{
	struct parser p = {owner, resolve, ctx, err};
	struct bcd_device *d = NULL;
	char *copy = mem_strdup(text);
	int r;

	if (!copy)
		return err_nomem(err);
	r = parse_device(&p, copy, 0, &d);
	mem_free(copy);
	if (r)
		bcd_device_free(d);
	else
		*ret = d;
	return r;
}
