/**
 * TLS in front of the AWS emulator, which speaks plain HTTP: bucket policies refuse what does not come by TLS, and what
 * passes here has. Arguments: port to listen on, port of the emulator, files of the certificate and its key.
 */

import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";

const [port, emulator, cert, key] = process.argv.slice(2);

createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const forwarded = request(
    // The Host header stays: it is signed.
    {
      host: "127.0.0.1",
      port: emulator,
      method,
      path: url,
      headers: { ...headers, "x-forwarded-proto": "https" },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    },
  );
  forwarded.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  incoming.pipe(forwarded);
}).listen(Number(port), "127.0.0.1");
