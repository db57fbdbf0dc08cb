// SPDX-License-Identifier: GPL-2.0
/*
 * The core as a PCIe function.
 */

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include "fcn_device.h"
#include "fcn_pci.h"
#include "fcn_pm.h"

/* Virtio's vendor, in the range of devices without a registered number; the subsystem is ours. */
#define FCN_PCI_VENDOR		0x1af4
#define FCN_PCI_DEVICE		0x10f0
#define FCN_PCI_SUBDEVICE	0xfca0

#define FCN_PCI_BAR		0

/* Without bus mastering nothing of the core reaches memory. */
static void fcn_pci_quiesce(struct fcn_device *fdev)
{
	pci_clear_master(to_pci_dev(fdev->drm.dev));
}

static const struct fcn_bus_ops fcn_pci_ops = {
	.quiesce = fcn_pci_quiesce,
};

static int fcn_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	struct fcn_device *fdev;
	int ret;

	fdev = fcn_device_alloc(dev, &fcn_pci_ops);
	if (IS_ERR(fdev))
		return PTR_ERR(fdev);
	pci_set_drvdata(pdev, fdev);

	ret = pcim_enable_device(pdev);
	if (ret)
		return dev_err_probe(dev, ret, "cannot enable the function\n");
	if (pci_resource_len(pdev, FCN_PCI_BAR) < FCN_BLOCK_SIZE)
		return dev_err_probe(dev, -ENODEV, "BAR %u is too small for the registers\n",
				     FCN_PCI_BAR);
	fdev->regs = pcim_iomap_region(pdev, FCN_PCI_BAR, "fcn_accel");
	if (IS_ERR(fdev->regs))
		return dev_err_probe(dev, PTR_ERR(fdev->regs), "cannot map BAR %u\n", FCN_PCI_BAR);
	pci_set_master(pdev);

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX | PCI_IRQ_MSI);
	if (ret < 0)
		return dev_err_probe(dev, ret, "no MSI-X or MSI vector\n");
	fdev->irq = pci_irq_vector(pdev, 0);

	ret = fcn_device_init(fdev);
	if (ret)
		return ret;
	/* The bus has woken the device up for us, and holds it awake. */
	fcn_pm_start(fdev);
	pm_runtime_allow(dev);
	return 0;
}

static void fcn_pci_remove(struct pci_dev *pdev)
{
	struct fcn_device *fdev = pci_get_drvdata(pdev);

	pm_runtime_forbid(&pdev->dev);
	fcn_pm_stop(fdev);
	fcn_device_remove(fdev);
}

static void fcn_pci_shutdown(struct pci_dev *pdev)
{
	struct fcn_device *fdev = pci_get_drvdata(pdev);

	fcn_pm_stop(fdev);
	fcn_device_shutdown(fdev);
}

static const struct pci_device_id fcn_pci_ids[] = {
	{ PCI_DEVICE_SUB(FCN_PCI_VENDOR, FCN_PCI_DEVICE, FCN_PCI_VENDOR, FCN_PCI_SUBDEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, fcn_pci_ids);

static struct pci_driver fcn_pci_driver = {
	.name = "fcn_accel",
	.id_table = fcn_pci_ids,
	.probe = fcn_pci_probe,
	.remove = fcn_pci_remove,
	.shutdown = fcn_pci_shutdown,
	.driver.pm = pm_ptr(&fcn_pm_ops),
};

int fcn_pci_register(void)
{
	return pci_register_driver(&fcn_pci_driver);
}

void fcn_pci_unregister(void)
{
	pci_unregister_driver(&fcn_pci_driver);
}
