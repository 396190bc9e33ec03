// A TOKEN authorizer for the access tokens of an Amazon Cognito user pool, with aws-jwt-verify. It makes the same checks as
// the example's authorizer, writes the same log line, and answers with a policy for the whole stage.
"use strict";
const { readFileSync } = require("node:fs");
const { CognitoJwtVerifier } = require("aws-jwt-verify");

const verifier = CognitoJwtVerifier.create({ userPoolId: process.env.USER_POOL, clientId: process.env.CLIENT, tokenUse: "access" });
verifier.cacheJwks(JSON.parse(readFileSync(process.env.JWKS_FILE, "utf8")));

exports.handler = async (event) => {
  let claims;
  try {
    claims = await verifier.verify(event.authorizationToken.replace(/^Bearer /, ""));
  } catch {
    throw new Error("Unauthorized");
  }
  const may = claims.scope.split(" ").includes("orders/read");
  console.log(JSON.stringify({ timestamp: new Date().toISOString(), level: "INFO", message: "decision", principal: claims.sub, issuer: claims.iss }));
  return {
    principalId: claims.sub,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Effect: may ? "Allow" : "Deny", Action: "execute-api:Invoke", Resource: event.methodArn.split("/").slice(0, 2).join("/") + "/*" }],
    },
    context: { issuer: claims.iss, scopes: claims.scope },
  };
};
