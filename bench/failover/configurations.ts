import { readFileSync } from 'node:fs';
import { vip, type DirectorName } from './network.ts';

/** Which file both directors get. */
export type Setting = 'tutorial' | 'fast' | 'steady';

const roles = { 'lvs-1': ['master', 100], 'lvs-2': ['backup', 50] } as const;
const fixture = (role: string): string =>
  `${import.meta.dirname}/../../packages/evs/test/fixtures/config/tutorial-${role}.conf`;
const intervals = { fast: '0.01', steady: '0.1' } as const;

/** `tutorial`: its own file, VRRP 2, one second. `fast`, `steady`: VRRP 3, 10 and 100 ms. */
export function configurationOf(setting: Setting, director: DirectorName): string {
  const [role, priority] = roles[director];
  if (setting === 'tutorial') return readFileSync(fixture(role), 'utf8');
  return `vrrp_instance VI_1 {
  state ${role.toUpperCase()}
  interface ens33
  virtual_router_id 51
  priority ${priority}
  version 3
  advert_int ${intervals[setting]}
  virtual_ipaddress {
    ${vip}
  }
}
virtual_server ${vip} 8088 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.168.37.183 8088 {
  }
}
`;
}
