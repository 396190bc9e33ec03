package python

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
)

// deploy puts a function into a new pool.
func deploy(
	t testing.TB,
	s lambdaruntime.Spec,
	inline string,
) (invoke func(event string) lambdaruntime.Result, log *runtimetest.Log) {
	t.Helper()
	runtimetest.NeedPython(t)
	if s.Runtime == "" {
		s.Runtime = "python3.13"
	}
	command, err := Command(s.Runtime, inline)
	if err != nil {
		t.Fatal(err)
	}
	s.Command = command
	if s.Handler == "" {
		s.Handler = "index.handler"
	}
	if s.Dir == "" {
		s.Dir = t.TempDir()
	}
	return runtimetest.Deploy(t, s)
}

// TestHandlers has valid and invalid results of a handler. One process gets all events, and continues after an error.
// The conversions are from https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html#python-handler-return and
// https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/lambda_runtime_marshaller.py
func TestHandlers(t *testing.T) {
	invoke, log := deploy(t, lambdaruntime.Spec{}, `
import collections, decimal, enum, json, os, sys
Point = collections.namedtuple("Point", "x y")
Color = enum.IntEnum("Color", "RED")

class Mute(Exception):
    def __str__(self):
        raise ValueError("no text")

def handler(event, context):
    return eval(event["do"])

def fail(error):
    raise error

def circle():
    items = []
    items.append(items)
    return items
`)
	for _, c := range []struct {
		name, do string
		want     string // the answer, or the start of "type: message"
	}{
		{"the event", `event`, `{"do": "event"}`},
		{"nothing", `None`, `null`},
		{"scalars", `[True, False, 1, 1.5, "ä\u0000", None]`, `[true, false, 1, 1.5, "\u00e4\u0000", null]`},
		{"a large number", `12345678901234567890`, `12345678901234567890`},
		{"a member of an enumeration", `Color.RED`, `1`},
		{"a tuple", `(1, 2)`, `[1, 2]`},
		{"a named tuple is an object", `Point(1, [Point(2, 3)])`, `{"x": 1, "y": [{"x": 2, "y": 3}]}`},
		{"a Decimal is a number", `{"price": decimal.Decimal("1.10")}`, `{"price": 1.10}`},
		{"bytes inside are text", `{"body": "ä".encode()}`, `{"body": "\u00e4"}`},
		{"bytes are the answer", `b'{"raw":1}'`, `{"raw":1}`},
		{"names that are not text", `{1: 2, None: 3, False: 4, 1.5: 6}`, `{"1": 2, "null": 3, "false": 4, "1.5": 6}`},
		{"empty ones", `[{}, [], ""]`, `[{}, [], ""]`},
		{"a set", `{1, 2}`, `Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON serializable`},
		{"a name that is not text", `{(1, 2): 3}`, `Runtime.MarshalError: Unable to marshal response: keys must be str`},
		{"bytes that are not text", `{"body": b"\xff"}`, `Runtime.MarshalError: Unable to marshal response: 'utf-8' codec`},
		{"a circle", `circle()`, `Runtime.MarshalError: Unable to marshal response: Circular reference detected`},
		{"an exception", `fail(ValueError("no such order"))`, `ValueError: no such order`},
		{"an exception without a text", `fail(KeyError())`, `KeyError: `},
		{"an exception with a text that fails", `fail(Mute())`, `Mute: there was an error that has no text`},
		{"the end of the process", `sys.exit(3)`, `Runtime.ExitError: RequestId: `},
		{"and the next process", `1`, `1`},
	} {
		event, err := json.Marshal(map[string]string{"do": c.do})
		if err != nil {
			t.Fatal(err)
		}
		if c.name == "the event" {
			event = []byte(`{"do": "event"}`)
		}
		got := runtimetest.Shown(invoke(string(event)))
		if got != c.want && (!strings.Contains(c.want, ": ") || strings.HasPrefix(c.want, "{") ||
			!strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	for _, want := range []string{
		"[ERROR] ValueError: no such order\nTraceback (most recent call last):\n  File \"",
		", line 14, in fail\n    raise error\n", // with the line of code, though it is in no file
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not have %q:\n%s", want, log)
		}
	}
	if strings.Contains(log.String(), "in serve") {
		t.Errorf("the log has frames that are not the function's:\n%s", log)
	}
}

// TestModules has the ways in which a handler's name leads to its module:
// https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html#naming.
func TestModules(t *testing.T) {
	const code = "def handler(event, context):\n    return __name__\n"
	for _, c := range []struct {
		name, handler string
		files         map[string]string
		want          string
	}{
		{"a module", "app.handler", map[string]string{"app.py": code}, `"app"`},
		{"a folder", "orders/app.handler", map[string]string{"orders/app.py": code}, `"orders.app"`},
		{"a package", "orders.app.handler", map[string]string{"orders/__init__.py": "", "orders/app.py": code},
			`"orders.app"`},
		{
			"another module in the folder", "app.handler",
			map[string]string{"app.py": "import text\nhandler = lambda e, c: text.text", "text.py": "text = 'beside'"},
			`"beside"`,
		},
		{"it comes before the interpreter's", "app.handler",
			map[string]string{"app.py": "import this\nhandler = lambda e, c: this.text", "this.py": "text = 'own'"}, `"own"`},
		{"no module", "app.handler", map[string]string{"other.py": code},
			`Runtime.ImportModuleError: Unable to import module 'app': No module named 'app'`},
		{"an import that is not there", "app.handler", map[string]string{"app.py": "import nowhere\n"},
			`Runtime.ImportModuleError: Unable to import module 'app': No module named 'nowhere'`},
		{"no function", "app.list", map[string]string{"app.py": code},
			`Runtime.HandlerNotFound: Handler 'list' missing on module 'app'`},
		{"no name of a function", "app", map[string]string{"app.py": code},
			`Runtime.MalformedHandlerName: Bad handler 'app'`},
		{"a module of the interpreter", "sys.exit", nil, `Runtime.BuiltInModuleConflict: Cannot use built-in module sys`},
		{"a syntax error", "app.handler", map[string]string{"app.py": "def handler(:\n"},
			`Runtime.UserCodeSyntaxError: Syntax error in module 'app': invalid syntax (app.py, line 1)`},
		{"an error at the top", "app.handler", map[string]string{"app.py": "1 / 0\n"}, `ZeroDivisionError: division by zero`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := runtimetest.Files(t, c.files)
			invoke, _ := deploy(t, lambdaruntime.Spec{Handler: c.handler, Dir: dir}, "")
			got := runtimetest.Shown(invoke("{}"))
			if got != c.want && (!strings.Contains(c.want, ": ") || !strings.HasPrefix(got, c.want)) {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if left, err := filepath.Glob(filepath.Join(dir, "*", "*.pyc")); len(left) > 0 || err != nil {
				t.Errorf("compiled modules are left in the function's folder: %v (%v)", left, err)
			}
		})
	}
}

// TestContext has what https://docs.aws.amazon.com/lambda/latest/dg/python-context.html lists, and the environment.
func TestContext(t *testing.T) {
	dir := runtimetest.Files(t, map[string]string{"app.py": `
import logging, os, sys
count = 0

def handler(event, context):
    global count
    count += 1
    logging.basicConfig(format="not this one")
    logging.getLogger().setLevel("INFO")
    logging.info("an order")
    print("line one\nline two ä")
    context.log("by the context\n")
    return {
        "count": count,
        "table": os.environ["TABLE"],
        "trace": os.environ["_X_AMZN_TRACE_ID"],
        "argv": len(sys.argv),
        "left": context.get_remaining_time_in_millis(),
        "identity": context.identity.cognito_identity_id,
        "client_context": context.client_context,
        "text": repr(context),
        "tenant_id": context.tenant_id,
        **{name: getattr(context, name) for name in (
            "function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb", "aws_request_id",
            "log_group_name", "log_stream_name")},
    }
`})
	invoke, log := deploy(t, lambdaruntime.Spec{
		Handler: "app.handler", Dir: dir, MemoryMB: 256, Timeout: 2 * patience, Runtime: "python3.1",
		Env: map[string]string{"TABLE": "orders"},
	}, "")
	for n := 1; n <= 2; n++ {
		result := invoke("{}")
		var got map[string]any
		if err := json.Unmarshal(result.Payload, &got); err != nil {
			t.Fatal(err, runtimetest.Shown(result))
		}
		for name, want := range map[string]any{
			"count":                float64(n),
			"table":                "orders",
			"trace":                "Root=1-2-3",
			"argv":                 1.0,
			"identity":             nil,
			"client_context":       nil,
			"tenant_id":            nil,
			"function_name":        "Fn",
			"function_version":     "$LATEST",
			"memory_limit_in_mb":   "256",
			"aws_request_id":       result.RequestID,
			"invoked_function_arn": "arn:aws:lambda:us-east-1:123456789012:function:Fn",
			"log_group_name":       "/aws/lambda/Fn",
		} {
			if got[name] != want {
				t.Errorf("%s: got %v, want %v", name, got[name], want)
			}
		}
		if left, _ := got["left"].(float64); left < 1000 || left > float64((2*patience).Milliseconds()) {
			t.Errorf("%v ms are left of %v", got["left"], 2*patience)
		}
		text := fmt.Sprintf("LambdaContext([aws_request_id=%s,log_group_name=/aws/lambda/Fn,"+
			"log_stream_name=%s,function_name=Fn,"+
			"memory_limit_in_mb=256,function_version=$LATEST,invoked_function_arn=%s,client_context=None,"+
			"identity=CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None]),tenant_id=None])",
			result.RequestID, got["log_stream_name"], got["invoked_function_arn"])
		if got["text"] != text {
			t.Errorf("the context is written %v, want %s", got["text"], text)
		}
		if got["log_stream_name"] == nil {
			t.Error("log_stream_name is missing")
		}
		// The log has the output of a function before its answer arrives.
		if want := "Z\t" + result.RequestID +
			"\tan order\nline one\nline two ä\nby the context\n"; !strings.Contains(log.String(), want) {
			t.Errorf("the log does not have %q:\n%s", want, log)
		}
	}
	if want := "Lambda runs this function with Python 3.1; here it is 3."; strings.Count(log.String(), want) != 1 {
		t.Errorf("want %q once in the log:\n%s", want, log)
	}
}

func TestLongEvents(t *testing.T) {
	invoke, _ := deploy(t, lambdaruntime.Spec{}, `handler = lambda event, context: event`)
	event := `"` + strings.Repeat("x", 5<<20) + `"`
	if got := invoke(event); string(got.Payload) != event {
		t.Errorf("got %d bytes, want the %d that were sent; error %v", len(got.Payload), len(event), got.Error)
	}
}

// TestInterpreters has programs in PATH that belong to a version manager.
func TestInterpreters(t *testing.T) {
	runtimetest.NeedPython(t)
	real, err := find("python3")
	if err != nil {
		t.Fatal(err)
	}
	script := func(text string) string { return "#!/bin/sh\n" + text + "\n" }
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
		fails string
	}{
		{"the runtime's version comes first", map[string]string{"python3.13": script("echo /own/python3.13")},
			"/own/python3.13", ""},
		{
			"one that does not run here",
			map[string]string{"python3.13": script("exit 127"), "python3": script("exec " + real + ` "$@"`)},
			real, "",
		},
		{"Python 2", map[string]string{"python": script("echo")}, "", "python: it is not Python 3.8 or later"},
		{"none", nil, "", `there is no program "python3.13", "python3" or "python" in PATH`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := runtimetest.Files(t, c.files)
			for name := range c.files {
				if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", dir)
			command, err := Command("python3.13", "")
			if c.fails != "" {
				if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("got %v, want an error with %q", err, c.fails)
				}
				return
			}
			if err != nil || command[0] != c.want {
				t.Errorf("got %.1q, %v; want %s", command, err, c.want)
			}
		})
	}
}

// TestInterpretersAreAskedOnce checks that an interpreter is tried once. A version manager's program takes most of a
// second to report that there is no interpreter.
func TestInterpretersAreAskedOnce(t *testing.T) {
	dir := t.TempDir()
	asked := filepath.Join(dir, "asked")
	for name, last := range map[string]string{"python3.13": "exit 127", "python3": "echo /own/python3"} {
		script := "#!/bin/sh\necho " + name + " >>" + asked + "\n" + last + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	for range 2 {
		if command, err := Command("python3.13", ""); err != nil || command[0] != "/own/python3" {
			t.Errorf("got %.1q, %v", command, err)
		}
	}
	if got, err := os.ReadFile(asked); string(got) != "python3.13\npython3\n" {
		t.Errorf("the started interpreters are %q, %v; want each once", got, err)
	}
}

func TestInline(t *testing.T) {
	runtimetest.NeedPython(t)
	if _, err := Command("python3.13", strings.Repeat(" ", maxInline+1)); !errors.Is(err, ErrInline) {
		t.Errorf("code that is too long: got %v", err)
	}
	code := "handler = lambda event, context: __file__"
	invoke, _ := deploy(t, lambdaruntime.Spec{}, code+strings.Repeat(" ", maxInline-len(code)))
	if got := runtimetest.Shown(invoke("{}")); !strings.HasSuffix(got, `/index.py"`) {
		t.Errorf("code as long as may be: got %s", got)
	}
}

// TestTenant checks that the context has the tenant ID, and None without tenant isolation.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-context.html
func TestTenant(t *testing.T) {
	const code = "def handler(event, context):\n    return str(context.tenant_id)\n"
	for _, c := range []struct {
		perTenant bool
		want      string
	}{{true, `"acme"`}, {false, `"None"`}} {
		invoke, _ := deploy(t, lambdaruntime.Spec{
			Handler: "app.handler", PerTenant: c.perTenant, Dir: runtimetest.Files(t, map[string]string{"app.py": code}),
		}, "")
		if got := runtimetest.Shown(invoke("{}")); got != c.want {
			t.Errorf("PerTenant %t: got %s, want %s", c.perTenant, got, c.want)
		}
	}
}
