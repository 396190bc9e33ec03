// A Lambda authorizer with aws-jwt-verify. Its loop is like that of Lambda's runtime: over one connection it gets the next
// event and posts the answer. It does less than the authorizer in Go: it has no table of routes and no metrics.
import http from "node:http";
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_MODULES + "/");
const { JwtVerifier } = require("aws-jwt-verify");

const issuer = process.env.ISSUER;
const verifier = JwtVerifier.create({ issuer, audience: process.env.AUDIENCE, jwksUri: issuer + "/keys" });
verifier.cacheJwks(JSON.parse(readFileSync(process.env.JWKS_FILE, "utf8")));

async function handler(event) {
  let claims;
  try {
    claims = await verifier.verify(event.authorizationToken.slice("Bearer ".length));
  } catch {
    throw new Error("Unauthorized");
  }
  const scopes = claims.scope.split(" ");
  writeSync(1, JSON.stringify({ timestamp: new Date().toISOString(), level: "INFO", message: "decision", principal: claims.sub, issuer: claims.iss }) + "\n");
  const arn = event.methodArn.split("/").slice(0, 2).join("/");
  return {
    principalId: claims.sub,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Effect: scopes.includes("read") ? "Allow" : "Deny", Action: "execute-api:Invoke", Resource: arn + "/*" }],
    },
    context: { issuer: claims.iss, scopes: claims.scope },
  };
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: "/2018-06-01/runtime/invocation/" + path, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ id: response.headers["lambda-runtime-aws-request-id"], text: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const { id, text } = await call("GET", "next");
  try {
    await call("POST", id + "/response", JSON.stringify(await handler(JSON.parse(text))));
  } catch (error) {
    await call("POST", id + "/error", JSON.stringify({ errorMessage: error.message, errorType: error.name }));
  }
}
