// SPDX-License-Identifier: MIT
//
// Waiting for late disks, on a made-up machine with a made-up clock: disks that
// come in every order and by many delays, and those that never come.
#include "machine.h"
#include "test.h"

#define MAX_DEVICES 4
#define NEVER       UINT64_MAX

// A device is nowhere, then on its way, then a disk; one that is seen on its way
// may take as long as it likes.
struct device {
	uint64_t seen, ready; // ms
	const char *bus;
};

static struct {
	struct device devices[MAX_DEVICES];
	size_t count;
	uint64_t clock;
	uint64_t noise;    // an event about no device every so many ms, or 0
	uint64_t flapping; // devices come and go every so many ms, or 0
	bool has_loader;   // that tells when the last event was
	size_t unlisted;   // devices on their way beyond the list
	unsigned lines;    // said
} machine;

static void fake_look(void *ctx, struct settle_look *ret)
{
	*ret = (struct settle_look){.devices = 1};
	for (size_t i = 0; i < machine.count; i++) {
		const struct device *d = &machine.devices[i];
		struct settle_pending *p = &ret->pending[ret->count];
		uint64_t last = 0;

		if (machine.clock >= d->seen) {
			ret->devices += 10u << i;
			last = d->seen;
		}
		if (machine.clock >= d->ready) {
			ret->devices += 1000u << i;
			last = d->ready;
		} else if (machine.clock >= d->seen) {
			snprintf(p->name, sizeof(p->name), "device %zu", i);
			snprintf(p->bus, sizeof(p->bus), "%s", d->bus);
			strcpy(p->why, "is not there");
			ret->count++;
		}
		if (machine.has_loader && last > ret->last_event)
			ret->last_event = last;
	}
	for (size_t i = ret->count; machine.unlisted && i < SETTLE_MAX_PENDING;
	     i++)
		strcpy(ret->pending[i].bus, "usb");
	ret->count += machine.unlisted;
	if (machine.flapping)
		ret->devices += machine.clock / machine.flapping;
	if (machine.noise)
		ret->last_event = machine.clock - machine.clock % machine.noise;
}

static uint64_t fake_now(void *ctx)
{
	return machine.clock;
}

static void fake_sleep(void *ctx, uint64_t ms)
{
	machine.clock += ms;
}

static void fake_say(void *ctx, const char *text)
{
	check(*text);
	machine.lines++;
}

static struct settle new_settle(void)
{
	return (struct settle){.look = fake_look,
			       .now = fake_now,
			       .sleep = fake_sleep,
			       .say = fake_say};
}

// Waits from `clock` on; returns the code, *ret_ms how long it took.
static int settle_from(uint64_t clock, const struct disk_rule *rule,
		       uint64_t *ret_ms, struct err *err)
{
	struct settle s = new_settle();
	int r;

	machine.clock = clock;
	r = settle_wait(&s, rule, err);
	*ret_ms = machine.clock - clock;
	return r;
}

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)*seed * limit >> 32);
}

// Four devices in every order, each with delays of its own: between two changes
// there is less than the quiet time, or a device is on its way. Nothing may be
// concluded before the last one is there.
static void late_disks(void)
{
	static const char *const buses[] = {"usb", "nvme", "sata", "virtio"};
	uint32_t seed = 7;

	for (unsigned trial = 0; trial < 24 * 40; trial++) {
		unsigned order[] = {0, 1, 2, 3};
		uint64_t t = 5000, last = 0, ms;
		struct err err = {0};

		memset(&machine, 0, sizeof(machine));
		machine.has_loader = trial & 1;
		machine.count = MAX_DEVICES;
		for (unsigned i = 0, rest = trial % 24; i < 3; i++) {
			unsigned n = MAX_DEVICES - i, k = i + rest % n;
			unsigned other = order[k];

			order[k] = order[i];
			order[i] = other;
			rest /= n;
		}
		for (unsigned i = 0; i < MAX_DEVICES; i++) {
			struct device *d = &machine.devices[order[i]];

			t += random_below(&seed,
					  SETTLE_QUIET_MS - SETTLE_POLL_MS);
			d->seen = t;
			// a disk that spins up
			d->ready = t + random_below(&seed,
						    trial % 5 ? 2000 : 100000);
			d->bus = buses[order[i]];
			// the next comes while this one is on its way, or soon
			t = random_below(&seed, 2) ? t : d->ready;
			if (d->ready > last)
				last = d->ready;
			if (d->seen > last)
				last = d->seen;
		}
		check_ok(settle_from(5000, NULL, &ms, &err), &err);
		for (unsigned i = 0; i < MAX_DEVICES; i++)
			check(machine.clock >= machine.devices[i].ready);
		check(machine.clock >= last + SETTLE_QUIET_MS);
		check(machine.clock <=
		      last + SETTLE_QUIET_MS + 2 * SETTLE_POLL_MS);
		check(machine.lines >= 2);
	}
}

static void dead_device(void)
{
	struct disk_rule nvme = {.bus = (char[]){"nvme"}};
	struct disk_rule usb = {.bus = (char[]){"U*"}};
	struct err err = {0};
	uint64_t ms;

	memset(&machine, 0, sizeof(machine));
	machine.count = 1;
	machine.devices[0] = (struct device){0, NEVER, "usb"};
	check_eq(settle_from(10000, NULL, &ms, &err), -ETIMEDOUT);
	check(!strcmp(err.what, "device 0") && strstr(err.why, "is not there"));
	check(strstr(err.why, "--target"));
	check(ms >= SETTLE_STUCK_MS && ms <= SETTLE_STUCK_MS + 1000);
	check_eq(settle_from(10000, &usb, &ms, NULL), -ETIMEDOUT);
	// it cannot be what a rule for another bus means
	check_ok(settle_from(10000, &nvme, &ms, &err), &err);
	check(ms >= SETTLE_QUIET_MS && ms <= SETTLE_QUIET_MS + SETTLE_POLL_MS);
	// drivers that are loaded may bring any disk
	machine.devices[0].bus = "";
	check_eq(settle_from(10000, &nvme, &ms, NULL), -ETIMEDOUT);
	// and so may one of those that there was no room for
	machine.devices[0].bus = "usb";
	machine.unlisted = SETTLE_MAX_PENDING;
	check_eq(settle_from(10000, &nvme, &ms, NULL), -ETIMEDOUT);
}

static void without_end(void)
{
	struct err err = {0};
	uint64_t ms;

	memset(&machine, 0, sizeof(machine));
	machine.flapping = SETTLE_QUIET_MS - 500;
	check_eq(settle_from(10000, NULL, &ms, &err), -ETIMEDOUT);
	check(strstr(err.why, "come and go"));
	check(ms >= SETTLE_LIMIT_MS);
	machine.flapping = 0;
	machine.noise = 700;
	err = (struct err){0};
	check_ok(settle_from(10000, NULL, &ms, &err), &err);
	check(ms >= SETTLE_STUCK_MS && ms <= SETTLE_STUCK_MS + 1000);
}

// What has been quiet for long is not waited for; what has changed since the
// last time is.
static void again(void)
{
	struct settle s = new_settle();
	struct err err = {0};
	uint64_t begun;

	memset(&machine, 0, sizeof(machine));
	machine.count = 2;
	machine.has_loader = true;
	machine.devices[0] = (struct device){1000, 2000, "nvme"};
	machine.devices[1] = (struct device){30000, 31000, "usb"};
	machine.clock = begun = 20000;
	check_ok(settle_wait(&s, NULL, &err), &err);
	check_eq(machine.clock, begun);
	check_eq(machine.lines, 0);
	machine.clock = 29000;
	check_ok(settle_wait(&s, NULL, &err), &err);
	check_eq(machine.clock, 29000);
	machine.clock = 30500;
	check_ok(settle_wait(&s, NULL, &err), &err);
	check(machine.clock >= 31000 + SETTLE_QUIET_MS);
	// without the loader's word the change itself is the witness
	machine.has_loader = false;
	machine.devices[0].ready = machine.devices[1].ready = 0;
	machine.devices[1].seen = machine.clock + 1;
	s = new_settle();
	check_ok(settle_wait(&s, NULL, &err), &err);
	machine.devices[1] = (struct device){0, machine.clock + 50, "usb"};
	machine.clock += 60;
	begun = machine.clock;
	machine.devices[0].ready = NEVER;
	machine.devices[0].seen = NEVER;
	check_ok(settle_wait(&s, NULL, &err), &err);
	check(machine.clock - begun >= SETTLE_QUIET_MS);
}

static int look_count;

static void quiet_look(void *ctx, struct settle_look *ret)
{
	*ret = (struct settle_look){0};
	look_count++;
}

// The machine's own clock and folder.
static void real(void)
{
	struct settle s;

	settle_init(&s, "/nonexistent");
	check(!s.say && s.now(s.ctx) > 0);
	s.look = quiet_look;
	s.changed = s.now(s.ctx) - SETTLE_QUIET_MS + 150;
	s.has_looked = true;
	check_eq(settle_wait(&s, NULL, NULL), 0);
	check(look_count >= 2 && look_count <= 4);
}

int main(void)
{
	late_disks();
	dead_device();
	without_end();
	again();
	real();
	return 0;
}
