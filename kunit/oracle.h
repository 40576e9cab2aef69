/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tests' own idea of a right checksum (RFC 1071, RFC 9260), sharing no code with the
 * module nor with the kernel's checksum helpers. All 16-bit values are as one
 * reads them off the wire: 0x2eee is the bytes 2e ee.
 */
#ifndef NF_CSUM_KUNIT_ORACLE_H
#define NF_CSUM_KUNIT_ORACLE_H

#include <linux/types.h>

u16 oracle_word(const u8 *bytes);
u16 oracle_add(u16 a, u16 b);
u16 oracle_sum(const u8 *bytes, size_t len);
u16 oracle_pseudo(const u8 *packet, u8 proto, u32 len);
u16 oracle_checksum(const u8 *packet, u8 proto, unsigned int thoff,
		    unsigned int len, unsigned int field);
bool oracle_verifies(const u8 *packet, u8 proto, unsigned int thoff,
		     unsigned int len);
u32 oracle_le32(const u8 *bytes);
u32 oracle_crc32c_more(u32 crc, const u8 *bytes, size_t len);
u32 oracle_crc32c(const u8 *bytes, size_t len);

#endif /* NF_CSUM_KUNIT_ORACLE_H */
