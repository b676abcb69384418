/** An application as users have them; says which release answers. Plain JavaScript: it must start fast. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const { PORT, RELEASE = '?', MODE = 'normal' } = process.env;
if (MODE === 'exits') {
  console.error('no configuration');
  process.exit(3);
}
const server = createServer((req, res) => void answer(req, res));

async function answer(req, res) {
  const url = new URL(req.url ?? '/', 'http://localhost');
  res.setHeader('x-release', RELEASE);
  if (url.pathname === '/slow') return void setTimeout(() => res.end(RELEASE), Number(url.searchParams.get('ms')));
  if (url.pathname === '/upload') {
    let bytes = 0;
    for await (const chunk of req) bytes += chunk.length;
    return void res.end(String(bytes));
  }
  if (url.pathname === '/crash') process.exit(7);
  if (url.pathname === '/print') {
    process.stdout.write('x'.repeat(Number(url.searchParams.get('bytes'))) + '\n');
    return void res.end('printed');
  }
  if (url.pathname === '/events') {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => res.write(`data: ${RELEASE}\n\n`), 20);
    return void res.on('close', () => clearInterval(timer));
  }
  res.end(RELEASE);
}
const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket) =>
  socket.on('message', (data) => socket.send(`${RELEASE}:${Buffer.from(data).toString()}`)),
);
server.listen(Number(PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  if (MODE === 'stubborn') return;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
