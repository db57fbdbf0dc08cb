/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_COREDUMP_H
#define FCN_COREDUMP_H

struct fcn_job;

void fcn_coredump(struct fcn_job *job);

#endif
