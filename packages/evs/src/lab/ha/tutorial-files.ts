import type { DirectorName } from '../topology.ts';

/** The tutorial's `keepalived.conf` for a director: on lvs-1 the master's, on lvs-2 the backup's. */
export function tutorialFile(director: DirectorName): string {
  const { routerId, state, priority, persistence } = differences[director];
  return `! Configuration File for keepalived

global_defs {
   notification_email {
     acassen@firewall.loc
     failover@firewall.loc
     sysadmin@firewall.loc
   }
   notification_email_from Alexandre.Cassen@firewall.loc
   smtp_server 192.168.200.1
   smtp_connect_timeout 30
   router_id ${routerId}   # name of this director
}

vrrp_instance VI_1 {
    ${state}
    interface ens33         # device of the virtual address
    virtual_router_id 51    # the same on both
    ${priority} # the higher one is active
    advert_int 1            # seconds
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.37.189
    }
}

virtual_server 192.168.37.189 8088 {
    delay_loop 6              # seconds between checks
    lb_algo rr
    lb_kind DR
    persistence_timeout ${persistence}
    protocol TCP

    real_server 192.168.37.183 8088 {
        weight 1
        connect_port 8088
        connect_timeout 5
        nb_get_retry 2
        delay_before_retry 3
    }
    real_server 192.168.37.184 8088 {
        weight 1
        connect_port 8088
        connect_timeout 5
        nb_get_retry 2
        delay_before_retry 3
    }
}
`;
}

/** All that the two files do not have in common. */
const differences = {
  'lvs-1': {
    routerId: 'LVS_YSY',
    state: 'state MASTER            # the other one is BACKUP',
    priority: 'priority 100           ',
    persistence: 50,
  },
  'lvs-2': {
    routerId: 'LVS_SY',
    state: 'state BACKUP            # the other one is MASTER',
    priority: 'priority 50            ',
    persistence: 5,
  },
} as const satisfies Record<DirectorName, object>;
