/** What the builder knows of a kernel helper. */
export interface Helper {
  readonly name: string;
  readonly id: number;
  /** Invalidates pointers into the packet: bpf_helper_changes_pkt_data() of net/core/filter.c. */
  readonly changesPacket: boolean;
  /** Memory it may write: `none`, map values, or also what its pointer arguments point to. */
  readonly writes: 'none' | 'maps' | 'anything';
  /**
   * The result is an `int`, whose upper half is not the sign's. The verifier replaces such a call by one of the map's
   * own function, and those return `int` before Linux 6.4 (struct bpf_map_ops).
   */
  readonly returnsInt?: boolean;
}

const plain = (id: number): Omit<Helper, 'name'> => ({ id, changesPacket: false, writes: 'none' });
const mapping = (id: number): Omit<Helper, 'name'> => ({
  id,
  changesPacket: false,
  writes: 'maps',
  returnsInt: true,
});
const writing = (id: number): Omit<Helper, 'name'> => ({
  id,
  changesPacket: false,
  writes: 'anything',
});
const moving = (id: number): Omit<Helper, 'name'> => ({
  id,
  changesPacket: true,
  writes: 'anything',
});

/** Numbers of `enum bpf_func_id` of include/uapi/linux/bpf.h, under the kernel's names. */
const table = {
  map_lookup_elem: plain(1),
  map_update_elem: mapping(2),
  map_delete_elem: mapping(3),
  ktime_get_ns: plain(5),
  get_prandom_u32: plain(7),
  get_smp_processor_id: plain(8),
  skb_store_bytes: moving(9),
  l3_csum_replace: moving(10),
  l4_csum_replace: moving(11),
  tail_call: writing(12),
  clone_redirect: moving(13),
  skb_vlan_push: moving(18),
  skb_vlan_pop: moving(19),
  skb_get_tunnel_key: writing(20),
  skb_set_tunnel_key: writing(21),
  redirect: plain(23),
  skb_load_bytes: writing(26),
  csum_diff: plain(28),
  skb_change_proto: moving(31),
  skb_change_type: writing(32),
  get_hash_recalc: writing(34),
  skb_change_tail: moving(38),
  skb_pull_data: moving(39),
  csum_update: writing(40),
  set_hash_invalid: writing(41),
  skb_change_head: moving(43),
  xdp_adjust_head: moving(44),
  set_hash: writing(48),
  skb_adjust_room: moving(50),
  redirect_map: plain(51),
  xdp_adjust_meta: moving(54),
  xdp_adjust_tail: moving(65),
  skb_load_bytes_relative: writing(68),
  fib_lookup: writing(69),
  jiffies64: plain(118),
  ktime_get_boot_ns: plain(125),
  ringbuf_output: plain(130),
  ringbuf_query: plain(134),
  csum_level: writing(135),
  redirect_neigh: plain(152),
  redirect_peer: plain(155),
  ktime_get_coarse_ns: plain(160),
  check_mtu: writing(163),
  for_each_map_elem: writing(164),
  loop: writing(181),
  xdp_get_buff_len: plain(188),
  xdp_load_bytes: writing(189),
  xdp_store_bytes: writing(190),
} as const satisfies Record<string, Omit<Helper, 'name'>>;

export type HelperName = keyof typeof table;

const byId = new Map<number, Helper>(
  Object.entries(table).map(([name, helper]) => [helper.id, { name, ...helper }]),
);

/** A helper by name or number. Of an unknown number the worst is assumed. */
export function findHelper(which: HelperName | number): Helper {
  const id = typeof which === 'number' ? which : table[which].id;
  return byId.get(id) ?? { name: `helper ${id}`, id, changesPacket: true, writes: 'anything' };
}
