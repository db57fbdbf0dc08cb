/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_PLATFORM_H
#define FCN_PLATFORM_H

int fcn_platform_register(void);
void fcn_platform_unregister(void);

#endif
