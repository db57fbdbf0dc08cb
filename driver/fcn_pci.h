/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_PCI_H
#define FCN_PCI_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_PCI)
int fcn_pci_register(void);
void fcn_pci_unregister(void);
#else
static inline int fcn_pci_register(void)
{
	return 0;
}

static inline void fcn_pci_unregister(void)
{
}
#endif

#endif
