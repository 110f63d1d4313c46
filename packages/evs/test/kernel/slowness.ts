/** How many times slower this machine is than usual ones: scripts/test-vm says it of its emulated processor. */
const slowness = Number(process.env['EVS_SLOWNESS'] ?? 1);

/** How long to wait for what takes at most `ms` on usual machines. */
export const patient = (ms: number): number => ms * slowness;

/** As many of `count` repetitions as take the usual time. */
export const fewer = (count: number): number => Math.ceil(count / slowness);
