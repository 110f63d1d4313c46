/*
 * A yardstick, no part of the product: the least that a balancer with connections can do, by hand and by clang.
 * One method (METHOD: 0 masquerading, 2 tunneling, 3 gatewaying), IPv4, TCP, round robin, no replies, no ICMP, no
 * change of state, no hop count. The benchmark loads it: maps are symbols without a definition.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct context { u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
struct flow { u32 source, destination; u16 source_port, destination_port; u32 protocol; };
struct connection { u64 expires; u32 server, state; };
struct service_key { u32 address; u16 port, protocol; };
struct service { u32 count, cursor; };
struct server {
  u64 macs;
  u32 more_macs;
  u16 flags, port;
  u32 address, local_address, ifindex, active;
};
struct statistics { u64 connections, packets, bytes; };
struct ethernet { u8 destination[6], source[6]; u16 type; };
struct ipv4 {
  u8 version_and_length, type_of_service;
  u16 total_length, identification, fragment;
  u8 time_to_live, protocol;
  u16 checksum;
  u32 source, destination;
};
struct tcp {
  u16 source, destination;
  u32 sequence, acknowledgement;
  u8 offset, flags;
  u16 window, checksum, urgent;
};

extern struct map connections, services, servers, statistics;

static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*redirect)(u32 ifindex, u64 flags) = (void *)23;
static long (*adjust_head)(struct context *context, int delta) = (void *)44;
static u64 (*jiffies)(void) = (void *)118;

#define swap16(x) __builtin_bswap16(x)
enum { aborted, drop, pass, transmit };
enum { lifetime = 900 * 250, syn_lifetime = 60 * 250 };

static __attribute__((always_inline)) u16 fold(u64 sum)
{
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return (u16)((sum & 0xffff) + (sum >> 16));
}

static __attribute__((always_inline)) struct connection *
connect(struct flow *flow, struct connection *fresh, u64 now)
{
  struct service_key key = { flow->destination, flow->destination_port, 6 };
  struct service *service = lookup(&services, &key);
  if (!service || !service->count) return 0;
  u32 index = __sync_fetch_and_add(&service->cursor, 1) % service->count + 1;
  struct server *server = lookup(&servers, &index);
  struct statistics *counters = lookup(&statistics, &index);
  if (!server || !counters) return 0;
  fresh->expires = now + syn_lifetime;
  fresh->server = index;
  fresh->state = 1;
  if (update(&connections, flow, fresh, 1)) return 0;
  __sync_fetch_and_add(&server->active, 1);
  counters->connections++;
  return fresh;
}

__attribute__((section("xdp"), used)) int balance(struct context *context)
{
  void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
  struct ethernet *ethernet = data;
  struct ipv4 *ip = data + sizeof *ethernet;
  if ((void *)(ip + 1) > end || ethernet->type != swap16(0x0800)) return pass;
  if ((ip->version_and_length & 0xf0) != 0x40 || ip->protocol != 6) return pass;
  u32 header = (ip->version_and_length & 15) * 4;
  if (header < sizeof *ip || ip->fragment & swap16(0x3fff)) return pass;
  struct tcp *tcp = (void *)ip + header;
  if ((void *)(tcp + 1) > end) return pass;

  struct flow flow = { ip->source, ip->destination, tcp->source, tcp->destination, 6 };
  u64 now = jiffies();
  struct connection fresh, *connection = lookup(&connections, &flow);
  if (!connection || connection->expires <= now) {
    if ((tcp->flags & 6) != 2) return pass;
    connection = connect(&flow, &fresh, now);
    if (!connection) return pass;
  } else {
    if (connection->state == 1 && (tcp->flags & 0x17) == 0x10) connection->state = 2;
    u64 expires = now + (connection->state == 2 ? lifetime : syn_lifetime);
    if (connection->expires != expires) connection->expires = expires;
  }
  u32 index = connection->server;
  struct server *server = lookup(&servers, &index);
  struct statistics *counters = lookup(&statistics, &index);
  if (!server || !counters || !(server->flags & 1)) return drop;
  u32 length = swap16(ip->total_length);
  counters->packets++;
  counters->bytes += length;

#if METHOD == 2
  u16 type = *(u16 *)ip & 0xff00, life = ip->time_to_live;
  if (adjust_head(context, -(int)sizeof *ip)) return drop;
  data = (void *)(long)context->data;
  end = (void *)(long)context->data_end;
  ethernet = data;
  ip = data + sizeof *ethernet;
  if ((void *)(ip + 1) > end) return drop;
  ethernet->type = swap16(0x0800);
  *(u16 *)ip = 0x45 | type;
  ip->total_length = swap16((u16)(length + 20));
  ip->identification = 0;
  ip->fragment = swap16(0x4000);
  *(u16 *)&ip->time_to_live = life | 4 << 8;
  ip->source = server->local_address;
  ip->destination = server->address;
  ip->checksum = ~fold((u64)(0x45 | type) + ip->total_length + swap16(0x4000) + (life | 4 << 8) +
                       server->local_address + server->address);
#elif METHOD == 0
  u64 change = (u64)(~ip->destination & 0xffffffff) + server->address;
  u64 ports = (u64)(u16)~tcp->destination + server->port;
  ip->checksum = ~fold((u16)~ip->checksum + change);
  tcp->checksum = ~fold((u16)~tcp->checksum + change + ports);
  ip->destination = server->address;
  tcp->destination = server->port;
#endif
  *(u64 *)ethernet = server->macs;
  *((u32 *)ethernet + 2) = server->more_macs;
  if (server->ifindex == context->ingress_ifindex) return transmit;
  return redirect(server->ifindex, 0);
}
