'use strict';
// Asks the Lambda Runtime API for events, hands them to a handler, and answers with what it returns.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html says what is asked, and
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html what a handler may look like.

const fs = require('node:fs');
const http = require('node:http');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const environment = process.env;
const root = environment.LAMBDA_TASK_ROOT;
const api = new URL('http://' + environment.AWS_LAMBDA_RUNTIME_API);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const streams = Symbol('streams');
const exit = process.exit.bind(process);

// ask calls the Runtime API.
function ask(method, target, body, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: api.hostname, port: api.port, method, agent, path: '/2018-06-01/runtime' + target, headers,
    }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function post(target, text, headers) {
  const body = Buffer.from(text);
  return ask('POST', target, body, { ...headers, 'Content-Type': 'application/json', 'Content-Length': body.length });
}

// fault is an error with a name of Lambda's.
function fault(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

// described is an error as Lambda writes it.
function described(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function report(target, error) {
  const text = described(error);
  console.error(text.trace.join('\n') || text.errorMessage);
  return post(target, JSON.stringify(text), { 'Lambda-Runtime-Function-Error-Type': text.errorType.replace(/[^\x20-\x7e]/g, '?') });
}

// load finds the handler: in the code that is given, or in the file that the name says.
async function load(name, inline) {
  if (name.includes('..')) {
    throw fault('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const parts = /^([^.]*)\.(.+)$/.exec(path.basename(name));
  if (!parts) {
    throw fault('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const module = inline === undefined ? await fromFile(path.resolve(root, path.dirname(name), parts[1])) : fromText(inline);
  for (const within of [module, module?.default]) {
    const found = parts[2].split('.').reduce((at, key) => at?.[key], within);
    if (found === undefined) {
      continue;
    }
    if (typeof found !== 'function') {
      throw fault('Runtime.HandlerNotFound', `${name} is not a function`);
    }
    if (found[streams]) {
      throw fault('Runtime.StreamingNotSupported', `${name} streams its answers, which is not done here`);
    }
    return found;
  }
  throw fault('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
}

async function fromFile(stem) {
  for (const file of [stem, stem + '.js', stem + '.mjs', stem + '.cjs']) {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
      return import(pathToFileURL(file));
    }
  }
  throw fault('Runtime.ImportModuleError', `Error: Cannot find module '${path.relative(root, stem)}' in ${root}`);
}

// fromText runs code as the file index.js. "ES modules aren't supported for inline functions":
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
function fromText(text) {
  const file = path.join(root, 'index.js');
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(root);
  module._compile(text, file);
  return module.exports;
}

// renamed gives an error of loading the name that Lambda has for it.
function renamed(error) {
  if (error instanceof SyntaxError) {
    error.name = 'Runtime.UserCodeSyntaxError';
  } else if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
    error.name = 'Runtime.ImportModuleError';
  }
  return error;
}

// idle is what to do when nothing is left that could go on: no timer, no socket.
let idle;
process.on('beforeExit', () => {
  const then = idle;
  idle = undefined;
  then?.();
});

// run gives an event to the handler and settles with its answer.
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    idle = () => resolve(null); // a handler that neither returns a promise nor calls back
    const done = (error, value) => {
      const settle = () => (error === undefined || error === null ? resolve(value) : reject(error));
      if (context.callbackWaitsForEmptyEventLoop) {
        idle = settle;
      } else {
        settle();
      }
    };
    Object.assign(context, { done, succeed: (value) => done(null, value), fail: (error) => done(error ?? 'handled') });
    const returned = handler(event, context, done);
    if (typeof returned?.then === 'function') {
      returned.then(resolve, reject);
    }
  }).finally(() => {
    idle = undefined;
  });
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const json = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    identity: json('lambda-runtime-cognito-identity'),
    clientContext: json('lambda-runtime-client-context'),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

let current; // the invocation that is under way
let failed = false;

// fatal reports what the handler did not catch, and ends the process, as its state is unknown.
function fatal(error) {
  if (failed) {
    return;
  }
  failed = true;
  const target = current === undefined ? '/init/error' : `/invocation/${current}/error`;
  report(target, error).catch(() => {}).finally(() => exit(1));
}
process.on('uncaughtException', fatal);
process.on('unhandledRejection', (reason) => {
  const error = fault('Runtime.UnhandledPromiseRejection', reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason));
  error.stack = reason?.stack ?? error.stack;
  fatal(error);
});

function asText(value) {
  let text;
  try {
    text = JSON.stringify(value === undefined ? null : value);
  } catch (error) {
    throw fault('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`);
  }
  return text ?? 'null'; // of a function or a symbol
}

async function main() {
  const inline = process.argv[1];
  process.argv.splice(1);
  globalThis.awslambda = { streamifyResponse: (handler) => Object.assign(handler, { [streams]: true }) };
  const wanted = /^AWS_Lambda_nodejs(\d+)\./.exec(environment.AWS_EXECUTION_ENV ?? '')?.[1];
  if (wanted !== undefined && wanted !== process.versions.node.split('.')[0]) {
    console.error(`Lambda runs this function with Node.js ${wanted}; here it is ${process.versions.node}`);
  }
  let handler;
  try {
    handler = await load(environment._HANDLER, inline);
  } catch (error) {
    fatal(renamed(error));
    return;
  }
  for (;;) {
    const next = await ask('GET', '/invocation/next');
    const id = next.headers['lambda-runtime-aws-request-id'];
    current = id;
    environment._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'] ?? '';
    try {
      const text = asText(await run(handler, JSON.parse(next.body), contextOf(next.headers)));
      if (!failed) {
        await post(`/invocation/${id}/response`, text);
      }
    } catch (error) {
      if (!failed) {
        await report(`/invocation/${id}/error`, error);
      }
    }
    if (failed) {
      return;
    }
    current = undefined;
  }
}

main().catch((error) => {
  // The Runtime API is gone: so is whoever asked for this process.
  console.error(error);
  exit(1);
});
