/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests call is exported to them, and to nobody else. */
#ifndef NF_CSUM_EXPORT_H
#define NF_CSUM_EXPORT_H

#include <linux/export.h>
#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_NF_CSUM_KUNIT_TEST)
#define NF_CSUM_EXPORT(symbol) EXPORT_SYMBOL_GPL(symbol)
#else
#define NF_CSUM_EXPORT(symbol) static_assert(true)
#endif

#endif /* NF_CSUM_EXPORT_H */
