/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_IRQ_H
#define FCN_IRQ_H

#include <linux/irqreturn.h>

#include "fcn_device.h"

irqreturn_t fcn_irq_handler(int irq, void *arg);
void fcn_irq_recheck(struct timer_list *timer);
void fcn_irq_look(struct fcn_device *fdev);

#endif
