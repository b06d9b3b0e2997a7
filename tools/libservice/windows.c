// SPDX-License-Identifier: MIT
//
// What a Windows is, from its hives.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "service_priv.h"

#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"

// --- SYSTEM ------------------------------------------------------------------

int service_find_control_set(const struct hive *system, struct hive_key **ret,
			     struct err *err)
{
	struct hive_key *select = service_find_key(system->root, "Select");
	char name[sizeof("ControlSet000")];
	uint32_t number;

	if (!select || hive_value_get_u32(select, "Default", &number, NULL) ||
	    number > 999)
		return err_corrupt(err, "SYSTEM", ERR_NOWHERE,
				   "Select does not say which control set is "
				   "used");
	snprintf(name, sizeof(name), "ControlSet%03u", (unsigned)number);
	*ret = service_find_key(system->root, name);
	return *ret ? 0
		    : err_corrupt(err, "SYSTEM", ERR_NOWHERE, "%s is missing",
				  name);
}

static int read_arch(struct service *s, struct err *err)
{
	const struct hive_key *key =
		service_find_key(s->control_set,
				 "Control\\Session Manager\\Environment");
	char *text;
	int r = service_get_text(key, "PROCESSOR_ARCHITECTURE", &text, err);

	if (r)
		return r;
	if (!*text)
		r = err_corrupt(err, "SYSTEM", ERR_NOWHERE,
				"it does not say for which processor it is");
	else if (!inf_arch_find(text, &s->is.target.arch))
		r = err_set(err, -ENOTSUP, "SYSTEM", ERR_NOWHERE,
			    "it is for a processor called %s", text);
	mem_free(text);
	return r;
}

static int read_product(struct service *s, struct err *err)
{
	static const char *const types[] = {"WinNT", "LanmanNT", "ServerNT"};
	const struct hive_key *key =
		service_find_key(s->control_set, "Control\\ProductOptions");
	char *text;
	int r = service_get_text(key, "ProductType", &text, err);

	if (r)
		return r;
	for (unsigned i = 0; i < 3; i++)
		if (!strcasecmp(text, types[i]))
			s->is.target.product = i + 1;
	mem_free(text);
	return 0;
}

// --- SOFTWARE ----------------------------------------------------------------

// Windows 10 has its version as two numbers, and "6.3" where it was before.
static int read_version(struct service *s, const struct hive_key *key,
			struct err *err)
{
	struct inf_target *t = &s->is.target;
	char *text;
	uint32_t n;
	int r = service_get_text(key, "CurrentVersion", &text, err);

	if (r)
		return r;
	if (sscanf(text, "%u.%u", &t->major, &t->minor) != 2)
		t->major = 0;
	mem_free(text);
	if (!hive_value_get_u32(key, "CurrentMajorVersionNumber", &n, NULL)) {
		t->major = n;
		t->minor = 0;
		if (!hive_value_get_u32(key, "CurrentMinorVersionNumber", &n,
					NULL))
			t->minor = n;
	}
	r = service_get_text(key, "CurrentBuildNumber", &text, err);
	if (r)
		return r;
	t->build = (unsigned)strtoul(text, NULL, 10);
	mem_free(text);
	if (!hive_value_get_u32(key, "UBR", &n, NULL))
		s->is.revision = n;
	if (!t->major || !t->build)
		return err_corrupt(err, "SOFTWARE", ERR_NOWHERE,
				   "no version of Windows is in it");
	if (t->major < 6 || (t->major == 6 && t->minor < 1))
		return err_set(err, -ENOTSUP, "SOFTWARE", ERR_NOWHERE,
			       "it is of Windows %u.%u, which is older than "
			       "Windows 7",
			       t->major, t->minor);
	return 0;
}

static int read_software(struct service *s, struct err *err)
{
	struct hive_bytes bytes;
	struct hive *hive;
	struct hive_key *key;
	int r = service_read_hive(s, "SOFTWARE", &bytes, err);

	if (r)
		return r;
	r = hive_load_part(bytes.data, bytes.size, bytes.logs, CURRENT_VERSION,
			   false, &hive, err);
	if (r) {
		hive_bytes_done(&bytes);
		return r;
	}
	key = service_find_key(hive->root, CURRENT_VERSION);
	r = key ? read_version(s, key, err)
		: err_corrupt(err, "SOFTWARE", ERR_NOWHERE, "%s is missing",
			      CURRENT_VERSION);
	if (!r)
		r = service_get_text(key, "EditionID", &s->is.edition, err);
	if (!r)
		r = service_get_text(key, "ProductName", &s->is.product_name,
				     err);
	hive_free(hive);
	hive_bytes_done(&bytes);
	return r;
}

// --- All of it ---------------------------------------------------------------

static int find_windows(struct service *s, const char *root, struct err *err)
{
	const char *const names[] = {"Windows"};
	struct err inner = {0};
	struct tree_stat st;
	int r = service_join(s->tree, root, names, 1, &s->windows, err);

	if (r)
		return r;
	r = tree_stat(s->tree, s->windows, &st, &inner);
	if (r == -ENOENT)
		return err_set(err, r, root, ERR_NOWHERE,
			       "there is no folder \"Windows\" in it");
	return r ? err_pass(err, r, &inner) : 0;
}

int service_open(struct tree *tree, const char *root, struct service **ret,
		 struct err *err)
{
	struct service *s = mem_alloc(sizeof(*s));
	int r;

	if (!s)
		return err_nomem(err);
	s->tree = tree;
	r = find_windows(s, root, err);
	if (!r)
		r = service_load_hive(s, "SYSTEM", &s->system, err);
	if (!r)
		r = service_find_control_set(s->system, &s->control_set, err);
	if (!r)
		r = read_arch(s, err);
	if (!r)
		r = read_product(s, err);
	if (!r)
		r = read_software(s, err);
	if (r) {
		service_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

void service_close(struct service *s)
{
	if (!s)
		return;
	hive_free(s->system);
	mem_free(s->windows);
	mem_free(s->is.edition);
	mem_free(s->is.product_name);
	mem_free(s);
}

const struct service_windows *service_get_windows(const struct service *s)
{
	return &s->is;
}

int service_read_inf(struct tree *tree, const char *path, struct inf **ret,
		     struct err *err)
{
	struct err inner = {0};
	void *data;
	size_t size;
	int r = tree_read_file(tree, path, INF_MAX_SIZE, &data, &size, err);

	if (r)
		return r;
	r = inf_read(data, size, ret, &inner);
	mem_free(data);
	return r ? err_of(err, path, &inner) : 0;
}

int service_open_published(struct service *s, const char *published,
			   struct inf **ret, struct err *err)
{
	const char *const names[] = {"INF", published};
	char *path;
	int r = service_join(s->tree, s->windows, names, 2, &path, err);

	if (r)
		return r;
	r = service_read_inf(s->tree, path, ret, err);
	mem_free(path);
	return r;
}
