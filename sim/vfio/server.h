/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol: takes a client's commands to the device and sends the replies. */
#ifndef VF_SERVER_H
#define VF_SERVER_H

#include "conn.h"
#include "device.h"

/*
 * Serves one client after the other until conn's stop_fd is readable.  0, or a negative errno when the listening socket
 * fails.
 */
int vf_serve(struct vf_conn *conn, struct vf_device *dev);

#endif
