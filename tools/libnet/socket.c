// SPDX-License-Identifier: MIT
//
// Connections by TCP, with a limit on every wait: finding a server by its name,
// connecting, sending, receiving.

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net_priv.h"

// Milliseconds in which `stop` is looked at: nothing else wakes a thread that
// waits for a server when its disk is closed.
#define SLICE 100u

// Time for DHCP to give out an address, for a server that is switched off to be
// called so, and for one that restarts to be back.
const struct net_patience net_usual_patience = {
	.address = 30000, .connect = 10000, .silent = 30000, .broken = 60000};

uint64_t net_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool is_stopped(const bool *stop)
{
	return stop && __atomic_load_n(stop, __ATOMIC_RELAXED);
}

bool net_sleep(unsigned milliseconds, const bool *stop)
{
	uint64_t end = net_clock() + milliseconds;

	for (uint64_t now = net_clock(); now < end; now = net_clock()) {
		unsigned left = (unsigned)(end - now);

		if (is_stopped(stop))
			return false;
		poll(NULL, 0, (int)(left < SLICE ? left : SLICE));
	}
	return !is_stopped(stop);
}

// Waits until the socket can do what is asked.
static int wait_for(int fd, short events, unsigned milliseconds,
		    const bool *stop)
{
	uint64_t end = net_clock() + milliseconds;

	for (;;) {
		uint64_t now = net_clock();
		unsigned left = now < end ? (unsigned)(end - now) : 0;
		struct pollfd p = {.fd = fd, .events = events};
		int n = poll(&p, 1, (int)(left < SLICE ? left : SLICE));

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (is_stopped(stop))
			return -ECANCELED;
		if (!left)
			return -ETIMEDOUT;
	}
}

int net_wait(int fd, unsigned milliseconds)
{
	return wait_for(fd, POLLIN, milliseconds, NULL);
}

int net_send(int fd, const void *data, size_t size, unsigned milliseconds,
	     const bool *stop)
{
	const char *at = data;

	while (size) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		int r;

		if (n >= 0) {
			at += n;
			size -= (size_t)n;
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		r = wait_for(fd, POLLOUT, milliseconds, stop);
		if (r)
			return r;
	}
	return 0;
}

int net_receive(int fd, void *data, size_t room, unsigned milliseconds,
		const bool *stop, size_t *ret)
{
	for (;;) {
		ssize_t n = recv(fd, data, room, MSG_DONTWAIT);
		int r;

		if (n >= 0) {
			*ret = (size_t)n;
			return 0;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		r = wait_for(fd, POLLIN, milliseconds, stop);
		if (r)
			return r;
	}
}

// --- Connecting -------------------------------------------------------------

// A socket that can be written to is connected or has failed: its error tells
// which (connect(2), EINPROGRESS).
static int finish_connect(int fd, unsigned milliseconds, const bool *stop)
{
	int error = 0, r = wait_for(fd, POLLOUT, milliseconds, stop);
	socklen_t size = sizeof(error);

	if (r)
		return r;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
		return -errno;
	return -error;
}

int net_peer_connect(const struct net_peer *peer, unsigned milliseconds,
		     const bool *stop, int *ret_fd)
{
	const struct sockaddr *address =
		(const struct sockaddr *)&peer->address;
	int on = 1, r = 0;
	int fd = socket(address->sa_family,
			peer->kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, address, peer->address_size))
		r = errno == EINPROGRESS
			    ? finish_connect(fd, milliseconds, stop)
			    : -errno;
	if (r) {
		close(fd);
		return r;
	}
	// A request goes out at once; without the option it is only slower.
	if (peer->kind == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	*ret_fd = fd;
	return 0;
}

// Tries all addresses in their order. Returns the last one's error.
static int connect_any(struct net_peer *peer, const struct addrinfo *list,
		       unsigned milliseconds, int *ret_fd)
{
	int r = -EADDRNOTAVAIL;

	for (const struct addrinfo *a = list; a; a = a->ai_next) {
		if (a->ai_addrlen > sizeof(peer->address))
			continue;
		memcpy(&peer->address, a->ai_addr, a->ai_addrlen);
		peer->address_size = a->ai_addrlen;
		r = net_peer_connect(peer, milliseconds, NULL, ret_fd);
		if (!r)
			return 0;
	}
	return r;
}

// Returns 0, what connect(2) gives, -ENOENT for a name that is not known, or
// -EAGAIN when nobody could be asked.
static int find_once(struct net_peer *peer, unsigned milliseconds, int *ret_fd)
{
	struct addrinfo hints = {.ai_socktype = peer->kind}, *list;
	char port[8];
	int r;

	snprintf(port, sizeof(port), "%u", peer->port);
	r = getaddrinfo(peer->host, port, &hints, &list);
	if (r)
		return r == EAI_MEMORY   ? -ENOMEM
		       : r == EAI_NONAME ? -ENOENT
					 : -EAGAIN;
	r = connect_any(peer, list, milliseconds, ret_fd);
	freeaddrinfo(list);
	return r;
}

// --- This machine -----------------------------------------------------------

// Link-local addresses of IPv6 come with the cable, before anybody gave one
// out.
static bool is_usable(const struct ifaddrs *a)
{
	const struct sockaddr_in6 *v6;

	if (!a->ifa_addr || (a->ifa_flags & IFF_LOOPBACK) ||
	    !(a->ifa_flags & IFF_UP))
		return false;
	if (a->ifa_addr->sa_family == AF_INET)
		return true;
	v6 = (const struct sockaddr_in6 *)a->ifa_addr;
	return a->ifa_addr->sa_family == AF_INET6 &&
	       !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
}

// Tells whether this machine has an address by which others can be reached.
static bool has_address(void)
{
	struct ifaddrs *list;
	bool found = false;

	if (getifaddrs(&list))
		return true; // it cannot be told: others say what is wrong
	for (struct ifaddrs *a = list; a && !found; a = a->ifa_next)
		found = is_usable(a);
	freeifaddrs(list);
	return found;
}

static int explain(int r, const struct net_peer *peer, const char *what,
		   struct err *err)
{
	const char *host = peer->host;

	switch (r) {
	case -ENOENT:
		return err_set(err, r, what, ERR_NOWHERE,
			       "there is no server called %s", host);
	case -EAGAIN:
		return err_set(err, r, what, ERR_NOWHERE,
			       "no name server could say which address %s has: "
			       "try the server's address instead",
			       host);
	case -ECONNREFUSED:
		return err_set(err, r, what, ERR_NOWHERE,
			       "%s is there, but nothing answers at its port "
			       "%u: is the service running?",
			       host, peer->port);
	case -ETIMEDOUT:
		return err_set(err, r, what, ERR_NOWHERE,
			       "%s does not answer at port %u: is it switched "
			       "on, and does its firewall let us in?",
			       host, peer->port);
	case -ENETUNREACH:
	case -EHOSTUNREACH:
		return err_set(err, r, what, ERR_NOWHERE,
			       "there is no way to %s from this machine's "
			       "network",
			       host);
	default:
		return err_set(err, r, what, ERR_NOWHERE,
			       "no connection to %s port %u: %s", host,
			       peer->port, strerror(-r));
	}
}

int net_peer_find(const char *host, uint16_t port, int kind,
		  const struct net_patience *patience, const char *what,
		  struct net_peer *ret, int *ret_fd, struct err *err)
{
	uint64_t end = net_clock() + patience->address;
	struct net_peer peer = {.port = port, .kind = kind};
	int r;

	snprintf(peer.host, sizeof(peer.host), "%s", host);
	for (;;) {
		r = find_once(&peer, patience->connect, ret_fd);
		if (r != -EAGAIN && r != -ENETUNREACH && r != -EHOSTUNREACH &&
		    r != -EADDRNOTAVAIL)
			break;
		// A machine that just started may not have its address yet: as
		// long as it has none, any of these errors may pass.
		if (has_address())
			break;
		if (net_clock() >= end)
			return err_set(err, -ENETDOWN, what, ERR_NOWHERE,
				       "this machine has no network address "
				       "after %u seconds: is the cable "
				       "plugged in, and does something give "
				       "out addresses (DHCP)?",
				       patience->address / 1000);
		net_sleep(500, NULL);
	}
	if (r)
		return explain(r, &peer, what, err);
	*ret = peer;
	return 0;
}
