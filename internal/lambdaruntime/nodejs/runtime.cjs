'use strict';
// Gets events from the Lambda Runtime API, passes them to a handler, and sends the handler's answers.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html describes the API, and
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html the forms of a handler.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const Module = require('node:module');
const path = require('node:path');
const { Writable } = require('node:stream');
const { finished } = require('node:stream/promises');
const { pathToFileURL } = require('node:url');
const { format, types } = require('node:util');

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

// fault returns an error with one of Lambda's names. Its stack has no frames, since these would be in this file.
function fault(name, message) {
  const error = new Error(message);
  error.name = name;
  error.stack = String(error);
  return error;
}

// described returns an error in Lambda's form. Its parts may have any type, and their getters may fail.
function described(error) {
  try {
    if (types.isNativeError(error) || error instanceof Error) { // isNativeError also recognizes errors of another context (node:vm)
      return { errorType: String(error.name), errorMessage: String(error.message), trace: String(error.stack).split('\n') };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'there was an error that has no text', trace: [] };
  }
}

// structured is whether the functions of console write JSON: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
const structured = environment.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';

function log({ errorType, errorMessage, trace }) {
  console.error(structured ? { errorType, errorMessage, stackTrace: trace } : trace.join('\n') || errorMessage);
}

// note writes a line that Lambda does not write, whatever the log format and the log level.
function note(text) {
  process.stderr.write(text + '\n');
}

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const levelOf = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL' };

// structure makes the functions of console write a line of JSON each, from the log level on. The lines are those of
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client (src/logging).
function structure() {
  const lowest = levels.indexOf(environment.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()); // -1 for all
  for (const [name, level] of Object.entries(levelOf)) {
    const write = (message, ...params) => void process.stdout.write(lineOf(level, message, params) + '\n');
    console[name] = levels.indexOf(level) < lowest ? () => {} : write;
  }
}

function lineOf(level, message, params) {
  const line = { timestamp: new Date().toISOString(), level, requestId: current?.id, tenantId: current?.tenant };
  if (params.length > 0) {
    const error = params.find((param) => param instanceof Error);
    return JSON.stringify({ ...line, message: format(message, ...params), ...(error && partsOf(error)) });
  }
  try {
    return JSON.stringify({ ...line, message }, (key, value) => (value instanceof Error ? { ...partsOf(value), ...value } : value));
  } catch { // such as a circular object
    return JSON.stringify({ ...line, message: format(message) });
  }
}

function partsOf(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  };
}

// missing reports whether an error is about a module that was not found.
function missing(error) {
  try {
    return error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND';
  } catch {
    return false; // a getter failed
  }
}

// hint says what to do if a module of the AWS SDK is missing, which Lambda's runtimes include. The text begins with the
// package's Hint. https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html ("Runtime-included SDK versions")
function hint(error) {
  const name = missing(error) && /'(@(?:aws-sdk|smithy)\/[^/']+)/.exec(described(error).errorMessage)?.[1];
  if (name) {
    note(`Lambda's Node.js has the module ${name}, and node_modules of the app's folder does not: run npm install --save-dev ${name} there`);
  }
}

function report(target, error) {
  hint(error);
  const text = described(error);
  log(text);
  return post(target, JSON.stringify(text), { 'Lambda-Runtime-Function-Error-Type': text.errorType.replace(/[^\x20-\x7e]/g, '?') });
}

// load finds the handler: in the given code, or in the file that its name refers to.
async function load(name, inline) {
  if (name.includes('..')) {
    throw fault('Runtime.MalformedHandlerName', `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const parts = /^([^.]*)\.(.+)$/.exec(path.basename(name));
  if (!parts) {
    throw fault('Runtime.MalformedHandlerName', 'Bad handler');
  }
  const module = inline === undefined ? await fromFile(path.resolve(root, path.dirname(name), parts[1])) : fromText(path.join(root, 'index.js'), inline);
  const within = (at) => parts[2].split('.').reduce((at, key) => at?.[key], at);
  const found = within(module) || within(module?.default);
  if (!found) {
    throw fault('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw fault('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return found;
}

let entry; // the URL of the handler's file, if it is an ES module

async function fromFile(stem) {
  for (const file of [stem, stem + '.js', stem + '.mjs', stem + '.cjs']) {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
      importFrom(environment.NODE_PATH, isES(file));
      if (!isES(file)) {
        return fromText(file, fs.readFileSync(file, 'utf8'));
      }
      entry = pathToFileURL(file);
      return import(entry);
    }
  }
  const name = path.basename(stem);
  throw fault('Runtime.ImportModuleError', `Error: Cannot find module '${path.relative(root, stem)}': the function has no ` +
    `${name}.js, ${name}.mjs or ${name}.cjs there, but ${beside(path.dirname(stem))}`);
}

// elsewhere returns the folder with the package that an import did not find; undefined if there is no such folder.
function elsewhere(dirs, specifier, error) {
  const name = /^(?:@[^/]+\/)?[^./#@:][^/:]*(?=\/|$)/.exec(specifier)?.[0];
  return error?.code === 'ERR_MODULE_NOT_FOUND' && name && dirs.find((dir) => fs.existsSync(path.join(dir, name)));
}

// importFrom makes imports also find packages in a NODE_PATH, which are those of layers and the AWS SDK on Lambda.
// Node.js itself looks there only for modules that are required.
// https://repost.aws/knowledge-center/lambda-import-module-error-nodejs and
// https://nodejs.org/api/module.html#customization-hooks
function importFrom(list = '', es) {
  const dirs = list.split(path.delimiter).filter((dir) => path.basename(dir) === 'node_modules');
  if (dirs.length === 0) {
    return;
  }
  if (!Module.registerHooks) { // Node.js 20: the hook runs in a separate thread, which is started only for ES modules
    if (es && Module.register) {
      Module.register('data:text/javascript,' + encodeURIComponent(hook(dirs)));
    }
    return;
  }
  Module.registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const dir = elsewhere(dirs, specifier, error);
        if (!dir) {
          throw withoutFrames(error, /\bevalmachine|\[eval\]/);
        }
        return next(specifier, { ...context, parentURL: pathToFileURL(path.join(dir, '..', 'index.mjs')).href });
      }
    },
  });
}

// withoutFrames removes the lines of a hook from an error's stack.
function withoutFrames(error, ours) {
  error.stack = String(error.stack).split('\n').filter((line) => !ours.test(line)).join('\n');
  return error;
}

// hook returns the text of a module for Module.register.
function hook(dirs) {
  return `
    import fs from 'node:fs';
    import path from 'node:path';
    import { pathToFileURL } from 'node:url';

    const dirs = ${JSON.stringify(dirs)};
    ${elsewhere}
    ${withoutFrames}

    export async function resolve(specifier, context, next) {
      try {
        return await next(specifier, context);
      } catch (error) {
        const dir = elsewhere(dirs, specifier, error);
        if (!dir) {
          throw withoutFrames(error, /data:text\\/javascript/);
        }
        return next(specifier, { ...context, parentURL: pathToFileURL(path.join(dir, '..', 'index.mjs')).href });
      }
    }`;
}

// beside lists files of a folder, to help find one whose name was misspelt.
function beside(dir) {
  let found = [];
  try {
    found = fs.readdirSync(dir).sort();
  } catch {
    return 'no such folder';
  }
  const most = 5;
  return found.slice(0, most).join(', ') + (found.length > most ? ` and ${found.length - most} more` : '') || 'nothing';
}

// isES reports whether a file is an ES module. It ignores folders above the function's: Lambda has no package.json
// there, but here there may be the app's: https://nodejs.org/api/packages.html#determining-module-system
function isES(file) {
  if (path.extname(file) !== '.js') {
    return path.extname(file) === '.mjs';
  }
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    const said = path.join(dir, 'package.json');
    if (fs.existsSync(said)) {
      return JSON.parse(fs.readFileSync(said, 'utf8'))?.type === 'module';
    }
    if (dir === root || path.basename(dir) === 'node_modules' || dir === path.dirname(dir)) {
      return false;
    }
  }
}

// fromText runs code as a CommonJS module. The module has a parent, since on Lambda it is loaded with require: code
// without a parent may start a server. Code in a template is the file index.js: "ES modules aren't supported for inline
// functions",
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
function fromText(file, text) {
  const module = new Module(file, main);
  module.filename = file;
  module.paths = Module._nodeModulePaths(path.dirname(file));
  Module._cache[file] = module;
  module._compile(text, file);
  module.loaded = true;
  return module.exports;
}

// placed returns the stack of a syntax error with the file and the line in front. For CommonJS modules, Node.js puts
// them into the stack. For ES modules, it prints them only if nothing catches the error, so another process causes the
// error again; no code of the modules runs, since they are parsed first. An error that the function's code threw has a
// frame of its file.
function placed(error) {
  const stack = String(error.stack);
  if (stack.includes(root) || !entry) {
    return stack;
  }
  const args = ['-e', 'import(process.argv[1])', '--', entry.href];
  const { stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 5000, windowsHide: true });
  const [place, rest] = [/^file:.*:\d+\n[^]*?(?=^SyntaxError: )/m.exec(stderr ?? '')?.[0], String(error)];
  return place && stderr.includes(rest) ? place + stack : stack;
}

// renamed gives an error during loading the name that Lambda uses for it.
function renamed(error) {
  if (error instanceof SyntaxError) {
    error.stack = placed(error);
    error.name = 'Runtime.UserCodeSyntaxError';
  } else if (missing(error)) {
    error.name = 'Runtime.ImportModuleError';
  }
  return error;
}

// idle is called when nothing is left that could continue: no timer, no socket.
let idle;
process.on('beforeExit', () => {
  const then = idle;
  idle = undefined;
  then?.();
});

// stuck is the error of an asynchronous handler whose promise nothing can settle any more.
const stuck = () => fault('Runtime.NodeJsExit', 'nothing is left that could go on, and the promise of the handler is not settled');

// run passes an event to the handler and settles with its answer.
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    idle = () => reject(stuck());
    Promise.resolve(handler(event, context)).then(resolve, reject);
  }).finally(() => {
    idle = undefined;
  });
}

// runWithCallback replaces run before Node.js 24. The first answer counts, whether it is returned or passed to the
// callback.
function runWithCallback(handler, event, context) {
  return new Promise((resolve, reject) => {
    let answered = false;
    const once = (answer) => (...values) => {
      if (!answered) {
        answered = true;
        idle = undefined;
        answer(...values);
      }
    };
    const settle = (error, value) => (error === undefined || error === null ? resolve(value) : reject(error));
    const succeed = once(resolve);
    const fail = once((error) => reject(error ?? 'handled'));
    // Only after a callback without an error does Lambda wait until nothing is left to do.
    const callback = once((error, value) => {
      if (context.callbackWaitsForEmptyEventLoop && (error === undefined || error === null)) {
        idle = () => resolve(value);
      } else {
        settle(error, value);
      }
    });
    Object.assign(context, { callbackWaitsForEmptyEventLoop: true, done: once(settle), succeed, fail });
    // A handler that neither returns a promise nor calls the callback answers null.
    idle = once(() => (handler.constructor.name === 'AsyncFunction' ? reject(stuck()) : resolve(null)));
    try {
      const returned = handler(event, context, callback);
      if (typeof returned?.then === 'function') {
        returned.then(succeed, fail);
      }
    } catch (error) {
      fail(error);
    }
  });
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const json = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  return {
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    identity: json('lambda-runtime-cognito-identity'),
    // https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-context.html
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    clientContext: json('lambda-runtime-client-context'),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// A handler writes a streamed answer to a ResponseStream. Nothing is sent before the first write, so that a handler
// that fails before that can still report its error.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
class ResponseStream extends Writable {
  #id;
  #type = 'application/octet-stream';

  constructor(id) {
    super();
    this.#id = id;
  }

  setContentType(type) {
    this.#type = type;
  }

  // write also accepts values that are neither text nor bytes, and sends them as JSON, as Lambda's runtime does.
  write(chunk, ...rest) {
    const isPart = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(isPart ? chunk : JSON.stringify(chunk), ...rest);
  }

  #begin() {
    this.request = http.request({
      host: api.hostname, port: api.port, method: 'POST', agent, path: `/2018-06-01/runtime/invocation/${this.#id}/response`,
      headers: {
        'Content-Type': this.#type,
        'Lambda-Runtime-Function-Response-Mode': 'streaming',
        'Trailer': 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
        'Transfer-Encoding': 'chunked',
      },
    });
    this.answered = new Promise((resolve, reject) => {
      this.request.on('response', (response) => response.resume().on('end', resolve));
      this.request.on('error', reject);
    });
    this.answered.catch(() => {}); // the awaiting caller gets the error
  }

  _write(chunk, encoding, done) {
    if (!this.request) {
      this.#begin();
      this._onBeforeFirstWrite?.((part) => this.request.write(part));
    }
    this.request.write(chunk, done);
  }

  _final(done) {
    if (!this.request) {
      this.#begin();
    }
    this.request.end();
    this.answered.then(() => done(), done);
  }

  // fail ends an answer that has begun. The error is in trailers.
  fail(error) {
    const text = described(error);
    log(text);
    this.request.addTrailers({
      'Lambda-Runtime-Function-Error-Type': text.errorType.replace(/[^\x20-\x7e]/g, '?'),
      'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(text)).toString('base64'),
    });
    this.request.end();
    return this.answered;
  }
}

// awslambda is the interface of Lambda's runtimes for streams. The metadata of an HttpResponseStream is sent before the
// first write. https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html, and, for the metadata,
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client (src/HttpResponseStream.js)
const awslambda = {
  streamifyResponse: (handler) => Object.assign(handler, { [streams]: true }),
  HttpResponseStream: {
    from(stream, metadata) {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(metadata));
        write(new Uint8Array(8));
      };
      return stream;
    },
  },
};

// runStreamed passes an event to a handler that streams, and settles when the handler's answer has been sent.
async function runStreamed(id, handler, event, context) {
  const stream = new ResponseStream(id);
  try {
    await run((e, c) => handler(e, stream, c), event, context);
    if (!stream.writableEnded) {
      stream.end();
    }
    await finished(stream);
  } catch (error) {
    if (!stream.request) {
      throw error;
    }
    await stream.fail(error);
  }
}

let current; // the ID and the tenant of the current invocation
let waiting = false; // whether a request for the next invocation is open
let failed = false;

// fatal reports an error that the handler did not catch, and ends the process, since its state is unknown. Between
// invocations there is nothing to report to, and the only connection waits for the next invocation, which this process
// must no longer accept.
function fatal(error) {
  if (failed) {
    return;
  }
  failed = true;
  if (waiting) {
    log(described(error));
    exit(1);
  }
  const target = current === undefined ? '/init/error' : `/invocation/${current.id}/error`;
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
  return text ?? 'null'; // for a function or a symbol
}

// asOfAFile removes what only code in an argument has: the modules of Node.js as globals, which hide a missing require
// that fails on Lambda, and the globals of the other kind of module, such as __dirname.
function asOfAFile() {
  for (const name of [...Module.builtinModules, 'require', 'module', 'exports', '__filename', '__dirname']) {
    if (name !== 'console' && name !== 'process') {
      delete globalThis[name];
    }
  }
  Object.defineProperty(globalThis, 'crypto', { configurable: true, enumerable: true, get: () => require('node:crypto').webcrypto, set: undefined });
  process.execArgv.splice(0); // child processes and threads inherit it
}

async function serve() {
  const inline = process.argv[1];
  process.argv.splice(1, Infinity, '/var/runtime/index.mjs');
  main.filename = process.argv[1]; // messages about modules that are not found contain it
  await new Promise(setImmediate); // Node.js adds one more global after the argument has run
  asOfAFile();
  globalThis.awslambda = awslambda;
  if (structured) {
    structure();
  }
  const [here] = process.versions.node.split('.');
  const wanted = /^AWS_Lambda_nodejs(\d+)\./.exec(environment.AWS_EXECUTION_ENV ?? '')?.[1] ?? here;
  if (wanted !== here) {
    note(`Lambda runs this function with Node.js ${wanted}; here it is ${process.versions.node}`);
  }
  const callbacks = wanted < 24; // Lambda has no callbacks since Node.js 24: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
  let handler;
  try {
    handler = await load(environment._HANDLER, inline);
    if (!callbacks && handler.length > 2 && !handler[streams]) {
      throw fault('Runtime.CallbackHandlerDeprecated', `${environment._HANDLER} takes a callback, which Lambda has not since Node.js 24: make it an async function of two parameters`);
    }
  } catch (error) {
    fatal(renamed(error));
    return;
  }
  for (;;) {
    waiting = true;
    const next = await ask('GET', '/invocation/next');
    waiting = false;
    const id = next.headers['lambda-runtime-aws-request-id'];
    current = { id, tenant: next.headers['lambda-runtime-aws-tenant-id'] };
    environment._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'] ?? '';
    try {
      const event = JSON.parse(next.body);
      if (handler[streams]) {
        await runStreamed(id, handler, event, contextOf(next.headers));
      } else {
        const text = asText(await (callbacks ? runWithCallback : run)(handler, event, contextOf(next.headers)));
        if (!failed) {
          await post(`/invocation/${id}/response`, text);
        }
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

serve().catch((error) => {
  // The Runtime API is gone, and so is the gateway that started this process.
  console.error(error);
  exit(1);
});
