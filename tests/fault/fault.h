// SPDX-License-Identifier: MIT
//
// Making the N-th step fail. A fault test runs one operation over and over with
// N = 1, 2, ... until it is reached no more, twice: once only the N-th step
// fails (transient), once all from the N-th on (persistent).

#ifndef FAULT_H
#define FAULT_H

#include "disk.h"

// --- Allocations (mem.c here takes the place of libbase's) --------------------

// From now on the n-th allocation fails (1 is the next one), and those after
// it too when `persistent`. 0 ends this.
void fault_mem(unsigned n, bool persistent);

// Returns how many allocations were made to fail since fault_mem.
unsigned fault_mem_failed(void);

// Returns how many allocations are not freed: the same before and after an
// operation, or it leaks.
size_t fault_mem_live(void);

// Runs an operation again and again while the n-th allocation fails, n = 1, 2, ...
// until none does, once with that one alone and once with all from it on: it
// must say -ENOMEM, or do without, and leak nothing.
void fault_mem_each(int (*run)(void *ctx, struct err *err), void *ctx);

// As fault_mem_each, for an operation that cannot do without.
void fault_mem_fails(int (*run)(struct err *err));

// --- Disks -------------------------------------------------------------------

struct fault_plan {
	unsigned fail_at; // the n-th I/O fails with -EIO; 0: none
	bool persistent;  // and all after it
	bool writes_only; // reads are not counted
	uint64_t room;    // when not 0: no byte is written at or behind it
			  // (-ENOSPC, after those before it)
	bool grows;       // with room: the file may get longer all the same
	unsigned count;   // I/Os so far
	unsigned failed;  // those made to fail
};

// A disk that passes everything to `base` but fails by the plan. Closing it
// does not close base. Never returns NULL.
struct disk *fault_disk(struct disk *base, struct fault_plan *plan);

// An empty disk in memory that gets `room` bytes long without asking for memory
// again, and longer when it must: for those that are filled over and over. Never
// returns NULL.
struct disk *roomy_disk(uint64_t room);

// One entry of a recorded log.
struct record {
	enum { RECORD_WRITE, RECORD_ZERO, RECORD_FLUSH, RECORD_RESIZE } kind;
	uint64_t off, len; // of a resize: 0 and the size
	uint8_t *data;     // of a write
};

struct record_log {
	struct record *items;
	size_t count, capacity;
};

// A disk that passes everything to `base` and keeps a log of what was written.
// Discards are passed on and not logged. Never returns NULL.
struct disk *record_disk(struct disk *base, struct record_log *log);

// Puts the first `count` entries of the log onto `target` as a power cut there
// would leave them: writes before the last flush are all there; those after it
// are kept, dropped or torn by `choose`, called once for each with its index;
// NULL keeps all. A write that is kept makes the target long enough for it.
enum record_fate { RECORD_KEEP, RECORD_DROP, RECORD_TEAR };
void record_replay(const struct record_log *log, size_t count,
		   struct disk *target,
		   enum record_fate (*choose)(void *ctx, size_t index),
		   void *ctx);

// As record_replay, but writes after the last flush reach the target in any order,
// and any part of them, as a seed shuffles them; of changes of its size, which a
// file system keeps in order, the last ones may be lost.
void record_shuffle(const struct record_log *log, size_t count,
		    struct disk *target, uint64_t seed);

// As either, in one of several ways: 0 keeps, 1 drops and 2 tears all that was
// not flushed, and any other shuffles it.
void record_cut(const struct record_log *log, size_t count, struct disk *target,
		unsigned way);

// Frees what a log holds.
void record_free(struct record_log *log);

// --- Operations on a disk that must be safe -----------------------------------

// Where the power went: of the log, before entry `count`.
struct fault_cut {
	const struct record_log *log;
	size_t count;
	unsigned round;
	uint32_t seed;
};

// What is done to copies of `base`, and what must hold of what is then there.
struct fault_operation {
	struct disk *base;
	void *ctx;
	int (*run)(void *ctx, struct disk *d, struct err *err);
	// `cut` is NULL after a failure; `is_done` tells that nothing was cut
	// off or failed, or that nothing was done yet.
	void (*judge)(void *ctx, struct disk *d, const struct fault_cut *cut,
		      bool is_done);
	// Of round 0 all is kept; of others this tells, or any fate is drawn
	// when it is NULL. Its ctx is the struct fault_cut.
	enum record_fate (*choose)(void *cut, size_t index);
	// While `run` runs under fault_cut_each, what it has written so far.
	const struct record_log *log;
};

// A copy in memory.
struct disk *fault_copy(struct disk *from);

// Writes one to the file FOLDER/NAME-NUMBER, for judges.
void fault_keep(struct disk *d, const char *folder, const char *name,
		unsigned number);

// Draws any fate. Its ctx is a struct fault_cut.
enum record_fate fault_draw(void *cut, size_t index);

// Runs an operation and cuts the power after every `step`-th entry of its log
// and after the last, so many rounds each.
void fault_cut_each(struct fault_operation *o, unsigned step, unsigned rounds);

// Runs it while the n-th I/O fails, n = 1, 1 + step, ... until none does, with
// that one alone and with all from it on: it must say -EIO, or with
// `may_do_without` succeed all the same.
void fault_io_each(struct fault_operation *o, unsigned step, bool writes_only,
		   bool may_do_without);

// As fault_io_each, for the n-th allocation and -ENOMEM; it must leak nothing.
void fault_mem_each_on(struct fault_operation *o, unsigned step);

#endif
