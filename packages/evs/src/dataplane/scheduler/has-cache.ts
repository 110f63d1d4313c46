import type { SchedulerName } from '../../director/model.ts';

/** The scheduler remembers destinations. */
export const hasCache = (scheduler: SchedulerName): boolean =>
  scheduler === 'lblc' || scheduler === 'lblcr';
