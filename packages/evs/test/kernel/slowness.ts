/** How many times slower this machine is than usual ones: scripts/test-vm says it of its emulated processor. */
const slowness = Number(process.env['EVS_SLOWNESS'] ?? 1);

/** How long to wait for what takes at most so long on usual machines, in the same unit. */
export const patient = (time: number): number => time * slowness;

/** As many of `count` repetitions as take the usual time. */
export const fewer = (count: number): number => Math.ceil(count / slowness);
