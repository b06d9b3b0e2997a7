// SPDX-License-Identifier: MIT
//
// Waiting until all disks of a machine had their time to appear: that one is not
// there proves something only then.

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "machine.h"

static void say(const struct settle *s, const char *text)
{
	if (s->say)
		s->say(s->ctx, text);
}

// The first device on the way that a rule could mean: one that asks for a bus
// cannot mean what comes on another. Those beyond the list could be anything.
static const struct settle_pending *
first_that_matters(const struct settle_look *look, const struct disk_rule *rule)
{
	const char *bus = rule ? rule->bus : NULL;

	for (size_t i = 0; i < look->count && i < SETTLE_MAX_PENDING; i++) {
		const struct settle_pending *p = &look->pending[i];

		if (!bus || !p->bus[0] || !fnmatch(bus, p->bus, FNM_CASEFOLD))
			return p;
	}
	return look->count > SETTLE_MAX_PENDING ? &look->pending[0] : NULL;
}

// What was not seen to change may have changed up to now; but when the drivers'
// loader tells when the last event was, that is known.
static void note_change(struct settle *s, const struct settle_look *look,
			uint64_t now)
{
	bool is_first = !s->has_looked;

	if (is_first || look->devices != s->devices)
		s->changed = is_first && look->last_event &&
					     look->last_event < now
				     ? look->last_event
				     : now;
	s->devices = look->devices;
	s->has_looked = true;
}

// Events that are about no disk (a battery, a fan) may come for ever; once the
// devices themselves have been quiet for long, they hold nothing up.
static bool is_quiet(const struct settle *s, const struct settle_look *look,
		     uint64_t begun, uint64_t now)
{
	uint64_t last = s->changed;

	if (look->last_event > last && look->last_event <= now &&
	    now - begun < SETTLE_STUCK_MS)
		last = look->last_event;
	return now - last >= SETTLE_QUIET_MS;
}

static void say_pending(const struct settle *s, const struct settle_pending *p)
{
	char text[256];

	snprintf(text, sizeof(text), "  %s %s", p->name, p->why);
	say(s, text);
}

static int give_up(const struct settle_pending *p, struct err *err)
{
	if (p)
		return err_set(
			err, -ETIMEDOUT, p->name, ERR_NOWHERE,
			"it %s, so which disks there are is not known; "
			"take it off, or leave its bus out by \"bus\" in "
			"[disk], or name the disk with --target",
			p->why);
	return err_set(err, -ETIMEDOUT, "disks of this machine", ERR_NOWHERE,
		       "they come and go without end, so which there are is "
		       "not known; look for a loose cable or a failing device, "
		       "or name the disk with --target");
}

int settle_wait(struct settle *s, const struct disk_rule *rule, struct err *err)
{
	uint64_t begun = s->now(s->ctx), now = begun;
	const struct settle_pending *p;
	bool has_waited = false;
	char said[96] = "";
	struct settle_look look;

	for (;; s->sleep(s->ctx, SETTLE_POLL_MS), now = s->now(s->ctx)) {
		s->look(s->ctx, &look);
		note_change(s, &look, now);
		p = first_that_matters(&look, rule);
		if (!p && is_quiet(s, &look, begun, now))
			break;
		if ((p && now - begun >= SETTLE_STUCK_MS &&
		     now - s->changed >= SETTLE_STUCK_MS) ||
		    now - begun >= SETTLE_LIMIT_MS)
			return give_up(p, err);
		if (!has_waited)
			say(s,
			    "Waiting until every disk had its time to appear");
		has_waited = true;
		if (p && strcmp(said, p->name)) {
			say_pending(s, p);
			snprintf(said, sizeof(said), "%s", p->name);
		}
	}
	if (has_waited)
		say(s,
		    "Nothing is on its way any more, and all has been quiet");
	return 0;
}

// --- A real machine ----------------------------------------------------------

static void look_at_machine(void *ctx, struct settle_look *ret)
{
	settle_look_at(ctx, ret);
}

static uint64_t machine_now(void *ctx)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void machine_sleep(void *ctx, uint64_t ms)
{
	struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

void settle_init(struct settle *s, const char *root)
{
	*s = (struct settle){.look = look_at_machine,
			     .now = machine_now,
			     .sleep = machine_sleep,
			     .ctx = (void *)root};
}
