import { createSocket } from 'node:dgram';

/**
 * Asks an address who it is, every 2 ms, and prints each answer: when it was asked for, in ms of CLOCK_MONOTONIC, and
 * who answered. Words: address, port.
 */
const intervalMs = 2;
const [host = '', port = ''] = process.argv.slice(2);
const socket = createSocket('udp4');

socket.on('message', (message) => process.stdout.write(`${message.toString()}\n`));
// An address that nobody has makes the router say so: no answer.
socket.on('error', () => {});
setInterval(() => {
  const nowMs = Number(process.hrtime.bigint() / 1000n) / 1000;
  socket.send(`${nowMs}`, Number(port), host, () => {});
}, intervalMs);
