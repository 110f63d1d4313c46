/** An address of 10.200.0.0/16. */
const realServer = (index: number): string => `10.200.${1 + (index >> 7)}.${1 + (index & 127)}`;
const virtual = (index: number): string => `10.99.${index >> 7}.${1 + (index & 127)}`;

const bodies = {
  TCP_CHECK: 'connect_timeout 3',
  HTTP_GET: 'url {\n        path /\n        status_code 200\n      }\n      connect_timeout 3',
} as const;

/** Virtual servers of some real servers each, every one checked once in `delayLoop` seconds. */
export const configurationOf = (options: {
  readonly virtualServers: number;
  readonly realServers: number;
  readonly check: keyof typeof bodies;
  readonly delayLoop: number;
  /** The weight of the very first real server. */
  readonly weight?: number;
}): string =>
  Array.from({ length: options.virtualServers }, (_, index) => {
    const { realServers, check, delayLoop, weight = 1 } = options;
    const servers = Array.from(
      { length: realServers },
      (_, at) => `  real_server ${realServer(index * realServers + at)} 80 {
    weight ${index === 0 && at === 0 ? weight : 1}
    ${check} {
      ${bodies[check]}
    }
  }
`,
    );
    return `virtual_server ${virtual(index)} 80 {
  delay_loop ${delayLoop}
  lb_algo rr
  lb_kind NAT
  protocol TCP
${servers.join('')}}
`;
  }).join('');
