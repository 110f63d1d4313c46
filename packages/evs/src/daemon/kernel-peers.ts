import { NetlinkError, type NetworkLink, type Rtnetlink } from '../linux/index.ts';

type Netlink = Pick<Rtnetlink, 'links' | 'linkIn' | 'clsactDevices' | 'filters'>;

/**
 * Devices whose frames may be handed to their other end (bpf_redirect_peer) without passing over anything that
 * would have seen them: veth devices without a queue or filter, whose other end is up in another network
 * namespace and has no XDP program in its driver. What is attached by tcx links is asked for elsewhere: it
 * changes without an event.
 */
export function devicesWithPeer(netlink: Netlink): Set<number> {
  const filtered = devicesWithFilters(netlink);
  return new Set(
    netlink
      .links()
      .filter((link) => link.kind === 'veth' && link.running && link.qdisc === 'noqueue')
      .filter((link) => !filtered.has(link.index) && takesFrames(peerOf(netlink, link)))
      .map(({ index }) => index),
  );
}

const devicesWithFilters = (netlink: Netlink): ReadonlySet<number> =>
  new Set(
    netlink.clsactDevices().filter((ifindex) => netlink.filters(ifindex, 'egress').length > 0),
  );

/** The other end, if it is in another namespace and we may ask for it there. */
function peerOf(netlink: Netlink, { link, linkNamespace }: NetworkLink): NetworkLink | undefined {
  if (link === undefined || linkNamespace === undefined) return undefined;
  try {
    return netlink.linkIn(linkNamespace, link);
  } catch (error) {
    // It has gone, or its namespace belongs to somebody else.
    if (error instanceof NetlinkError) return undefined;
    throw error;
  }
}

/** A generic XDP program sees frames however they come; one in the driver only those that were sent. */
const takesFrames = (peer: NetworkLink | undefined): boolean =>
  peer !== undefined && peer.up && (peer.xdp === undefined || peer.xdp.mode === 'generic');
