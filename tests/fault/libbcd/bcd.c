// SPDX-License-Identifier: MIT
//
// Stores and devices while the N-th allocation fails: the code is -ENOMEM,
// nothing leaks, and an element that could not be set is as before.

#include "fault/fault.h"
#include "test.h"
#include "unit/libbcd/made.h"

static const struct bcd_device host = {.kind = BCD_DEVICE_PARTITION,
				       .partition = {{1}}};
static const struct bcd_device vhd = {
	.kind = BCD_DEVICE_VHD, .host = &host, .path = "\\w.vhdx"};
static const struct bcd_windows_entry entry = {
	.system = &host, .windows = &host, .loader = {{3}}, .resume = {{4}}};

static int make(struct err *err)
{
	void *data = NULL;
	size_t size;
	int r = made_store(&entry, 1, &data, &size, err);

	check(!r == !!data);
	mem_free(data);
	return r;
}

static int use(struct bcd *bcd, struct err *err)
{
	struct bcd_object *obj = bcd_object_find(bcd, &entry.loader);
	struct bcd_windows_entry second = entry;
	struct guid *ids = NULL;
	uint64_t *n = NULL;
	size_t count;
	char *s = NULL;
	int r = bcd_get_string(obj, BCD_PATH, &s, err);

	mem_free(s);
	if (!r)
		r = bcd_get_objects(obj, BCD_INHERIT, &ids, &count, err);
	mem_free(ids);
	if (!r)
		r = bcd_get_integers(obj, BCD_ALLOWED_SETTINGS, &n, &count,
				     err);
	mem_free(n);
	if (!r) {
		r = bcd_set_string(bcd, obj, BCD_PATH, "\\x", err);
		check(bcd_element_exists(obj, BCD_PATH));
	}
	if (!r) {
		r = bcd_set_bool(bcd, obj, BCD_WINPE, true, err);
		check(bcd_element_exists(obj, BCD_WINPE) == !r);
	}
	second.loader.b[0] = 9;
	second.windows = &vhd;
	if (!r)
		r = bcd_add_windows(bcd, &second, NULL, err);
	if (!r)
		r = bcd_object_remove(bcd, obj, true, err);
	return r;
}

static int change(struct err *err)
{
	struct bcd *bcd = NULL;
	void *data;
	size_t size;
	int r = made_store(&entry, 1, &data, &size, err);

	if (r)
		return r;
	r = bcd_load(data, size, &bcd, err);
	mem_free(data);
	if (r) {
		check(!bcd);
		return r;
	}
	r = use(bcd, err);
	bcd_free(bcd);
	return r;
}

static int devices(struct err *err)
{
	struct bcd_device *d = NULL, *again = NULL;
	char *text = NULL;
	void *data;
	size_t size;
	int r = bcd_device_encode(&vhd, &data, &size, err);

	if (r)
		return r;
	r = bcd_device_decode(data, size, &d, err);
	check(!r == !!d);
	if (!r && !(text = bcd_device_format(d)))
		r = err_nomem(err);
	if (!r)
		r = bcd_device_parse(text, BCD_DEVICE, NULL, NULL, &again, err);
	mem_free(text);
	bcd_device_free(again);
	bcd_device_free(d);
	mem_free(data);
	return r;
}

int main(void)
{
	fault_mem_fails(make);
	fault_mem_fails(change);
	fault_mem_fails(devices);
	check_eq(fault_mem_live(), 0);
	return 0;
}
