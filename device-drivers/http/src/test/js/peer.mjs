// SPDX-License-Identifier: Apache-2.0
// An HTTP device for tests, on Node.js's own server: node peer.mjs [PKCS12 PASSWORD]. Prints its port and ends with its parent.
import http from 'node:http';
import https from 'node:https';
import fs from 'node:fs';

const state = { setpoint: 0, relay: 'OFF' };
const requests = {};
let last = {};

function answer(response, status, type, body) {
  response.writeHead(status, { 'Content-Type': type });
  response.end(body);
}

function get(path, request, response) {
  if (path === '/state') {
    const document = {
      good: 42,
      time: '2026-03-01T12:00:00.5Z',
      sensors: [{ 'a/b': 21.5 }, { 'a/b': null }],
      ...state,
    };
    answer(response, 200, 'application/json', JSON.stringify(document));
  } else if (path === '/table') {
    answer(response, 200, 'text/csv', 'time,temperature,"relative; humidity"\r\n1772366400,20.5,40\r\n1772366460,21.5,41\r\n');
  } else if (path === '/text') {
    answer(response, 200, 'text/plain', ' 17.25\n');
  } else if (path === '/echo') {
    answer(response, 200, 'application/json', JSON.stringify(last));
  } else if (path === '/requests') {
    answer(response, 200, 'application/json', JSON.stringify(requests));
  } else if (path.startsWith('/status/')) {
    answer(response, Number(path.slice('/status/'.length)), 'text/plain', 'so be it');
  } else if (path === '/secret') {
    const isKnown = request.headers.authorization === 'Bearer ' + (state.token ?? 'none');
    answer(response, isKnown ? 200 : 401, 'text/plain', '1');
  } else if (path === '/basic') {
    const pair = Buffer.from('ada:pass word').toString('base64');
    answer(response, request.headers.authorization === 'Basic ' + pair ? 200 : 401, 'text/plain', '1');
  } else if (path === '/who') {
    answer(response, 200, 'text/plain', request.socket.getPeerCertificate().subject?.CN ?? 'nobody');
  } else if (path === '/moved') {
    response.writeHead(302, { Location: '/state' });
    response.end();
  } else {
    answer(response, 404, 'text/plain', 'nothing here');
  }
}

function write(path, body, request, response) {
  last = { method: request.method, path, type: request.headers['content-type'], body };
  const value = JSON.parse(body.startsWith('{') ? body : JSON.stringify({ value: isNaN(body) ? body : Number(body) })).value;
  const name = path.slice(1);
  if (!(name in state) && name !== 'token') {
    answer(response, 404, 'text/plain', 'nothing here');
  } else if (typeof value === 'number' && value > 1000) {
    answer(response, 422, 'text/plain', 'at most 1000');
  } else {
    state[name] = value;
    answer(response, 204, 'text/plain', undefined);
  }
}

function serve(request, response) {
  const path = new URL(request.url, 'http://localhost').pathname;
  requests[path] = (requests[path] ?? 0) + 1;
  if (request.method === 'GET') {
    get(path, request, response);
    return;
  }
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => write(path, body, request, response));
}

const [keys, passphrase] = process.argv.slice(2);
const server = keys
  ? https.createServer({ pfx: fs.readFileSync(keys), passphrase, requestCert: true, rejectUnauthorized: false }, serve)
  : http.createServer(serve);
server.keepAliveTimeout = 2000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
