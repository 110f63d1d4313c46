import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { patient } from './slowness.ts';

/**
 * A client for traffic-server.ts: `echo-client.ts ADDRESS PORT BYTES` sends a datagram until one comes back, and
 * prints what stands before its bytes in that, or that they are others.
 */
const [address = '', port = '', count = ''] = process.argv.slice(2);
const message = Buffer.from(
  Array.from({ length: Number(count) }, (_, index) => 97 + ((index * 7 + (index >> 6)) % 26)),
);

const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
socket.once('message', (answer) => {
  const name = answer.subarray(0, answer.length - message.length).toString();
  const isWhole = answer.subarray(-message.length).equals(message);
  process.stdout.write(isWhole ? `${name}\n` : `other bytes, ${answer.length}\n`);
  process.exit(0);
});
for (let sent = 0; sent < 25; sent++) {
  socket.send(message, Number(port), address);
  await sleep(patient(400));
}
process.exit(1);
