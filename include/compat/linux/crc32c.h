/* SPDX-License-Identifier: GPL-2.0 */
#include_next <linux/crc32c.h>

#ifndef NF_CSUM_COMPAT_CRC32C_H
#define NF_CSUM_COMPAT_CRC32C_H

/* Older kernels have crc32c() in a module, and this in the kernel itself. */
#ifdef NF_CSUM_HAVE_crc32c_le
#include <linux/crc32.h>
#define crc32c(crc, data, len) __crc32c_le(crc, data, len)
#endif

#endif /* NF_CSUM_COMPAT_CRC32C_H */
