/* SPDX-License-Identifier: GPL-2.0 */
/* Reads and writes the module's files, as a program would. */
#ifndef NF_CSUM_KUNIT_PROC_FILE_H
#define NF_CSUM_KUNIT_PROC_FILE_H

#include <kunit/test.h>

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uio.h>

/* All of a file, as text, with at most @piece bytes at once. */
static inline char *proc_read(struct kunit *test, const char *path, size_t piece)
{
	const size_t room = 65536;
	char *text = kunit_kzalloc(test, room, GFP_KERNEL);
	struct iov_iter iter;
	struct kiocb kiocb;
	struct file *file;
	struct kvec kvec;
	size_t at = 0;
	ssize_t n;

	KUNIT_ASSERT_NOT_NULL(test, text);
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file)) {
		kunit_skip(test, "there is no /proc");
		return text;
	}
	init_sync_kiocb(&kiocb, file);
	do {
		kvec.iov_base = text + at;
		kvec.iov_len = min(piece, room - 1 - at);
		iov_iter_kvec(&iter, READ, &kvec, 1, kvec.iov_len);
		/* These files have no other way to be read by the kernel. */
		n = seq_read_iter(&kiocb, &iter);
		at += max_t(ssize_t, n, 0);
	} while (n > 0 && at < room - 1);
	KUNIT_EXPECT_EQ(test, n, (ssize_t)0);
	filp_close(file, NULL);
	return text;
}

static inline ssize_t proc_write(struct kunit *test, const char *path,
				 const char *value)
{
	struct file *file;
	loff_t pos = 0;
	ssize_t n;

	file = filp_open(path, O_WRONLY, 0);
	if (IS_ERR(file)) {
		kunit_skip(test, "there is no /proc");
		return 0;
	}
	n = kernel_write(file, value, strlen(value), &pos);
	filp_close(file, NULL);
	return n;
}

#define KNOB(name)	"/proc/sys/net/netfilter/nf_csum_" name

static inline void proc_set(struct kunit *test, const char *knob,
			    const char *value)
{
	KUNIT_EXPECT_EQ_MSG(test, proc_write(test, knob, value),
			    (ssize_t)strlen(value), "%s", knob);
}

/* The first line that begins with that, NULL if none does. */
static inline const char *proc_line(const char *text, const char *begin)
{
	for (; *text; text++) {
		if (!strncmp(text, begin, strlen(begin)))
			return text;
		text = strchrnul(text, '\n');
		if (!*text)
			return NULL;
	}
	return NULL;
}

#endif /* NF_CSUM_KUNIT_PROC_FILE_H */
