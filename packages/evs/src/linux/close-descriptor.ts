import { libc } from './libc.ts';

/** Closes a descriptor that belongs to nobody else. */
export const closeDescriptor = (fd: number): void => void libc.close(fd);
