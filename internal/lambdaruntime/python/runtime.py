"""Gets events from the Lambda Runtime API, passes them to a handler, and sends the handler's answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html says what is asked, and
https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html what a handler looks like. How handlers are found, what
errors are called and how the log looks is that of https://github.com/aws/aws-lambda-python-runtime-interface-client.
"""

import decimal
import http.client
import importlib
import importlib.abc
import importlib.util
import json
import logging
import os
import sys
import time
import traceback

ROOT = os.environ["LAMBDA_TASK_ROOT"]

# Whether logging writes JSON: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
STRUCTURED = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


class Fault(Exception):
    """An error with one of Lambda's names."""

    def __init__(self, name, message, trace=()):
        super().__init__(message)
        self.name, self.trace = name, list(trace)


class Api:
    """The Runtime API, over one connection."""

    def __init__(self, address):
        # No timeout: the next event may be hours away.
        self.connection = http.client.HTTPConnection(address)

    def ask(self, method, target, body=None, headers=None):
        self.connection.request(method, "/2018-06-01/runtime" + target, body, headers or {})
        response = self.connection.getresponse()
        return response.headers, response.read()

    def post(self, target, text, headers=None):
        body = text if isinstance(text, bytes) else text.encode("utf-8")
        self.ask("POST", target, body, {"Content-Type": "application/json", **(headers or {})})

    def report(self, target, error, request_id=""):
        document = {
            "errorMessage": error.message,
            "errorType": error.name,
            "requestId": request_id,
            "stackTrace": error.trace,
        }
        name = "".join(c if " " <= c <= "~" else "?" for c in error.name)
        self.post(target, json.dumps(document), {"Lambda-Runtime-Function-Error-Type": name})


class Described:
    """An error in Lambda's form: its stack begins in the function's own code."""

    def __init__(self, error):
        if isinstance(error, Fault):
            self.name, self.message, self.trace = error.name, str(error), error.trace
            return
        self.name, self.message = type(error).__name__, text_of(error)
        frames = traceback.extract_tb(error.__traceback__)
        own = [i for i, f in enumerate(frames) if f.filename != "<string>" and not f.filename.startswith("<frozen ")]
        self.trace = traceback.format_list(frames[own[0]:] if own else frames)

    def log(self):
        if STRUCTURED:
            line = {
                "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
                "level": "ERROR",
                "errorMessage": self.message,
                "errorType": self.name,
                "requestId": Logs.request_id,
                "stackTrace": self.trace,
            }
            print(json.dumps(line), flush=True)
            return
        lines = ["[ERROR] " + self.name + (": " + self.message if self.message else "")]
        if self.trace:
            lines.append("Traceback (most recent call last):")
        print("\n".join(lines) + "\n" + "".join(self.trace), end="", flush=True)


def text_of(error):
    try:
        return str(error)
    except Exception:  # raised by a class of the function
        return "there was an error that has no text"


class Inline(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds the module index in the code of a template, which CloudFormation writes to the file index.py:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
    """

    def __init__(self, text):
        self.text, self.file = text, os.path.join(ROOT, "index.py")

    def find_spec(self, name, path=None, target=None):
        if name != "index":
            return None
        spec = importlib.util.spec_from_loader(name, self, origin=self.file)
        spec.has_location = True
        return spec

    def get_source(self, name):
        return self.text

    def get_code(self, name):
        return compile(self.text, self.file, "exec", dont_inherit=True)


def hint(error):
    """Says what to do if a module that Lambda's runtimes include is missing. The text begins with the package's Hint.

    https://docs.aws.amazon.com/lambda/latest/dg/python-package.html ("Runtime dependencies in Python")
    """
    while error is not None:
        name = (getattr(error, "name", None) or "").partition(".")[0]
        if isinstance(error, ModuleNotFoundError) and name in ("boto3", "botocore", "s3transfer", "jmespath"):
            print(
                f"Lambda's Python has the module {name}, and {sys.executable} has not. Install it into a virtual "
                f"environment: {sys.executable} -m venv .venv && .venv/bin/pip install boto3. Then start again with "
                "the environment's folder bin first in PATH.",
                file=sys.stderr,
                flush=True,
            )
            return
        error = error.__cause__ or error.__context__


def load(name):
    """Finds the handler by its name, such as "orders/app.handler"."""
    module_name, dot, member = name.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': want the name of a module and a function, such as app.handler")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        where = f'  File "{error.filename}" Line {error.lineno}\n    {(error.text or "").strip()}\n'
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", [where]) from error
    try:
        return getattr(module, member)
    except AttributeError as error:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{member}' missing on module '{module_name}'") from error


class Part:
    """A part of the context, with members by name. Its text is like that of Lambda's, since people log it."""

    names = {}

    def __init__(self, members=None):
        for name, key in self.names.items():
            setattr(self, name, (members or {}).get(key))

    def __repr__(self):
        return f"{type(self).__name__}([" + ",".join(f"{name}={getattr(self, name)}" for name in self.names) + "])"


class CognitoIdentity(Part):
    names = {"cognito_identity_id": "cognitoIdentityId", "cognito_identity_pool_id": "cognitoIdentityPoolId"}


class Client(Part):
    names = {n: n for n in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")}


class ClientContext(Part):
    names = {n: n for n in ("custom", "env", "client")}


class LambdaContext(Part):
    """What https://docs.aws.amazon.com/lambda/latest/dg/python-context.html lists, and how
    https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/lambda_context.py writes it.
    """

    names = {n: n for n in (
        "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb", "function_version",
        "invoked_function_arn", "client_context", "identity", "tenant_id")}

    def __init__(self, headers):
        super().__init__()
        environment = os.environ.get
        self.function_name = environment("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = environment("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = environment("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment("AWS_LAMBDA_LOG_STREAM_NAME")
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        # https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-context.html
        self.tenant_id = headers["Lambda-Runtime-Aws-Tenant-Id"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.identity = CognitoIdentity(json.loads(headers["Lambda-Runtime-Cognito-Identity"] or "{}"))
        client = headers["Lambda-Runtime-Client-Context"]
        if client:
            self.client_context = ClientContext(json.loads(client))
            self.client_context.client = Client(self.client_context.client)

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


def encoded(value):
    """JSON as Lambda's runtime writes it, with simplejson: bytes are text, a Decimal is a number, a named tuple an object.
    https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/lambda_runtime_marshaller.py
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return json.dumps(value)
    if isinstance(value, bytes):
        return json.dumps(value.decode("utf-8"))
    if isinstance(value, decimal.Decimal):
        return "NaN" if value.is_nan() else str(value)
    if isinstance(value, tuple) and callable(getattr(value, "_asdict", None)):
        value = value._asdict()
    if isinstance(value, dict):
        return "{" + ", ".join(key(k) + ": " + encoded(v) for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(encoded, value)) + "]"
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def key(value):
    """The name of a member, as json.dumps makes it from numbers and the like."""
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    return json.dumps({value: 0})[1:-4]


def answer_of(value):
    if isinstance(value, bytes):
        return value
    try:
        return encoded(value)
    except RecursionError:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: Circular reference detected") from None
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {text_of(error)}") from error


class Structured(logging.Formatter):
    """Formats a record as a line of JSON, with the attributes that the function gave it by extra."""

    known = {*vars(logging.makeLogRecord({})), "aws_request_id", "tenant_id"} - {"taskName"}

    def format(self, record):
        kind, error, trace = record.exc_info or (None, None, None)
        level = min(50, max(0, record.levelno)) // 10 * 10
        line = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": logging.getLevelName(level),
            "message": record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(trace) if kind else None,
            "errorType": kind.__name__ if kind else None,
            "errorMessage": str(error) if kind else None,
            "requestId": record.aws_request_id,
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if kind else None,
            "tenantId": record.tenant_id,
        }
        for name, value in vars(record).items():
            if name not in Structured.known:
                line.setdefault(name, value)
        return json.dumps({k: v for k, v in line.items() if v is not None}, ensure_ascii=False) + "\n"


class Logs(logging.Handler):
    """Lambda's own handler of the root logger, because of which logging.basicConfig does nothing."""

    request_id = ""
    tenant_id = None

    def __init__(self):
        super().__init__()
        logging.Formatter.converter = time.gmtime
        self.setFormatter(Structured() if STRUCTURED else logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"))

    def emit(self, record):
        record.aws_request_id, record.tenant_id = Logs.request_id, Logs.tenant_id
        sys.stdout.write(self.format(record))


def set_level():
    """Sets the log level of the root logger, which Python does not have by the name TRACE."""
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper().replace("TRACE", "DEBUG")
    if isinstance(logging.getLevelName(level), int):
        logging.getLogger().setLevel(level)


def serve():
    # Functions see none of the interpreter's arguments, and find modules in their own folder first.
    inline, sys.argv = sys.argv[1:2], ["/var/runtime/bootstrap.py"]
    sys.path[0] = ROOT
    if inline:
        sys.meta_path.insert(0, Inline(inline[0]))
    logging.getLogger().addHandler(Logs())
    set_level()
    wanted = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python")[2]
    here = "{}.{}".format(*sys.version_info)
    if wanted and wanted != here:
        print(f"Lambda runs this function with Python {wanted}; here it is {sys.version.split()[0]}", file=sys.stderr)

    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as error:
        hint(error)
        described = Described(error)
        described.log()
        api.report("/init/error", described)
        sys.exit(1)
    while True:
        headers, body = api.ask("GET", "/invocation/next")
        request_id = Logs.request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        Logs.tenant_id = headers["Lambda-Runtime-Aws-Tenant-Id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"] or ""
        try:
            answer = answer_of(handler(json.loads(body), LambdaContext(headers)))
        except Exception as error:
            hint(error)
            described = Described(error)
            described.log()
            api.report(f"/invocation/{request_id}/error", described, request_id)
        else:
            api.post(f"/invocation/{request_id}/response", answer)


serve()
