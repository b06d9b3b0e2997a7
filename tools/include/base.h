// SPDX-License-Identifier: MIT
//
// libbase: what every other library stands on. Byte-order types, checked
// ranges, errors, memory, GUIDs, CRC-32, SHA-1, UTF-16, wildcards, a thread
// pool and progress reports. Nothing in here prints, exits or keeps writable
// globals.
//
// Errors. A function that can fail returns 0 or a negative errno, and takes a
// `struct err *` (which may be NULL) as its last parameter, where it says in
// words what failed, where and why. The codes mean:
//
//   -EBADMSG    corrupt: the bytes break their format (err_corrupt only)
//   -ENOTSUP    valid, but not done by us
//   -EFBIG      over a named limit
//   -EINVAL     the caller's mistake; never reachable from file content
//   -ENOMEM     no memory
//   -ECANCELED  the progress callback asked to stop
//   others      by their plain meaning; a device's errno is passed up unchanged
//
// Output parameters (`ret`, `ret_x`) are untouched when a function fails.

#ifndef BASE_H
#define BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- Byte order --------------------------------------------------------------
// On-disk integers are byte arrays: no alignment, no padding, and a compile
// error when one is used as a number without its getter.

typedef struct {
	uint8_t b[2];
} le16;
typedef struct {
	uint8_t b[4];
} le32;
typedef struct {
	uint8_t b[8];
} le64;
typedef struct {
	uint8_t b[2];
} be16;
typedef struct {
	uint8_t b[4];
} be32;
typedef struct {
	uint8_t b[8];
} be64;

static inline uint16_t get_le16(le16 v)
{
	return (uint16_t)(v.b[0] | v.b[1] << 8);
}

static inline uint32_t get_le32(le32 v)
{
	return (uint32_t)v.b[0] | (uint32_t)v.b[1] << 8 |
	       (uint32_t)v.b[2] << 16 | (uint32_t)v.b[3] << 24;
}

static inline uint64_t get_le64(le64 v)
{
	return (uint64_t)v.b[0] | (uint64_t)v.b[1] << 8 |
	       (uint64_t)v.b[2] << 16 | (uint64_t)v.b[3] << 24 |
	       (uint64_t)v.b[4] << 32 | (uint64_t)v.b[5] << 40 |
	       (uint64_t)v.b[6] << 48 | (uint64_t)v.b[7] << 56;
}

static inline uint16_t get_be16(be16 v)
{
	return (uint16_t)(v.b[1] | v.b[0] << 8);
}

static inline uint32_t get_be32(be32 v)
{
	return (uint32_t)v.b[3] | (uint32_t)v.b[2] << 8 |
	       (uint32_t)v.b[1] << 16 | (uint32_t)v.b[0] << 24;
}

static inline uint64_t get_be64(be64 v)
{
	return (uint64_t)v.b[7] | (uint64_t)v.b[6] << 8 |
	       (uint64_t)v.b[5] << 16 | (uint64_t)v.b[4] << 24 |
	       (uint64_t)v.b[3] << 32 | (uint64_t)v.b[2] << 40 |
	       (uint64_t)v.b[1] << 48 | (uint64_t)v.b[0] << 56;
}

static inline le16 to_le16(uint16_t v)
{
	return (le16){{(uint8_t)v, (uint8_t)(v >> 8)}};
}

static inline le32 to_le32(uint32_t v)
{
	return (le32){{(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
		       (uint8_t)(v >> 24)}};
}

static inline le64 to_le64(uint64_t v)
{
	return (le64){{(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
		       (uint8_t)(v >> 24), (uint8_t)(v >> 32),
		       (uint8_t)(v >> 40), (uint8_t)(v >> 48),
		       (uint8_t)(v >> 56)}};
}

static inline be16 to_be16(uint16_t v)
{
	return (be16){{(uint8_t)(v >> 8), (uint8_t)v}};
}

static inline be32 to_be32(uint32_t v)
{
	return (be32){{(uint8_t)(v >> 24), (uint8_t)(v >> 16),
		       (uint8_t)(v >> 8), (uint8_t)v}};
}

static inline be64 to_be64(uint64_t v)
{
	return (be64){{(uint8_t)(v >> 56), (uint8_t)(v >> 48),
		       (uint8_t)(v >> 40), (uint8_t)(v >> 32),
		       (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		       (uint8_t)(v >> 8), (uint8_t)v}};
}

// The same out of bytes at any place, and into them.

static inline uint32_t load_le32(const void *p)
{
	return get_le32(*(const le32 *)p);
}

static inline uint64_t load_le64(const void *p)
{
	return get_le64(*(const le64 *)p);
}

static inline void store_le32(void *p, uint32_t v)
{
	*(le32 *)p = to_le32(v);
}

// --- Checked ranges ----------------------------------------------------------

// Returns true when [off, off + len) lies within [0, limit), without overflow.
static inline bool range_ok(uint64_t off, uint64_t len, uint64_t limit)
{
	return off <= limit && len <= limit - off;
}

// Rounds v up to a multiple of `to` (a power of two). The caller knows that the
// result fits. Returns the rounded value.
static inline uint64_t round_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) & ~(to - 1);
}

// Returns v rounded down to a multiple of `to` (a power of two).
static inline uint64_t round_down(uint64_t v, uint64_t to)
{
	return v & ~(to - 1);
}

// Returns true for 1, 2, 4, 8, ...
static inline bool is_power_of_two(uint64_t v)
{
	return v && !(v & (v - 1));
}

// --- Errors ------------------------------------------------------------------

#define ERR_NOWHERE UINT64_MAX

// Fixed size, no allocation; zero it before use. The first error wins: setting
// one that is set already changes nothing.
struct err {
	int code;       // 0 or a negative errno
	uint64_t where; // byte offset or line number, or ERR_NOWHERE
	bool is_line;   // of a text: `where` is a line number
	char what[384]; // the object: "GPT header", "win.vhd"
	char why[1024]; // one sentence without a full stop
};

// Fills in an error that is not yet set. `what` is copied, `fmt` as printf.
// What is too long is cut with "..." in its place: of the object the beginning
// goes. Returns `code`, so that a failing function can `return err_set(...)`.
int err_set(struct err *err, int code, const char *what, uint64_t where,
	    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

// The one door for "these bytes break their format".
// Returns -EBADMSG.
int err_corrupt(struct err *err, const char *what, uint64_t where,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

// The same door for a text that breaks its rules: `line` counts from 1, or is
// ERR_NOWHERE when it is the text as a whole.
// Returns -EBADMSG.
int err_bad_text(struct err *err, const char *what, uint64_t line,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

// Fills in an error that is not yet set with one that was kept aside, and the
// code `r`.
// Returns r.
int err_pass(struct err *err, int r, const struct err *inner);

// The same for an error of something inside of `what`, which is named before
// it. Returns the error's code.
int err_of(struct err *err, const char *what, const struct err *inner);

// Before a function whose result tells of failure: the compiler refuses to have
// it ignored.
#define MUST_CHECK __attribute__((warn_unused_result))

// For what may fail and changes nothing then: a hint, or tidying up after
// another failure. `r` is of a function with MUST_CHECK.
static inline void best_effort(int r)
{
	(void)r;
}

// For a failed allocation.
// Returns -ENOMEM.
int err_nomem(struct err *err);

// Returns what stands between a name and what is said of it: ": ", but " " behind a
// drive's letter ("V:"), which has its colon, and nothing behind an empty name.
const char *err_colon(const char *what);

// Room for err_format without a cut.
#define ERR_TEXT (384 + 1024 + 64)

// Writes "what: why (at offset N)" with the plain name of the code where there
// is no `why`, and without "what: " where there is no `what`. Always ends buf
// with a NUL. Returns buf.
char *err_format(const struct err *err, char *buf, size_t size);

// --- Memory ------------------------------------------------------------------
// All allocation of all libraries goes through these, so that a test can put
// its own in their place and fail the N-th.

// Returns n zeroed bytes (n = 0 gives a unique pointer), or NULL. Free with
// mem_free.
void *mem_alloc(size_t n);

// Returns count * size zeroed bytes, or NULL when there is no memory or the
// product overflows. Free with mem_free.
void *mem_array(size_t count, size_t size);

// Grows or shrinks an array to count * size bytes; new bytes are not zeroed.
// Returns the new place, or NULL, in which case the old one is kept.
void *mem_resize(void *p, size_t count, size_t size);

// Returns n zeroed bytes at a multiple of `align` (a power of two), or NULL.
// Free with mem_free.
void *mem_aligned(size_t align, size_t n);

// Returns true when n bytes are all zero.
bool mem_is_zero(const void *p, size_t n);

// Returns a copy of n bytes, or NULL. Free with mem_free.
void *mem_dup(const void *p, size_t n);

// Returns a copy of a string, or NULL. Free with mem_free.
char *mem_strdup(const char *s);

// Releases what the functions above gave; NULL is fine.
void mem_free(void *p);

// Makes room for one more element in a growing array: *items has `count`
// elements of `size` bytes and room for *capacity.
// Returns 0, or -ENOMEM with everything as before.
int mem_grow(void **items, size_t count, size_t *capacity, size_t size);

// --- GUID --------------------------------------------------------------------

// In on-disk order: the first three fields little-endian (UEFI 2.10, appendix
// A). Compare with memcmp or guid_equal.
struct guid {
	uint8_t b[16];
};

#define GUID_TEXT 39 // "{8-4-4-4-12}" and a NUL

// Reads "8-4-4-4-12" hex digits, with or without braces, any case.
// Returns 0, or -EINVAL when s is not a GUID.
int guid_parse(const char *s, struct guid *ret);

// Writes "8-4-4-4-12" in lower case without braces. Returns buf.
char *guid_format(const struct guid *g, char buf[GUID_TEXT]);

// Returns true when both are the same.
bool guid_equal(const struct guid *a, const struct guid *b);

// Returns true when all bytes are zero.
bool guid_is_zero(const struct guid *g);

// Makes a random GUID (RFC 9562, version 4) from the kernel's generator.
// Returns 0, or the generator's error.
int guid_random(struct guid *ret, struct err *err);

// Makes a GUID from a seed and a name (RFC 9562, version 5): the same two give
// the same GUID.
void guid_from_name(const struct guid *seed, const char *name,
		    struct guid *ret);

// --- Checksums ---------------------------------------------------------------

// CRC-32 of IEEE 802.3 (polynomial 0xEDB88320), as GPT, PNG and gzip use it.
// Start with crc 0; feed the result back in to go on. Returns the CRC so far.
uint32_t crc32_update(uint32_t crc, const void *data, size_t len);

// CRC-32C (Castagnoli, polynomial 0x82F63B78), as VHDX uses it. Usage and
// result as crc32_update.
uint32_t crc32c_update(uint32_t crc, const void *data, size_t len);

// As crc32c_update, without the instruction for it: a hundred times
// slower. Returns the same.
uint32_t crc32c_portable(uint32_t crc, const void *data, size_t len);

#define SHA1_SIZE 20

// SHA-1 (FIPS 180-4), by the processor's own instructions when it has them.
struct sha1 {
	uint32_t h[5];
	uint64_t length;
	uint8_t block[64];
	bool has_sha; // the processor has the instructions
};

// Starts a hash.
void sha1_init(struct sha1 *s);

// Adds len bytes.
void sha1_update(struct sha1 *s, const void *data, size_t len);

// Ends the hash and writes it to out; s may not be used again before sha1_init.
void sha1_final(struct sha1 *s, uint8_t out[SHA1_SIZE]);

// All three in one.
void sha1_digest(const void *data, size_t len, uint8_t out[SHA1_SIZE]);

// --- UTF-16 ------------------------------------------------------------------
// Windows names are 16-bit units that need not be valid UTF-16. They become
// UTF-8 with unpaired surrogates kept as three bytes (WTF-8), so that every
// name makes the round trip.

// Turns n little-endian units into a NUL-terminated string. Returns a new
// string (free with mem_free), or NULL when there is no memory.
char *utf16_to_utf8(const le16 *units, size_t n);

// The same into `out`, which has room for n * 3 + 1 bytes.
void utf16_put_utf8(const le16 *units, size_t n, char *out);

// Turns a string into units. *ret is new memory (free with mem_free), *ret_n
// the number of units, without a NUL (though one follows).
// Returns 0, -EINVAL when s is not (W)UTF-8, or -ENOMEM.
int utf16_from_utf8(const char *s, le16 **ret, size_t *ret_n);

// Returns the upper-case form of one unit as NTFS and the registry compare
// names: simple one-to-one mapping, as in the $UpCase file of Windows.
uint16_t utf16_upcase(uint16_t unit);

// Compares names without regard to case, unit by unit after utf16_upcase.
// Returns <0, 0 or >0.
int utf16_casecmp(const le16 *a, size_t a_n, const le16 *b, size_t b_n);

// --- Text files --------------------------------------------------------------

// Turns the bytes of a text file into UTF-8, without the mark that it may begin
// with: of UTF-16 when it has one of its two marks, as Windows' programs do, of
// UTF-8 when it can be read so, as scripts do, or else of Windows-1252. A NUL in it
// ends it for who takes the result as a string. Returns a new string (free with
// mem_free), or NULL when there is no memory.
char *text_to_utf8(const void *bytes, size_t size);

// Returns the UTF-16 unit of a byte of Windows-1252.
uint16_t text_from_ansi(uint8_t c);

// --- Wildcards ---------------------------------------------------------------

// Tells whether a name, at least one unit, matches a pattern with * and ? as on
// Windows' command line: case does not count, *.* matches every name, *. those
// without a dot, ? also nothing before a dot and at the end. A pattern without
// either matches its name. Returns true when it does.
bool wildcard_match(const le16 *pattern, size_t pattern_n, const le16 *name,
		    size_t name_n);

// Returns true for a text that has * or ? in it.
bool wildcard_is_pattern(const char *text);

// --- Time --------------------------------------------------------------------

// 100 ns units since 1601-01-01 UTC (FILETIME). Returns the current time.
uint64_t filetime_now(void);

// Returns seconds since 1970 (and nanoseconds) as FILETIME; times before 1601
// become 0.
uint64_t filetime_from_unix(int64_t seconds, uint32_t nanoseconds);

// Returns a FILETIME as seconds since 1970, rounded down.
int64_t filetime_to_unix(uint64_t filetime);

// --- Extended attributes -----------------------------------------------------
// In a list as NTFS stores it ([MS-FSCC] 2.4.15), which is how images are told of
// them too.

#define EA_HEADER 8u // bytes before a name; no list that holds any is shorter

struct ea {
	const char *name; // a NUL should follow: look, before that is trusted
	const uint8_t *value;
	size_t name_len, value_len; // at most 255 and 65535
	uint8_t flags;              // 0x80: needed to understand the file
};

// Gives the one at *at, which is moved to the next.
// Returns 1, 0 at the end of the list, or -1 for what is none; *at stays then.
int ea_next(const void *list, size_t size, size_t *at, struct ea *ret);

// Returns how many bytes of a list one takes: a multiple of 4.
size_t ea_size(const struct ea *ea);

// Writes one, which leads to what follows it.
void ea_put(const struct ea *ea, void *out);

// --- Sizes ------------------------------------------------------------------

// Reads digits and an optional B (bytes), K, M, G or T (powers of 1024, any case). What
// follows is left at *ret_end; with ret_end NULL nothing may follow.
// Returns 0, or -EINVAL.
int size_parse(const char *s, const char **ret_end, uint64_t *ret);

// Writes the size of a disk as Windows shows it and as size_parse reads it, by powers
// of 1024, rounded down: "500 MB", "1945 MB", "8 GB", "465 GB", "12 TB". Returns text.
#define SIZE_TEXT 32
char *size_text(uint64_t size, char text[SIZE_TEXT]);

// --- Thread pool -------------------------------------------------------------

struct pool;

// Starts `threads` workers; 0 takes one a core this process may use.
// Returns 0, -ENOMEM, or the error of thread creation. End with pool_free.
int pool_new(unsigned threads, struct pool **ret, struct err *err);

// Returns the number of cores that this process may use.
unsigned pool_cores(void);

// Returns the number of workers.
unsigned pool_threads(const struct pool *pool);

// Queues fn(arg) for a worker. Waits while more than a few jobs a worker are
// queued, so memory stays bounded. Never call it from a worker. Always succeeds:
// it returns nothing.
void pool_submit(struct pool *pool, void (*fn)(void *arg), void *arg);

// Waits until all queued jobs are done.
void pool_wait(struct pool *pool);

// Waits for all jobs and ends the workers; NULL is fine.
void pool_free(struct pool *pool);

// --- Progress ----------------------------------------------------------------

// What a long operation tells its caller, from the thread that called it.
struct progress {
	// stage: a few words ("Applying image"); done and total count bytes, or
	// what the stage counts; total 0 when unknown. Called at most some 20
	// times a second. Returning non-zero asks the operation to stop.
	int (*report)(void *ctx, const char *stage, uint64_t done,
		      uint64_t total);
	void *ctx;
	uint64_t last_ns; // private to progress_report
};

// Passes a report on; p may be NULL. The first, the last (done == total) and
// those 50 ms apart come through.
// Returns 0, or -ECANCELED when the callback asked to stop.
int progress_report(struct progress *p, const char *stage, uint64_t done,
		    uint64_t total);

#endif
