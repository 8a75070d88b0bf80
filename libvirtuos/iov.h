/* SPDX-License-Identifier: MIT */
/*
 * The program's vectors, whose entries are read safely, one by one.  -EFAULT:
 * what the program named is not all there.
 */
#ifndef VIRTUOS_IOV_H
#define VIRTUOS_IOV_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Sum of the lengths, or -errno: what Linux says to such a vector. */
long virtuos_iov_total(const struct iovec *iov, size_t count);

/*
 * n bytes, from byte skip of the vector on, into a linear buffer, and from one.
 * What is more than the vector has is left.
 */
long virtuos_iov_gather(const struct iovec *iov, size_t count, size_t skip,
			uint8_t *linear, size_t n);
long virtuos_iov_scatter(const struct iovec *iov, size_t count, size_t skip,
			 uint8_t *linear, size_t n);

#endif /* VIRTUOS_IOV_H */
