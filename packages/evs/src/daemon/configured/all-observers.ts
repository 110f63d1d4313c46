import type { ServiceObserver } from './service-observer.ts';

/** Tells several, in this order. */
export const allObservers = (observers: readonly ServiceObserver[]): ServiceObserver => ({
  checker: (...event) => {
    for (const one of observers) one.checker(...event);
  },
  failure: (...event) => {
    for (const one of observers) one.failure(...event);
  },
  realServer: (...event) => {
    for (const one of observers) one.realServer(...event);
  },
  weight: (...event) => {
    for (const one of observers) one.weight(...event);
  },
  quorum: (...event) => {
    for (const one of observers) one.quorum(...event);
  },
});
