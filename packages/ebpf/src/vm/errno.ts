/** Helpers and maps return these negated: include/uapi/asm-generic/errno-base.h; ENOTSUPP: include/linux/errno.h. */
export const errno = {
  ENOENT: 2,
  E2BIG: 7,
  EAGAIN: 11,
  ENOMEM: 12,
  EFAULT: 14,
  EEXIST: 17,
  EINVAL: 22,
  EALREADY: 114,
  ENOTSUPP: 524,
} as const;
