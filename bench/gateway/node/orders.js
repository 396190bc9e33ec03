// The backend: the example's answers to GET /health and, while there are no orders, to GET /orders, with the log line that
// the example writes for each.
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
