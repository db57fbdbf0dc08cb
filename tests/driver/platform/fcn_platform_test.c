// SPDX-License-Identifier: GPL-2.0
/*
 * Test of the platform front end without a board: takes a PCIe function of the core that no driver
 * is bound to, and hands its register window and its interrupt to a platform device, for which the
 * fcn_accel driver then is the driver.  Memory is reached as the function reaches it, so this works
 * where no IOMMU stands between them.
 */

#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

static int fcn_platform_test_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct platform_device_info info = {
		.parent = &pdev->dev,
		.name = "fcn_accel",
		.id = PLATFORM_DEVID_AUTO,
		.num_res = 2,
		.dma_mask = DMA_BIT_MASK(40),
	};
	struct platform_device *platform;
	struct resource res[2];
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX | PCI_IRQ_MSI);
	if (ret < 0)
		return ret;
	res[0] = (struct resource)DEFINE_RES_MEM(pci_resource_start(pdev, 0),
						 pci_resource_len(pdev, 0));
	/* Else it is put above the BAR of its size, which then points to it for ever. */
	res[0].parent = &pdev->resource[0];
	res[1] = (struct resource)DEFINE_RES_IRQ(pci_irq_vector(pdev, 0));
	info.res = res;
	platform = platform_device_register_full(&info);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	pci_set_drvdata(pdev, platform);
	return 0;
}

static void fcn_platform_test_remove(struct pci_dev *pdev)
{
	platform_device_unregister(pci_get_drvdata(pdev));
}

/* fcn_accel has the same one: it must be unbound from the function first. */
static const struct pci_device_id fcn_platform_test_ids[] = {
	{ PCI_DEVICE_SUB(0x1af4, 0x10f0, 0x1af4, 0xfca0) },
	{ }
};

static struct pci_driver fcn_platform_test_driver = {
	.name = "fcn_platform_test",
	.id_table = fcn_platform_test_ids,
	.probe = fcn_platform_test_probe,
	.remove = fcn_platform_test_remove,
};
module_pci_driver(fcn_platform_test_driver);

MODULE_DESCRIPTION("The core's PCIe function as a platform device");
MODULE_LICENSE("GPL");
