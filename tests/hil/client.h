/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vfio-user client for tests: speaks the protocol well, or as badly as a test wants.  Calls fail the test at once when the
 * transport fails; they return 0, or the errno of an error reply.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "proto.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct client {
	int fd;
	uint16_t id; /* of the next message */
};

/* ---- the server ---- */

struct rig {
	pid_t pid;
	char dir[64];    /* a folder of its own */
	char socket[80]; /* in it, as are server.log, log.txt, record.txt */
};

/* Starts the server (environment FCN_VFIO) with these arguments, NULL at their end, and waits for its socket. */
void rig_start(struct rig *rig, const char *const *args);

/* Ends it with SIGTERM; its exit status, or -1 when a signal killed it. */
int rig_stop(struct rig *rig);

/* Waits for it to end by itself; the same. */
int rig_wait(struct rig *rig);

/* Whether a file of the rig's folder has this text. */
bool rig_says(const struct rig *rig, const char *file, const char *text);

/* Descriptors that the server has open; threads that it has. */
unsigned rig_fds(const struct rig *rig);

/* Removes the folder. */
void rig_remove(struct rig *rig);

/* Command line that plays the transcript; its exit status. */
int rig_replay(const struct rig *rig);

/* ---- messages ---- */

/* Connects, and agrees on the version unless raw. */
void client_open(struct client *c, const struct rig *rig, bool raw);
void client_close(struct client *c);

/* Sends bytes, with file descriptors. */
void client_send(struct client *c, const void *data, size_t n, const int *fds, unsigned n_fds);

/* A message: header and payload.  Returns its ID. */
uint16_t client_post(struct client *c, unsigned command, uint32_t flags, const void *a, size_t na, const void *b, size_t nb,
		     const int *fds, unsigned n_fds);

/* Receives a reply with this ID; at most n bytes of payload, the length in *got.  0 or its errno. */
int client_reply(struct client *c, uint16_t id, unsigned command, void *payload, size_t n, size_t *got);

/* Waits for the server to say or end something; whether it has closed the connection, in good order. */
bool client_is_closed(struct client *c);

/* Command and reply: the payload of the reply has exactly out_n bytes if there is no error. */
int client_call(struct client *c, unsigned command, const void *in, size_t n, void *out, size_t out_n, const int *fds,
		unsigned n_fds);

/* ---- commands ---- */

int client_read(struct client *c, uint32_t region, uint64_t offset, void *buf, uint32_t n);
int client_write(struct client *c, uint32_t region, uint64_t offset, const void *buf, uint32_t n);

/* BAR0, 32 bits; a write is posted, as QEMU does. */
uint32_t client_read32(struct client *c, unsigned off);
void client_write32(struct client *c, unsigned off, uint32_t value);

int client_map(struct client *c, uint64_t iova, uint64_t size, uint32_t flags, int fd, uint64_t offset);
int client_unmap(struct client *c, uint64_t iova, uint64_t size);

/* Arms a vector with an eventfd, or disarms it (-1). */
int client_arm(struct client *c, uint32_t index, int fd);
int client_reset(struct client *c);

/* Command register, MSI-X control: bus master on, MSI-X on. */
void client_enable(struct client *c);

/* Waits for an eventfd, up to ms; how often it was signalled. */
uint64_t client_wait_event(int fd, int ms);

#endif
