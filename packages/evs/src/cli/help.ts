/** The real tool's line: scripts ask for it. */
export const versionText = 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n';

export const helpText = `${versionText}evsadm: the same command line for evs

Usage
  evsadm -A|-E SERVICE [-s SCHEDULER] [-p [SECONDS]] [-M MASK] [--pe ENGINE] [-o] [-b FLAGS]
  evsadm -D SERVICE
  evsadm -a|-e SERVICE -r ADDRESS[:PORT] [-g|-i|-m] [-w WEIGHT] [-x UPPER] [-y LOWER] [TUNNEL]
  evsadm -d SERVICE -r ADDRESS[:PORT]
  evsadm [-L|-l [SERVICE] [VIEW]]
  evsadm -L -c|--timeout|--daemon [-n]
  evsadm -Z [SERVICE]
  evsadm -C
  evsadm -S [-n]
  evsadm -R
  evsadm --set TCP TCPFIN UDP
  evsadm --start-daemon|--stop-daemon master|backup [SYNCHRONISATION]
  evsadm -h|-v

Commands (one, and first)
  -A, --add-service       add a virtual service
  -E, --edit-service      replace its settings; what is not given returns to its default
  -D, --delete-service    delete it with its real servers
  -a, --add-server        add a real server to a service
  -e, --edit-server       replace its settings
  -d, --delete-server     delete it
  -L, -l, --list          list services, connections, timeouts
  -Z, --zero              set counters to zero, of one service or of all
  -C, --clear             delete all services
  -S, --save              print the commands that make the services
  -R, --restore           read such commands from standard input
      --set               change the timeouts in seconds; 0 keeps one
      --start-daemon      start to synchronise connections
      --stop-daemon       stop it
  -h, --help              print this
  -v, --version           print the version

SERVICE
  -t, --tcp-service ADDRESS[:PORT]
  -u, --udp-service ADDRESS[:PORT]
      --sctp-service ADDRESS[:PORT]
  -f, --fwmark-service MARK [-6, --ipv6]

Settings of a service
  -s, --scheduler NAME    rr, wrr, lc, wlc (default), sh, dh, none
  -b, --sched-flags LIST  flag-1, flag-2, flag-3, sh-fallback, sh-port, mh-fallback, mh-port
  -p, --persistent [N]    a client stays with its real server for N seconds (360)
  -M, --netmask MASK      clients of one network count as one
      --pe ENGINE         sip
  -o, --ops               schedule every single packet (UDP)

Settings of a real server
  -r, --real-server ADDRESS[:PORT]
  -g, --gatewaying        direct routing (default)
  -i, --ipip              tunneling
  -m, --masquerading      NAT
  -w, --weight N          capacity (1)
  -x, --u-threshold N     no new connections from N on
  -y, --l-threshold N     until there are fewer than N

TUNNEL
      --tun-type TYPE     ipip (default), gue, gre
      --tun-port PORT     of gue
      --tun-nocsum, --tun-csum, --tun-remcsum

VIEW
      --stats, --rate, --thresholds, --persistent-conn, --tun-info
  -n, --numeric           no names
  -X, --exact             numbers in full
      --nosort            in the order in which schedulers look
      --sort              does nothing

SYNCHRONISATION
      --syncid N, --sync-maxlen BYTES, --mcast-interface DEVICE
      --mcast-group ADDRESS, --mcast-port PORT, --mcast-ttl N
`;
