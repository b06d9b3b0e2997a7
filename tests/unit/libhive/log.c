// SPDX-License-Identifier: MIT
//
// Replaying logs: a dirty hive by Windows and its logs give what Windows
// recovered from them; broken logs are refused. With arguments it writes the
// recovered hive, for judges: log FILE LOG1 LOG2 TO.

#include "hive.h"
#include "test.h"

// A hive and its two logs.
struct set {
	uint8_t *hive, *log[HIVE_LOGS];
	size_t size, log_size[HIVE_LOGS];
};

static int recover(const struct set *s, void **ret, size_t *ret_size,
		   struct err *err)
{
	struct hive_log logs[HIVE_LOGS] = {{s->log[0], s->log_size[0]},
					   {s->log[1], s->log_size[1]}};
	struct hive *hive;
	int r = hive_load_with_logs(s->hive, s->size, logs, &hive, err);

	if (r)
		return r;
	r = hive_save(hive, ret, ret_size, err);
	hive_free(hive);
	return r;
}

static uint8_t *sample(const char *name, size_t *ret_size)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/regf/yarp-NewDirtyHive1/%s.xz",
		 samples(), name);
	return read_sample(path, ret_size);
}

static void release(struct set *s)
{
	free(s->log[0]);
	free(s->log[1]);
	free(s->hive);
}

static int write_recovered(char **paths)
{
	struct err err = {0};
	struct set s;
	size_t n;
	void *got;
	FILE *f = fopen(paths[3], "wb");

	s.hive = read_sample(paths[0], &s.size);
	s.log[0] = read_sample(paths[1], &s.log_size[0]);
	s.log[1] = read_sample(paths[2], &s.log_size[1]);
	check_ok(recover(&s, &got, &n, &err), &err);
	check(f && fwrite(got, 1, n, f) == n && !fclose(f));
	mem_free(got);
	release(&s);
	return 0;
}

static void check_against_windows(const struct set *s)
{
	struct err err = {0};
	struct hive *hive;
	size_t size, n, m;
	void *got, *want;
	uint8_t *data = sample("RecoveredHive_Windows10", &size);

	check_ok(hive_load(data, size, &hive, &err), &err);
	check_eq(hive->sequence, 6);
	check_ok(hive_save(hive, &want, &m, &err), &err);
	check_ok(recover(s, &got, &n, &err), &err);
	// all but the header: its times are those of the recovery
	check_eq(n, m);
	check(!memcmp((uint8_t *)got + 4128, (uint8_t *)want + 4128, n - 4128));
	mem_free(want);
	mem_free(got);
	hive_free(hive);
	free(data);
}

static void check_recovers(const struct set *s, int want)
{
	size_t n;
	void *got;

	check_eq(recover(s, &got, &n, NULL), want);
	if (!want)
		mem_free(got);
}

int main(int argc, char **argv)
{
	struct hive *hive;
	struct set s;

	if (argc == 5)
		return write_recovered(argv + 1);
	s.hive = sample("NewDirtyHive", &s.size);
	s.log[0] = sample("NewDirtyHive.LOG1", &s.log_size[0]);
	s.log[1] = sample("NewDirtyHive.LOG2", &s.log_size[1]);
	check_against_windows(&s);

	// the first entry broken: in its pages, in its fields, in its log's
	// header
	for (size_t at = 40; at <= 600; at += 280) {
		s.log[0][at] ^= 1;
		check_recovers(&s, -ENOTSUP);
		s.log[0][at] ^= 1;
	}
	// a later entry that is broken ends the replay before it
	s.log[1][600] ^= 1;
	check_recovers(&s, 0);
	s.log[1][600] ^= 1;
	// a damaged header is taken from the log that was begun last
	s.hive[4] ^= 8;
	check_eq(hive_load(s.hive, s.size, &hive, NULL), -EBADMSG);
	check_recovers(&s, 0);
	s.hive[4] ^= 8;
	// no logs
	s.log_size[0] = s.log_size[1] = 0;
	check_recovers(&s, -ENOTSUP);
	release(&s);
	return 0;
}
