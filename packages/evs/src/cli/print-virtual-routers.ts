import type { VirtualRouters } from '../api/index.ts';

type Router = VirtualRouters['routers'][number];
type Session = VirtualRouters['bfd'][number];
type Heartbeat = VirtualRouters['heartbeats'][number];

/** Virtual routers for people, the ways beside theirs to other directors, and sessions of BFD. */
export function printVirtualRouters({ routers, heartbeats, bfd }: VirtualRouters): string {
  const lines = [
    ...routers.map(printRouter),
    ...heartbeats.map(printHeartbeat),
    ...bfd.map(printSession),
  ];
  return lines.length === 0 ? 'There is no virtual router\n' : lines.join('');
}

function printRouter(router: Router): string {
  const { name, interface: device, virtualRouterId, state, priority, sent, received } = router;
  const head = `${name}  ${state}, priority ${priority}  (router ${virtualRouterId} on ${device})\n`;
  const counts = `  advertisements: ${sent} sent, ${received} heard\n`;
  const rejected = Object.entries(router.rejected).map(
    ([reason, times]) => `  refused: ${times} × ${reason}\n`,
  );
  return [
    head,
    ...router.faults.map((fault) => `  fault: ${fault}\n`),
    counts,
    ...rejected,
    ...router.rivals.map((rival) => `  split brain: ${rival} is active, too\n`),
    ...(router.splits > 0 ? [`  split brains: ${router.splits}\n`] : []),
  ].join('');
}

function printHeartbeat({ peer, director, heard, sent, received, refused }: Heartbeat): string {
  const who = director === undefined ? peer : `${director} at ${peer}`;
  const counts = `${sent} sent, ${received} heard${refused > 0 ? `, ${refused} refused` : ''}`;
  return `heartbeat with ${who}  ${heard ? 'heard' : 'silent'}: ${counts}\n`;
}

function printSession({ name, neighbour, state, transmitMs, sent, received }: Session): string {
  const pace = `a packet every ${transmitMs} ms`;
  return `bfd ${name} with ${neighbour}  ${state}: ${sent} sent, ${received} heard, ${pace}\n`;
}
