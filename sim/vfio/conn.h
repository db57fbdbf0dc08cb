/* SPDX-License-Identifier: Apache-2.0 */
/* The transport: a listening UNIX socket, one client at a time, messages with file descriptors. */
#ifndef VF_CONN_H
#define VF_CONN_H

#include "proto.h"

#include <stddef.h>

/* A message that was received.  Descriptors that are still in it are closed with it. */
struct vf_msg {
	struct vf_header hdr;
	uint8_t *body; /* hdr.size - 16 bytes, good until the next message */
	size_t len;
	int fd[VF_MAX_FDS];
	unsigned fds;
};

struct vf_conn {
	int listen_fd, fd; /* fd -1: no client */
	int stop_fd;       /* readable: give up whatever waits */
	char *path;
	uint8_t *buf;
};

/*
 * Listens at path.  A socket that nobody listens at any more is replaced; anything else is left alone (-EADDRINUSE,
 * -EEXIST).  -ENAMETOOLONG, -ENOMEM, or what the system says.
 */
int vf_conn_listen(struct vf_conn *conn, const char *path, int stop_fd);

/* Waits for a client. 0, or -ECANCELED when stop_fd is readable. */
int vf_conn_accept(struct vf_conn *conn);

/*
 * Waits for the next message.  0; -ENOTCONN when the client has gone; -EPROTO when what came is no message (the
 * header is in msg->hdr as far as it came): nothing can be read behind it; -ECANCELED.
 */
int vf_conn_receive(struct vf_conn *conn, struct vf_msg *msg);

/* Takes one descriptor out of the message, or -1 when there is none left. */
int vf_msg_take_fd(struct vf_msg *msg);
void vf_msg_close_fds(struct vf_msg *msg);

/* Sends a reply: header, then two parts of payload (either may be empty).  Errors as of receive. */
int vf_conn_reply(struct vf_conn *conn, const struct vf_header *request, const void *a, size_t na, const void *b, size_t nb);

/* Sends an error reply, which is a header alone; error is an errno, positive. */
int vf_conn_error(struct vf_conn *conn, const struct vf_header *request, int error);

/*
 * Ends the connection so that the client sees an end of file, not a reset: some clients do not survive a server
 * that goes with unread messages.
 */
void vf_conn_hangup(struct vf_conn *conn);

/* Hangs up, and removes the socket. */
void vf_conn_close(struct vf_conn *conn);

#endif
