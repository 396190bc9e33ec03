// The backend. It gives the example's answers to GET /health and to GET /orders without orders, and writes the example's log
// line for each request.
"use strict";

const bodies = { "/health": '{"status":"ok"}\n', "/orders": '{"orders":[]}\n' };

exports.handler = async (event, context) => {
  const body = bodies[event.resource];
  console.log(JSON.stringify({
    timestamp: new Date().toISOString(), level: "INFO", message: "request", route: event.httpMethod + " " + event.resource, status: 200, durationMs: 0,
    apiRequestId: event.requestContext.requestId, requestId: context.awsRequestId, principal: event.requestContext.authorizer?.principalId,
  }));
  return { statusCode: 200, headers: { "Content-Type": "application/json" }, body };
};
