/** What stands between a program and a store: a proxy, or TLS. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { workdir } from './workdir.js';

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** Joins two connections; whoever ends, ends both. */
function tunnel(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    from
      .on('error', () => to.destroy())
      .on('close', () => to.destroy())
      .pipe(to);
}

/** A server of TLS before one of plain HTTP, with a certificate of its own making; needs openssl. */
export async function tlsFront(url: string): Promise<{ url: string; certificate: string }> {
  const folder = workdir();
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate],
    ...subject,
  ]);
  const target = Number(new URL(url).port);
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) =>
    tunnel(socket, connect(target, '127.0.0.1')),
  );
  server.on('tlsClientError', () => {});
  return { url: `https://127.0.0.1:${await listen(server)}`, certificate };
}

/** An HTTP proxy that tunnels (CONNECT) and remembers where to. */
export async function connectProxy({ refuse = false } = {}): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const server = createHttpServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url }, socket: Socket) => {
    tunnels.push(url!);
    if (refuse) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const [host, port] = url!.split(':');
    const target = connect(Number(port), host!, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    tunnel(socket, target);
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, tunnels };
}

/** A server that takes connections and never reads from them. */
export async function deafServer(): Promise<string> {
  const server = createServer((socket) => socket.pause().on('error', () => {}));
  return `http://127.0.0.1:${await listen(server)}`;
}
