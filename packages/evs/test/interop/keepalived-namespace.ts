import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Devices of the namespace that `inNamespace` makes. */
export const devices = ['lo', 'eth0', 'eth1', 'ens33', 'ens34'] as const;

const setUp = `
ip link set lo up
ip link add eth0 type veth peer name eth1
ip link add ens33 type veth peer name ens34
ip address add 10.9.0.1/24 dev eth0
for device in eth0 eth1 ens33 ens34; do ip link set $device up; done
`;

/** Runs a shell script in a network namespace of its own, which ends with it. Returns what it prints. */
export async function inNamespace(script: string, words: readonly string[]): Promise<string> {
  const { stdout } = await run(
    'unshare',
    ['--net', 'sh', '-c', `set -e\n${setUp}\nset +e\n${script}`, 'sh', ...words],
    { maxBuffer: 1 << 26 },
  );
  return stdout;
}

/** The exit status and the messages of `keepalived -t` for each file of a folder. */
export async function testWithKeepalived(
  folder: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, { readonly status: number; readonly messages: string }>> {
  const output = await inNamespace(
    `cd "$1"; shift
    for file in "$@"; do
      timeout 20 keepalived --config-test --use-file "$file" 2>&1
      echo "<<<$file $?>>>"
    done`,
    [folder, ...files],
  );
  const results = [...output.matchAll(/([\s\S]*?)<<<(\S+) (\d+)>>>\n/g)];
  return new Map(
    results.map(([, messages = '', file = '', status]) => [
      file,
      { status: Number(status), messages: messages.trim() },
    ]),
  );
}
