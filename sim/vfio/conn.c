// SPDX-License-Identifier: Apache-2.0
#include "conn.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Waits until fd is ready for events. */
static int wait_for(const struct vf_conn *conn, int fd, short events)
{
	struct pollfd p[2] = { { .fd = fd, .events = events }, { .fd = conn->stop_fd, .events = POLLIN } };

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return p[1].revents ? -ECANCELED : 0;
}

/* Whether a server listens at the address. */
static bool answers(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool yes;

	if (fd < 0)
		return true;
	yes = !connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) || errno != ECONNREFUSED;
	close(fd);
	return yes;
}

static int remove_stale(const struct sockaddr_un *addr)
{
	struct stat st;

	if (lstat(addr->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (answers(addr))
		return -EADDRINUSE;
	return unlink(addr->sun_path) ? -errno : 0;
}

int vf_conn_listen(struct vf_conn *conn, const char *path, int stop_fd)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int err;

	*conn = (struct vf_conn){ .listen_fd = -1, .fd = -1, .stop_fd = stop_fd };
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path));
	err = remove_stale(&addr);
	if (err)
		return err;
	conn->buf = malloc(VF_MAX_MESSAGE);
	if (!conn->buf)
		return -ENOMEM;
	conn->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (conn->listen_fd < 0 || bind(conn->listen_fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	conn->path = strdup(path);
	if (!conn->path)
		return -ENOMEM;
	return listen(conn->listen_fd, 1) ? -errno : 0;
}

int vf_conn_accept(struct vf_conn *conn)
{
	int err;

	do {
		err = wait_for(conn, conn->listen_fd, POLLIN);
		if (err)
			return err;
		conn->fd = accept4(conn->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	} while (conn->fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	return conn->fd < 0 ? -errno : 0;
}

int vf_msg_take_fd(struct vf_msg *msg)
{
	int fd;

	if (!msg->fds)
		return -1;
	fd = msg->fd[0];
	msg->fds--;
	memmove(msg->fd, msg->fd + 1, msg->fds * sizeof(msg->fd[0]));
	return fd;
}

void vf_msg_close_fds(struct vf_msg *msg)
{
	while (msg->fds)
		close(msg->fd[--msg->fds]);
}

/* Keeps the descriptors that came, as far as the protocol allows so many. */
static bool take_fds(struct vf_msg *msg, struct msghdr *mh)
{
	bool fits = !(mh->msg_flags & MSG_CTRUNC);

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (msg->fds < VF_MAX_FDS) {
				msg->fd[msg->fds++] = fd;
			} else {
				close(fd);
				fits = false;
			}
		}
	}
	return fits;
}

/* Fills buf.  -EPROTO: more descriptors than allowed; the bytes are read all the same. */
static int receive_all(struct vf_conn *conn, struct vf_msg *msg, void *buf, size_t n)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(VF_MAX_FDS * sizeof(int))];
	} control;
	uint8_t *p = buf;
	int ret = 0;

	while (n) {
		struct iovec iov = { p, n };
		struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
				     .msg_controllen = sizeof(control.buf) };
		ssize_t got = recvmsg(conn->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		int err;

		if (got < 0 && errno == EAGAIN) {
			err = wait_for(conn, conn->fd, POLLIN);
			if (err)
				return err;
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -ENOTCONN;
		if (!take_fds(msg, &mh))
			ret = -EPROTO;
		p += got;
		n -= (size_t)got;
	}
	return ret;
}

int vf_conn_receive(struct vf_conn *conn, struct vf_msg *msg)
{
	int err;

	*msg = (struct vf_msg){ .body = conn->buf };
	err = receive_all(conn, msg, &msg->hdr, sizeof(msg->hdr));
	if (!err && (msg->hdr.size < sizeof(msg->hdr) || msg->hdr.size > VF_MAX_MESSAGE))
		err = -EPROTO;
	if (!err) {
		msg->len = msg->hdr.size - sizeof(msg->hdr);
		err = receive_all(conn, msg, msg->body, msg->len);
	}
	if (err)
		vf_msg_close_fds(msg);
	return err;
}

static int send_all(struct vf_conn *conn, struct iovec *iov, size_t n)
{
	while (n) {
		struct msghdr mh = { .msg_iov = iov, .msg_iovlen = n };
		ssize_t sent = sendmsg(conn->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);
		int err;

		if (sent < 0 && errno == EAGAIN) {
			err = wait_for(conn, conn->fd, POLLOUT);
			if (err)
				return err;
			continue;
		}
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -ENOTCONN;
		while (n && (size_t)sent >= iov->iov_len) {
			sent -= (ssize_t)iov->iov_len;
			iov++;
			n--;
		}
		if (n) {
			iov->iov_base = (char *)iov->iov_base + sent;
			iov->iov_len -= (size_t)sent;
		}
	}
	return 0;
}

/* The payload's parts are only read: struct iovec knows no const. */
static void *no_const(const void *p)
{
	union {
		const void *c;
		void *v;
	} u = { p };

	return u.v;
}

int vf_conn_reply(struct vf_conn *conn, const struct vf_header *request, const void *a, size_t na, const void *b, size_t nb)
{
	struct vf_header hdr = { .id = request->id, .command = request->command, .flags = VF_TYPE_REPLY,
				 .size = (uint32_t)(sizeof(hdr) + na + nb) };
	struct iovec iov[3] = { { &hdr, sizeof(hdr) }, { no_const(a), na }, { no_const(b), nb } };

	return send_all(conn, iov, 3);
}

int vf_conn_error(struct vf_conn *conn, const struct vf_header *request, int error)
{
	struct vf_header hdr = { .id = request->id, .command = request->command, .size = sizeof(hdr),
				 .flags = VF_TYPE_REPLY | VF_ERROR, .error = (uint32_t)error };
	struct iovec iov = { &hdr, sizeof(hdr) };

	return send_all(conn, &iov, 1);
}

void vf_conn_hangup(struct vf_conn *conn)
{
	char rest[256];

	if (conn->fd < 0)
		return;
	/* From here on the client cannot send; what it had sent is read, so that nothing unread is thrown away. */
	shutdown(conn->fd, SHUT_RDWR);
	while (recv(conn->fd, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		;
	close(conn->fd);
	conn->fd = -1;
}

void vf_conn_close(struct vf_conn *conn)
{
	vf_conn_hangup(conn);
	if (conn->listen_fd >= 0)
		close(conn->listen_fd);
	if (conn->path)
		unlink(conn->path);
	free(conn->path);
	free(conn->buf);
	*conn = (struct vf_conn){ .listen_fd = -1, .fd = -1, .stop_fd = -1 };
}
