// SPDX-License-Identifier: MIT
//
// Inside libnet: names taken apart, connections, and the answers of an HTTP
// server.

#ifndef NET_PRIV_H
#define NET_PRIV_H

#include <sys/socket.h>

#include "net.h"

#define NET_MAX_NAME     4096u  // a whole name: what servers take in a request
#define NET_MAX_HOST     256u   // RFC 1035, 2.3.4, and a NUL
#define HTTP_MAX_HEAD    16384u // an answer's head: what servers send at most
#define HTTP_MAX_TAG     256u   // an ETag, far above what servers make
#define HTTP_MAX_DATE    64u
#define HTTP_MAX_TYPE    64u
#define HTTP_MAX_LINE    1024u // of a chunk's size, with extensions
#define HTTP_MAX_TRAILER 64u   // lines behind the last chunk
#define HTTP_MAX_INTERIM 16u   // answers 1xx before the real one
#define HTTP_MAX_HOPS    5u    // redirections

// --- Names (name.c) ---------------------------------------------------------

enum net_kind { NET_HTTP, NET_SMB, NET_NFS, NET_TFTP };

struct net_name {
	enum net_kind kind;
	char host[NET_MAX_HOST]; // without brackets
	uint16_t port;           // as given, or the kind's own
	bool has_port;
	char share[NET_MAX_HOST]; // SMB
	// TFTP: "/file"; HTTP: the request's target, "/a%20b?c"; SMB:
	// "/dir/file"; NFS: "/export/dir/file".
	char path[NET_MAX_NAME];
};

// Takes a name apart.
// Returns 0, -EINVAL, or -ENOTSUP for a kind that is not known.
int net_name_parse(const char *text, struct net_name *ret, struct err *err);

// Makes the name that a redirection leads to: `location` is a whole URL, or one
// relative to `base`.
// Returns 0, or as net_name_parse.
int net_name_follow(const struct net_name *base, const char *location,
		    struct net_name *ret, struct err *err);

// --- Connections (socket.c) -------------------------------------------------

struct net_peer {
	char host[NET_MAX_HOST];
	uint16_t port;
	int kind; // SOCK_STREAM, SOCK_DGRAM
	struct sockaddr_storage address;
	socklen_t address_size;
};

// Finds a server by its name and connects to the first of its addresses that
// answers. `what` is for messages.
// Returns 0, -ENOENT when there is no such name, -ENETDOWN when this machine
// has no address, -EAGAIN when no name server answers, or what connect(2)
// gives.
int net_peer_find(const char *host, uint16_t port, int kind,
		  const struct net_patience *patience, const char *what,
		  struct net_peer *ret, int *ret_fd, struct err *err);

// Connects once more. `stop` may be NULL; when it turns true, -ECANCELED.
int net_peer_connect(const struct net_peer *peer, unsigned milliseconds,
		     const bool *stop, int *ret_fd);

// Sends all of it. Returns 0 or what send(2) gives.
int net_send(int fd, const void *data, size_t size, unsigned milliseconds,
	     const bool *stop);

// Receives what is there, at least a byte. *ret is 0 at the end.
// Returns 0, -ETIMEDOUT, -ECANCELED, or what recv(2) gives.
int net_receive(int fd, void *data, size_t room, unsigned milliseconds,
		const bool *stop, size_t *ret);

// Waits until something comes. Returns 0, -ETIMEDOUT, or what poll(2) gives.
int net_wait(int fd, unsigned milliseconds);

// Sleeps. Returns false when `stop` turned true meanwhile.
bool net_sleep(unsigned milliseconds, const bool *stop);

// Returns a clock's milliseconds.
uint64_t net_clock(void);

// --- Answers (http_head.c) --------------------------------------------------

// The head of an answer (RFC 9112, 4 and 5), decoded.
struct http_head {
	unsigned status;
	bool has_length, has_range, has_total;
	bool is_chunked;          // Transfer-Encoding
	bool will_close;          // the connection ends with this answer
	bool is_encoded;          // Content-Encoding other than identity
	uint64_t length;          // Content-Length
	uint64_t first, last;     // has_range
	uint64_t total;           // has_total: of the file, by Content-Range
	char tag[HTTP_MAX_TAG];   // ETag with its quotes, "" without one
	char date[HTTP_MAX_DATE]; // Last-Modified
	char type[HTTP_MAX_TYPE]; // Content-Type
	char location[NET_MAX_NAME];
};

// Returns the length of the head that data begins with, with its empty line, or
// 0 when its end is not there.
size_t http_head_length(const char *data, size_t size);

// Decodes a head of `size` bytes, as http_head_length told.
// Returns 0, -EBADMSG, or -EFBIG for a field over its limit.
int http_head_decode(const char *data, size_t size, struct http_head *ret,
		     struct err *err);

// Decodes the line of a chunk's size (RFC 9112, 7.1), without its end.
// Returns 0 or -EBADMSG.
int http_chunk_decode(const char *line, size_t size, uint64_t *ret,
		      struct err *err);

// --- One connection (http_get.c) ---------------------------------------------

// The file, as the first answer told; then only read.
struct http_file {
	const char *name; // as the user wrote it
	struct net_peer peer;
	char target[NET_MAX_NAME];
	struct net_patience patience;
	char tag[HTTP_MAX_TAG], date[HTTP_MAX_DATE];
	uint64_t size;
	bool has_ranges;
};

// A connection; fd is -1 when there is none.
struct http_link {
	int fd;
	const bool *stop;
	// what was received and not used
	char buf[HTTP_MAX_HEAD];
	size_t at, end;
	// the answer that is being read
	struct http_head head;
	uint64_t left;    // bytes, in a chunk when there are chunks
	bool is_in_chunk; // or behind one, before its line's end
	bool is_done;
};

// Connects, follows redirections, and asks for the file's first `len` bytes:
// `file` and `link` are then known, and the answer's body is to be read. A file
// of 0 bytes has none. `file->name` and `file->patience` are given.
// Returns as net_open.
int http_begin(struct http_file *file, struct http_link *link, uint64_t len,
	       struct err *err);

// Asks for [off, off + len), over the link or a new one; *ret_len is how much
// of it the server will send. Returns 0, or as net_open and -ESTALE;
// http_is_passing tells which are worth another attempt.
int http_ask(const struct http_file *file, struct http_link *link, uint64_t off,
	     uint64_t len, uint64_t *ret_len, struct err *err);

// Reads the next bytes of the body; *ret is 0 at its end.
// Returns 0, -EBADMSG, or as net_receive.
int http_body(const struct http_file *file, struct http_link *link, void *data,
	      size_t room, size_t *ret, struct err *err);

// Reads what is left of a body that was read to its length, so that the link
// can be used again; closes it when that cannot be.
void http_end(const struct http_file *file, struct http_link *link);

// Ends the connection, if there is one.
void http_close(struct http_link *link);

// Tells whether an error is one that passes: of the connection, or of a server
// that starts.
bool http_is_passing(int code);

// --- TFTP (tftp_packet.c, tftp.c) -------------------------------------------

#define TFTP_MAX_BLOCK   1428u // fits into an Ethernet packet, IPv6 too
#define TFTP_MAX_WINDOW  16u
#define TFTP_MAX_NAME    400u
#define TFTP_MAX_REQUEST 512u // RFC 2347: as a packet of the old size

enum { TFTP_DATA = 3, TFTP_ERROR = 5, TFTP_OPTIONS = 6 };

struct tftp_packet {
	int kind;
	uint16_t number; // of the block, or the error
	const uint8_t *data;
	size_t size;
	uint32_t block_size, window; // options, or what holds without them
	bool has_file_size;
	uint64_t file_size;
	char words[80]; // of an error
};

// Makes the request for a file of at most TFTP_MAX_NAME letters. Returns its
// size.
size_t tftp_request(const char *name, char packet[TFTP_MAX_REQUEST]);

// Decodes what a server sends.
// Returns 0 or -EBADMSG.
int tftp_decode(const void *packet, size_t size, struct tftp_packet *ret,
		struct err *err);

// Fetches a file into memory. Returns as net_open.
int net_tftp_open(const char *text, const struct net_name *name,
		  const struct net_patience *patience, struct disk **ret,
		  struct err *err);

// --- Shares (share.c) -------------------------------------------------------

// Opens a file of an SMB or NFS server. Returns as net_open.
int net_share_open(const char *text, const struct net_name *name,
		   const struct net_logon *logon, struct disk **ret,
		   struct err *err);

#endif
