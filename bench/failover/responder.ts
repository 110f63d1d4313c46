import { createSocket } from 'node:dgram';

/** Answers every datagram with what it says and our name. Words: name, port. */
const [name = '', port = ''] = process.argv.slice(2);
const socket = createSocket('udp4');

socket.on('message', (message, { address, port: from }) => {
  socket.send(`${message.toString()} ${name}`, from, address, () => {});
});
socket.bind(Number(port));
