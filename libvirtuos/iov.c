// SPDX-License-Identifier: MIT
/* The program's vectors: see iov.h. */
#include "iov.h"
#include "virtuos.h"

long virtuos_iov_total(const struct iovec *iov, size_t count)
{
	struct iovec one;
	size_t i, sum = 0;

	for (i = 0; i < count; i++) {
		if (virtuos_copy(&one, &iov[i], sizeof(one)))
			return -EFAULT;
		if ((ssize_t)one.iov_len < 0)
			return -EINVAL;
		sum += one.iov_len;
		if ((ssize_t)sum < 0)
			return -EINVAL;
	}
	return sum;
}

static long iov_move(const struct iovec *iov, size_t count, size_t skip,
		     uint8_t *linear, size_t n, bool gather)
{
	struct iovec one;
	size_t i, part;

	for (i = 0; i < count && n; i++) {
		if (virtuos_copy(&one, &iov[i], sizeof(one)))
			return -EFAULT;
		if (one.iov_len <= skip) {
			skip -= one.iov_len;
			continue;
		}
		part = one.iov_len - skip < n ? one.iov_len - skip : n;
		if (gather ? virtuos_copy(linear, one.iov_base + skip, part) :
			     virtuos_copy(one.iov_base + skip, linear, part))
			return -EFAULT;
		linear += part;
		n -= part;
		skip = 0;
	}
	return 0;
}

long virtuos_iov_gather(const struct iovec *iov, size_t count, size_t skip,
			uint8_t *linear, size_t n)
{
	return iov_move(iov, count, skip, linear, n, true);
}

long virtuos_iov_scatter(const struct iovec *iov, size_t count, size_t skip,
			 uint8_t *linear, size_t n)
{
	return iov_move(iov, count, skip, linear, n, false);
}
