/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NF_CSUM_COMPAT_KUNIT_VISIBILITY_H
#define NF_CSUM_COMPAT_KUNIT_VISIBILITY_H

#ifdef NF_CSUM_HAVE_kunit_visibility
#include_next <kunit/visibility.h>
#else

#include <linux/export.h>
#include <linux/kconfig.h>

/* What the unit tests call is exported to them, and to nobody else. */
#if IS_ENABLED(CONFIG_NF_CSUM_KUNIT_TEST)
#define EXPORT_SYMBOL_IF_KUNIT(symbol) EXPORT_SYMBOL_GPL(symbol)
#else
#define EXPORT_SYMBOL_IF_KUNIT(symbol)
#endif

#endif
#endif /* NF_CSUM_COMPAT_KUNIT_VISIBILITY_H */
