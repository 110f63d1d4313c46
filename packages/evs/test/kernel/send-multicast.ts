import { createSocket } from 'node:dgram';

/** `send-multicast.ts ADDRESS GROUP PORT HEX…`: sends datagrams from an address of this host. */
const [address = '', group = '', port = '', ...messages] = process.argv.slice(2);

const socket = createSocket('udp4');
await new Promise<void>((resolve) => {
  socket.bind(0, address, resolve);
});
socket.setMulticastInterface(address);
for (const message of messages) {
  await new Promise((resolve) => {
    socket.send(Buffer.from(message, 'hex'), Number(port), group, resolve);
  });
}
socket.close();
