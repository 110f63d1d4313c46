import type { ForwardingMethod } from '../director/model.ts';

/** The three forwarding methods by the words of the tutorial. */
export const methods = {
  nat: { name: 'NAT', flag: '-m', forwarding: 'masquerading' },
  tun: { name: 'tunnel', flag: '-i', forwarding: 'tunneling' },
  dr: { name: 'direct routing', flag: '-g', forwarding: 'gatewaying' },
} as const satisfies Record<
  string,
  { readonly name: string; readonly flag: string; readonly forwarding: ForwardingMethod }
>;
export type Method = keyof typeof methods;

/** In the order in which `evs lab all` shows them: the simplest packet path last. */
export const methodNames = ['nat', 'tun', 'dr'] as const satisfies readonly Method[];
