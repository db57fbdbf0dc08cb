/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_RECOVER_H
#define FCN_RECOVER_H

struct fcn_device;

void fcn_recover_cut_off(struct fcn_device *fdev);
void fcn_recover_lost(struct fcn_device *fdev);
void fcn_recover_cancel_running(struct fcn_device *fdev);

#endif
