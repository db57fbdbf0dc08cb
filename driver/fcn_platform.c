// SPDX-License-Identifier: GPL-2.0
/*
 * The core on a system-on-chip's bus.  Binding: Documentation/devicetree/npu/fcnaccel,core.yaml
 */

#include <linux/clk.h>
#include <linux/delay.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/reset.h>
#include <linux/slab.h>

#include "fcn_device.h"
#include "fcn_platform.h"
#include "fcn_pm.h"

/* How long the reset line is held; far more than the core's clock needs. */
#define FCN_RESET_US	10

struct fcn_platform {
	struct clk *clk;
	struct reset_control *reset;
};

static int fcn_platform_power_on(struct fcn_device *fdev)
{
	struct fcn_platform *plat = fdev->bus_data;
	int ret;

	ret = clk_prepare_enable(plat->clk);
	if (ret)
		return ret;
	ret = reset_control_deassert(plat->reset);
	if (ret)
		clk_disable_unprepare(plat->clk);
	fdev->dark = ret;
	return ret;
}

static void fcn_platform_power_off(struct fcn_device *fdev)
{
	struct fcn_platform *plat = fdev->bus_data;

	/* It may have stayed so since it was put to sleep. */
	if (fdev->dark)
		return;
	fdev->dark = true;
	reset_control_assert(plat->reset);
	clk_disable_unprepare(plat->clk);
}

static int fcn_platform_hard_reset(struct fcn_device *fdev)
{
	struct fcn_platform *plat = fdev->bus_data;
	int ret;

	if (!plat->reset)
		return -EOPNOTSUPP;
	ret = reset_control_assert(plat->reset);
	if (ret)
		return ret;
	fsleep(FCN_RESET_US);
	return reset_control_deassert(plat->reset);
}

/* A core that is held in reset does no DMA. */
static void fcn_platform_quiesce(struct fcn_device *fdev)
{
	struct fcn_platform *plat = fdev->bus_data;

	reset_control_assert(plat->reset);
}

static const struct fcn_bus_ops fcn_platform_ops = {
	.quiesce = fcn_platform_quiesce,
	.hard_reset = fcn_platform_hard_reset,
	.power_on = fcn_platform_power_on,
	.power_off = fcn_platform_power_off,
};

static int fcn_platform_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct fcn_platform *plat;
	struct fcn_device *fdev;
	int ret;

	fdev = fcn_device_alloc(dev, &fcn_platform_ops);
	if (IS_ERR(fdev))
		return PTR_ERR(fdev);
	plat = devm_kzalloc(dev, sizeof(*plat), GFP_KERNEL);
	if (!plat)
		return -ENOMEM;
	fdev->bus_data = plat;
	platform_set_drvdata(pdev, fdev);

	fdev->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(fdev->regs))
		return dev_err_probe(dev, PTR_ERR(fdev->regs), "cannot map the registers\n");
	fdev->irq = platform_get_irq(pdev, 0);
	if (fdev->irq < 0)
		return fdev->irq;
	plat->clk = devm_clk_get_optional(dev, NULL);
	if (IS_ERR(plat->clk))
		return dev_err_probe(dev, PTR_ERR(plat->clk), "cannot get the clock\n");
	plat->reset = devm_reset_control_get_optional_exclusive(dev, NULL);
	if (IS_ERR(plat->reset))
		return dev_err_probe(dev, PTR_ERR(plat->reset), "cannot get the reset line\n");
	fdev->clock_hz = clk_get_rate(plat->clk);

	ret = fcn_platform_power_on(fdev);
	if (ret)
		return dev_err_probe(dev, ret, "cannot power the core\n");
	pm_runtime_get_noresume(dev);
	pm_runtime_set_active(dev);
	ret = devm_pm_runtime_enable(dev);
	if (ret)
		goto err_power;
	ret = fcn_device_init(fdev);
	if (ret)
		goto err_power;
	fcn_pm_start(fdev);
	return 0;

err_power:
	fcn_platform_power_off(fdev);
	pm_runtime_put_noidle(dev);
	return ret;
}

static void fcn_platform_remove(struct platform_device *pdev)
{
	struct fcn_device *fdev = platform_get_drvdata(pdev);

	fcn_pm_stop(fdev);
	fcn_device_remove(fdev);
	fcn_platform_power_off(fdev);
	pm_runtime_put_noidle(&pdev->dev);
}

static void fcn_platform_shutdown(struct platform_device *pdev)
{
	struct fcn_device *fdev = platform_get_drvdata(pdev);

	fcn_pm_stop(fdev);
	fcn_device_shutdown(fdev);
}

static const struct of_device_id fcn_platform_of_ids[] = {
	{ .compatible = "fcnaccel,core" },
	{ }
};
MODULE_DEVICE_TABLE(of, fcn_platform_of_ids);

/* For boards that describe it in code. */
static const struct platform_device_id fcn_platform_ids[] = {
	{ .name = "fcn_accel" },
	{ }
};
MODULE_DEVICE_TABLE(platform, fcn_platform_ids);

static struct platform_driver fcn_platform_driver = {
	.driver = {
		.name = "fcn_accel",
		.of_match_table = fcn_platform_of_ids,
		.pm = pm_ptr(&fcn_pm_ops),
	},
	.id_table = fcn_platform_ids,
	.probe = fcn_platform_probe,
	.remove = fcn_platform_remove,
	.shutdown = fcn_platform_shutdown,
};

int fcn_platform_register(void)
{
	return platform_driver_register(&fcn_platform_driver);
}

void fcn_platform_unregister(void)
{
	platform_driver_unregister(&fcn_platform_driver);
}
