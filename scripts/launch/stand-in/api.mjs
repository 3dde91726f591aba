import http from 'node:http';
import net from 'node:net';

// Speaks the API's side of the launcher's contract: the channel's messages, the health route, the signals.
const { HOST: host, PORT: port, DATABASE_URL: databaseUrl, STAND_IN: behaviour = '' } = process.env;

function log(level, msg) {
  process.stdout.write(`${JSON.stringify({ level, msg, time: Date.now() })}\n`);
}

async function databasePort() {
  const address = new URL(databaseUrl);
  await new Promise((resolve, reject) => {
    const socket = net.connect(Number(address.port), address.hostname, () => resolve(socket.destroy()));
    socket.once('error', reject);
  });
  return address.port;
}

if (behaviour === 'refuse') {
  process.send({ type: 'failed', message: 'MOSAIC_SECRET_KEY is not the key of this database.' });
  process.disconnect();
} else if (behaviour === 'crash') {
  throw new Error('crashed on purpose');
} else {
  const reachedPort = await databasePort();
  const server = http.createServer((request, response) => {
    if (request.url === '/crash') process.exit(7);
    response.end(JSON.stringify({ databasePort: reachedPort, hasKey: process.env['MOSAIC_SECRET_KEY'].length >= 32, pid: process.pid }));
  });
  const stop = (reason) => {
    log(30, `stopping: ${reason}`);
    if (behaviour === 'hang') return;
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.on('SIGTERM', () => stop('told to'));
  if (behaviour !== 'hang') process.on('disconnect', () => stop('the launcher is gone'));
  server.listen(Number(port), host, () => {
    log(30, 'an ordinary line');
    log(40, 'something to worry about');
    process.send({ type: 'ready', url: `http://${host}:${port}`, setupUrl: `http://${host}:${port}/setup#token=once` });
  });
}
