package nodejs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// deploy puts a function into a new pool.
func deploy(
	t *testing.T,
	s lambdaruntime.Spec,
	inline string,
) (invoke func(event string) lambdaruntime.Result, log *runtimetest.Log) {
	t.Helper()
	nodepeer.Need(t)
	command, err := Command(inline)
	if err != nil {
		t.Fatal(err)
	}
	s.Command = command
	if s.Runtime == "" {
		s.Runtime = "nodejs22.x"
	}
	return runtimetest.Deploy(t, s)
}

// handlerCase is a handler with the expected result.
type handlerCase struct {
	name, code string
	event      string // default {}
	want       string // the answer, or the start of "type: message"
}

func (c handlerCase) check(t *testing.T, invoke func(event string) lambdaruntime.Result) {
	t.Helper()
	got := runtimetest.Shown(invoke(cmp.Or(c.event, "{}")))
	if got != c.want && (!strings.Contains(c.want, ": ") || !strings.HasPrefix(got, c.want)) {
		t.Errorf("got %s, want %s", got, c.want)
	}
}

// inFileAndTemplate runs a test with code that is in a file, and with the same code in the template.
func inFileAndTemplate(t *testing.T, code string, test func(t *testing.T, invoke func(string) lambdaruntime.Result)) {
	t.Run("in a file", func(t *testing.T) {
		invoke, _ := deploy(
			t,
			lambdaruntime.Spec{Handler: "index.handler", Dir: runtimetest.Files(t, map[string]string{"index.js": code})},
			"",
		)
		test(t, invoke)
	})
	t.Run("in the template", func(t *testing.T) {
		invoke, _ := deploy(t, lambdaruntime.Spec{Handler: "index.handler", Dir: t.TempDir()}, code)
		test(t, invoke)
	})
}

// TestHandlers has the kinds of handlers that
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html shows, and what goes wrong with them. One process
// runs them all, as Node.js takes long to start.
func TestHandlers(t *testing.T) {
	t.Parallel()
	cases := []handlerCase{
		{
			name:  "async",
			code:  `exports.handler = async (event) => ({ saw: event })`,
			event: `{"a":[1,"ä\u0000"]}`,
			want:  `{"saw":{"a":[1,"ä\u0000"]}}`,
		},
		{
			name: "modules that it forgot to require",
			code: `exports.handler = async () => [typeof fs, typeof path, typeof crypto.randomBytes, typeof crypto.subtle]`,
			want: `["undefined","undefined","undefined","object"]`,
		},
		{
			name: "a module that is required has a parent",
			code: `exports.handler = async () => [!!module.parent, require.main === module]`,
			want: `[true,false]`,
		},
		{
			name: "a promise",
			code: `exports.handler = () => new Promise((r) => setTimeout(() => r("late"), 5))`,
			want: `"late"`,
		},
		{name: "something that can be waited for", code: `exports.handler = () => ({ then: (r) => r(1) })`, want: `1`},
		{name: "a promise of nothing is null", code: `exports.handler = async () => {}`, want: `null`},
		{
			name: "a callback",
			code: `exports.handler = (event, context, callback) => setTimeout(() => callback(null, { ok: true }), 5)`,
			want: `{"ok":true}`,
		},
		{
			name: "a callback at once",
			code: `exports.handler = (event, context, callback) => callback(undefined, "now")`,
			want: `"now"`,
		},
		{
			name: "a callback with an error",
			code: `exports.handler = (event, context, callback) => callback(new TypeError("no"))`,
			want: `TypeError: no`,
		},
		{
			name: "a callback with a text as its error",
			code: `exports.handler = (event, context, callback) => callback("no")`,
			want: `string: no`,
		},
		{name: "a callback waits for what is left to do", want: `"first"`,
			code: `exports.handler = (event, context, callback) => { let s = "none"; setTimeout(() => { s = "first" }, 20); ` +
				`callback(null, { toJSON: () => s }) }`},
		{name: "unless it must not", want: `"none"`,
			code: `exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; let s = ` +
				`"none"; setTimeout(() => { s = "first" }, 20); callback(null, { toJSON: () => s }) }`},
		{name: "neither promise nor callback is null", code: `exports.handler = () => "lost"`, want: `null`},
		{
			name: "a promise that stays pending is null",
			code: `exports.handler = () => new Promise(() => {})`,
			want: `null`,
		},
		{
			name: "a callback in an async function",
			code: `exports.handler = async (event, context, callback) => { callback(null, "called back") }`,
			want: `"called back"`,
		},
		{
			name: "a callback after the promise",
			code: `exports.handler = (event, context, callback) => { setTimeout(() => callback(null, "late"), 20); return ` +
				`Promise.resolve("first") }`,
			want: `"first"`,
		},
		{
			name: "an exception after a callback",
			code: `exports.handler = (event, context, callback) => { callback(null, "first"); throw new Error("late") }`,
			want: `"first"`,
		},
		{
			name: "an error of another context",
			code: `exports.handler = async () => require("vm").runInNewContext("throw new TypeError('no')")`,
			want: `TypeError: no`,
		},
		{
			name: "an error without a text",
			code: `exports.handler = async () => { throw Object.create(null) }`,
			want: `handled: there was an error that has no text`,
		},
		{
			name: "an error whose name is undefined",
			code: `exports.handler = async () => { throw Object.assign(new Error("no"), { name: undefined }) }`,
			want: `undefined: no`,
		},
		{name: "flags are not inherited", code: `exports.handler = async () => process.execArgv`, want: `[]`},
		{name: "context.succeed", code: `exports.handler = (event, context) => context.succeed([1])`, want: `[1]`},
		{
			name: "context.fail",
			code: `exports.handler = (event, context) => context.fail(new RangeError("far"))`,
			want: `RangeError: far`,
		},
		{name: "context.done", code: `exports.handler = (event, context) => context.done(null, 2)`, want: `2`},
		{
			name: "a rejected promise",
			code: `exports.handler = async () => { throw new TypeError("no") }`,
			want: `TypeError: no`,
		},
		{
			name: "a promise rejected with no error",
			code: `exports.handler = () => Promise.reject({ a: 1 })`,
			want: `object: [object Object]`,
		},
		{name: "an exception", code: `exports.handler = () => { throw new TypeError("no") }`, want: `TypeError: no`},
		{
			name: "an error with a name that no header takes",
			code: `exports.handler = async () => { const e = new Error("no"); e.name = "Ä\n"; throw e }`,
			want: "Ä\n: no",
		},
		{
			name: "what JSON has not",
			code: `exports.handler = async () => 1n`,
			want: `Runtime.MarshalError: Unable to stringify response body: `,
		},
		{
			name: "a circle",
			code: `exports.handler = async () => { const a = {}; a.a = a; return a }`,
			want: `Runtime.MarshalError: Unable to stringify response body: `,
		},
		{name: "a function is null", code: `exports.handler = async () => () => 1`, want: `null`},
		// These leave a timer behind, for which those before them would wait.
		{
			name: "a callback with an error does not wait",
			code: `exports.handler = (event, context, callback) => { setInterval(() => {}, 1000); callback(new ` +
				`TypeError("no")) }`,
			want: `TypeError: no`,
		},
		{
			name: "context.succeed does not wait",
			code: `exports.handler = (event, context) => { setInterval(() => {}, 1000); context.succeed(1) }`,
			want: `1`,
		},
		{
			name: "context.fail does not wait",
			code: `exports.handler = (event, context) => { setInterval(() => {}, 1000); context.fail() }`,
			want: `string: handled`,
		},
		{
			name: "context.done does not wait",
			code: `exports.handler = (event, context) => { setInterval(() => {}, 1000); context.done(null, 1) }`,
			want: `1`,
		},
	}
	code := "const all = {}; exports.handler = ([n, event], ...rest) => all[n](event, ...rest);\n"
	for n, c := range cases {
		code += fmt.Sprintf("all[%d] = (() => { const exports = {}; %s; return exports.handler })();\n", n, c.code)
	}
	inFileAndTemplate(t, code, func(t *testing.T, invoke func(string) lambdaruntime.Result) {
		for n, c := range cases {
			c.event = fmt.Sprintf("[%d, %s]", n, cmp.Or(c.event, "{}"))
			t.Run(c.name, func(t *testing.T) { c.check(t, invoke) })
		}
	})
}

// TestHandlersAlone has handlers that end their process, and cases that depend on how the runtime finds the handler.
func TestHandlersAlone(t *testing.T) {
	for _, c := range []handlerCase{
		{
			name: "a pending promise of an async function",
			code: `exports.handler = async () => { await new Promise(() => {}) }`,
			want: `Runtime.NodeJsExit: `,
		},
		{
			name: "an exception of a timer",
			code: `exports.handler = () => new Promise(() => setTimeout(() => { throw new TypeError("later") }, 1))`,
			want: `TypeError: later`,
		},
		{
			name: "an unhandled rejection",
			code: `exports.handler = () => { Promise.reject(new TypeError("unseen")); return new Promise((r) => ` +
				`setTimeout(r, 1000)) }`,
			want: `Runtime.UnhandledPromiseRejection: TypeError: unseen`,
		},
		{
			name: "no handler",
			code: `exports.other = async () => 1`,
			want: `Runtime.HandlerNotFound: index.handler is undefined or not exported`,
		},
		{
			name: "a handler that is not a function",
			code: `exports.handler = 1`,
			want: `Runtime.HandlerNotFound: index.handler is not a function`,
		},
		{name: "code with a syntax error", code: `exports.handler = async () => {`, want: `Runtime.UserCodeSyntaxError: `},
		{
			name: "a module that is not there",
			code: `require("nowhere")`,
			want: `Runtime.ImportModuleError: Cannot find module 'nowhere'`,
		},
		{name: "an exception while it is loaded", code: `throw new TypeError("early")`, want: `TypeError: early`},
		{name: "the end of the process", code: `exports.handler = async () => process.exit(3)`, want: `Runtime.ExitError: `},
		{
			name: "answers as a stream",
			code: `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { stream.write('"a'); ` +
				`stream.end('b"') })`,
			want: `"ab"`,
		},
		{
			name: "globals of the code's own",
			code: `current = failed = agent = root = 7; exports.handler = async () => current + root`,
			want: `14`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inFileAndTemplate(t, c.code, c.check)
		})
	}
}

// TestModules has the ways in which a handler's name leads to its module:
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html and, for ES modules,
// https://aws.amazon.com/blogs/compute/using-node-js-es-modules-and-top-level-await-in-aws-lambda/.
func TestModules(t *testing.T) {
	const common, es = `exports.handler = async () => "common"`, `export const handler = async () => "es"`
	for _, c := range []struct {
		name    string
		handler string // default index.handler
		within  string // which folder of the files is the function's; default all
		files   map[string]string
		want    string
	}{
		{name: "CommonJS", files: map[string]string{"index.js": common}, want: `"common"`},
		{name: ".cjs", files: map[string]string{"index.cjs": common}, want: `"common"`},
		{name: ".mjs", files: map[string]string{"index.mjs": es}, want: `"es"`},
		{
			name:  "package.json says what .js is",
			files: map[string]string{"index.js": es, "package.json": `{"type":"module"}`},
			want:  `"es"`,
		},
		{name: ".js comes before .mjs", files: map[string]string{"index.js": common, "index.mjs": es}, want: `"common"`},
		{
			name: "waiting at the top",
			files: map[string]string{"index.mjs": "const text = await Promise.resolve('top'); export const handler = " +
				"async () => text"},
			want: `"top"`,
		},
		{
			name:  "exports that are computed",
			files: map[string]string{"index.js": `module.exports = Object.fromEntries([["handler", async () => "found"]])`},
			want:  `"found"`,
		},
		{
			name:  "a default export's member",
			files: map[string]string{"index.mjs": `export default { handler: async () => "default" }`},
			want:  `"default"`,
		},
		{
			name:    "a folder",
			handler: "src/orders/app.list",
			files:   map[string]string{"src/orders/app.js": `exports.list = async () => "list"`},
			want:    `"list"`,
		},
		{
			name:    "a member of a member",
			handler: "app.orders.list",
			files:   map[string]string{"app.js": `exports.orders = { list: async () => "list" }`},
			want:    `"list"`,
		},
		{
			name: "another module in the folder",
			files: map[string]string{
				"index.js":    `const { text } = require("./lib/text"); exports.handler = async () => text`,
				"lib/text.js": `exports.text = "beside"`,
			},
			want: `"beside"`,
		},
		{
			name: "a module in node_modules",
			files: map[string]string{
				"index.mjs":                  `import text from "text"; export const handler = async () => text`,
				"node_modules/text/index.js": `module.exports = "module"`,
			},
			want: `"module"`,
		},
		{
			name: "what modules of the other kind have",
			files: map[string]string{"index.mjs": `export const handler = async () => [typeof require, typeof module, ` +
				`typeof __dirname]`},
			want: `["undefined","undefined","undefined"]`,
		},
		{
			name: "whether it is what was started",
			files: map[string]string{"index.mjs": `import { pathToFileURL } from "node:url"; const main = import.meta.url === ` +
				`pathToFileURL(process.argv[1]).href; export const handler = async () => main`},
			want: `false`,
		},
		{name: "a thread with an ES module", want: `"a thread"`, files: map[string]string{
			"index.js": `const { Worker } = require("worker_threads"); exports.handler = () => new Promise((resolve, ` +
				`reject) => new Worker(__dirname + "/thread.mjs").on("message", resolve).on("error", reject))`,
			"thread.mjs": `import { parentPort } from "node:worker_threads"; parentPort.postMessage("a thread")`}},
		{
			name:    "a package.json above the function's folder",
			handler: "index.handler",
			within:  "asset",
			files:   map[string]string{"asset/index.js": common, "package.json": `{"type":"module"}`},
			want:    `"common"`,
		},
		{
			name:  "no file",
			files: map[string]string{"other.js": common},
			want: `Runtime.ImportModuleError: Error: Cannot find module 'index': the function has no index.js, index.mjs or ` +
				`index.cjs there, but other.js`,
		},
		{
			name:  "an import that is not there",
			files: map[string]string{"index.mjs": `import "nowhere"`},
			want:  `Runtime.ImportModuleError: Cannot find package 'nowhere'`,
		},
		{
			name:    "no name of an export",
			handler: "index",
			files:   map[string]string{"index.js": common},
			want:    `Runtime.MalformedHandlerName: Bad handler`,
		},
		{
			name:    "a way out of the folder",
			handler: "../index.handler",
			files:   map[string]string{"index.js": common},
			want:    `Runtime.MalformedHandlerName: '../index.handler' is not`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.handler == "" {
				c.handler = "index.handler"
			}
			invoke, _ := deploy(t, lambdaruntime.Spec{Handler: c.handler,
				Dir: filepath.Join(runtimetest.Files(t, c.files), c.within)}, "")
			got := runtimetest.Shown(invoke("{}"))
			if got != c.want && (!strings.Contains(c.want, ": ") || !strings.HasPrefix(got, c.want)) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestContext has what https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html lists.
func TestContext(t *testing.T) {
	invoke, log := deploy(
		t,
		lambdaruntime.Spec{
			Handler:  "index.handler",
			Dir:      t.TempDir(),
			MemoryMB: 256,
			Timeout:  30 * time.Second,
			Env:      map[string]string{"TABLE": "orders"},
		},
		`
let count = 0;
exports.handler = async (event, context) => {
	console.log("line one\nline two");
	const { TABLE: table, _X_AMZN_TRACE_ID: trace } = process.env;
	const left = context.getRemainingTimeInMillis();
	return { count: ++count, table, trace, left, argv: process.argv.length, ...context };
}`,
	)
	for n := 1; n <= 2; n++ {
		result := invoke("{}")
		var got map[string]any
		if err := json.Unmarshal(result.Payload, &got); err != nil {
			t.Fatal(err, runtimetest.Shown(result))
		}
		want := map[string]any{
			"count":              float64(n),
			"table":              "orders",
			"trace":              "Root=1-2-3",
			"argv":               2.0,
			"functionName":       "Fn",
			"functionVersion":    "$LATEST",
			"memoryLimitInMB":    "256",
			"awsRequestId":       result.RequestID,
			"invokedFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:Fn",
			"logGroupName":       "/aws/lambda/Fn",
		}
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s: got %v, want %v", name, got[name], value)
			}
		}
		if left, _ := got["left"].(float64); left < 1000 || left > 30000 {
			t.Errorf("%v ms are left of 30 s", got["left"])
		}
		if got["logStreamName"] == nil {
			t.Error("logStreamName is missing")
		}
	}
	log.Await(t, "line one\n", 2)
	log.Await(t, "line two\n", 2)
}

func TestAnotherNode(t *testing.T) {
	invoke, log := deploy(
		t,
		lambdaruntime.Spec{Runtime: "nodejs2.x", Handler: "index.handler", Dir: t.TempDir()},
		`exports.handler = async () => 1`,
	)
	if got := runtimetest.Shown(invoke("{}")); got != "1" {
		t.Errorf("got %s", got)
	}
	log.Await(t, "Lambda runs this function with Node.js 2; here it is ", 1)
}

// TestErrorsAreLogged checks that the log has each error with its place, as on Lambda.
func TestErrorsAreLogged(t *testing.T) {
	invoke, log := deploy(
		t,
		lambdaruntime.Spec{
			Handler: "index.handler",
			Dir: runtimetest.Files(
				t,
				map[string]string{"index.js": "\n\nexports.handler = async () => { throw new TypeError('no') }"},
			),
		},
		"",
	)
	invoke("{}")
	log.Await(t, "index.js:3", 1)
}

// TestBetweenInvocations checks that an error after the answer ends the process at once. Otherwise it would end with
// the next event, which would be lost.
func TestBetweenInvocations(t *testing.T) {
	for name, code := range map[string]string{
		"an exception": `exports.handler = async () => { setTimeout(() => { throw new Error("between") }, 1); return 1 }`,
		"a promise": `exports.handler = async () => { setTimeout(() => Promise.reject(new Error("between")), ` +
			`1); return 1 }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			invoke, log := deploy(t, lambdaruntime.Spec{Handler: "index.handler", Dir: t.TempDir()}, code)
			for n := 1; n <= 3; n++ {
				if got := runtimetest.Shown(invoke("{}")); got != "1" {
					t.Fatalf("invocation %d: got %s", n, got)
				}
				log.Await(t, "Error: between\n", n)
				log.Await(t, "the process ended between invocations: ", n)
			}
		})
	}
}

// TestNode24 checks the differences since Node.js 24, with any version of Node.js.
func TestNode24(t *testing.T) {
	for code, want := range map[string]string{
		`exports.handler = () => "returned"`:                                       `"returned"`,
		`exports.handler = async (event, context) => [typeof context.done, event]`: `["undefined",{}]`,
		`exports.handler = (event, context, callback) => callback(null, 1)`: `Runtime.CallbackHandlerDeprecated: ` +
			`index.handler takes a callback`,
		`exports.handler = () => new Promise(() => {})`:                                  `Runtime.NodeJsExit: `,
		`exports.handler = () => { setInterval(() => {}, 1000); throw new Error("no") }`: `Error: no`,
	} {
		invoke, _ := deploy(t, lambdaruntime.Spec{Runtime: "nodejs24.x", Handler: "index.handler", Dir: t.TempDir()}, code)
		if got := runtimetest.Shown(invoke("{}")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
}

func TestTimeOut(t *testing.T) {
	invoke, _ := deploy(
		t,
		lambdaruntime.Spec{Handler: "index.handler", Dir: t.TempDir(), Timeout: 2 * time.Second},
		`exports.handler = async (event) => { if (event.busy) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, `+
			`0); return 1 }`,
	)
	t.Parallel()
	if got := runtimetest.Shown(invoke(`{"busy":true}`)); !strings.Contains(got, "Timedout") {
		t.Errorf("got %s", got)
	}
	if got := runtimetest.Shown(invoke(`{}`)); got != "1" {
		t.Errorf("afterwards: got %s", got)
	}
}

func TestLongEvents(t *testing.T) {
	invoke, _ := deploy(
		t,
		lambdaruntime.Spec{Handler: "index.handler", Dir: t.TempDir()},
		`exports.handler = async (event) => event`,
	)
	event := `"` + strings.Repeat("ä", 1<<20) + `"`
	if got := invoke(event); string(got.Payload) != event {
		t.Errorf("got %d bytes, want the %d that were sent; error %v", len(got.Payload), len(event), got.Error)
	}
}

func TestCommand(t *testing.T) {
	nodepeer.Need(t)
	if _, err := Command(strings.Repeat(" ", maxInline+1)); !errors.Is(err, ErrInline) {
		t.Errorf("code that is too long: got %v", err)
	}
	code := `exports.handler = async () => 1` + strings.Repeat(" ", maxInline-31)
	invoke, _ := deploy(t, lambdaruntime.Spec{Handler: "index.handler", Dir: t.TempDir()}, code)
	if got := runtimetest.Shown(invoke("{}")); got != "1" {
		t.Errorf("code of %d bytes: got %s", len(code), got)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Command(""); !errors.Is(err, ErrMissing) {
		t.Errorf("without Node.js: got %v", err)
	}
}

func TestModulesOfTheApp(t *testing.T) {
	dir := runtimetest.Files(
		t,
		map[string]string{
			"node_modules/sdk/index.js":       `module.exports = "the SDK"`,
			"app/node_modules/other/index.js": ``,
			"app/cdk/code/index.js":           ``,
		},
	)
	got := Modules(filepath.Join(dir, "app", "cdk"))
	want := filepath.Join(dir, "app", "node_modules") + string(filepath.ListSeparator) + filepath.Join(dir, "node_modules")
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s first", got, want)
	}
	invoke, _ := deploy(
		t,
		lambdaruntime.Spec{Handler: "index.handler", Dir: t.TempDir(), Env: map[string]string{"NODE_PATH": got}},
		`const sdk = require("sdk"); exports.handler = async () => sdk`,
	)
	if got := runtimetest.Shown(invoke("{}")); got != `"the SDK"` {
		t.Errorf("got %s", got)
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "nodejs-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	command, err := Command(`exports.handler = async (event) => ({ statusCode: 200, body: "hello " + event.name })`)
	if err != nil {
		fmt.Println(err)
		return
	}
	pool := lambdaruntime.New(lambdaruntime.Options{})
	defer pool.Close()
	err = pool.Replace(
		lambdaruntime.Spec{
			Name:    "Hello",
			Runtime: "nodejs22.x",
			Handler: "index.handler",
			Dir:     dir,
			Command: command,
			Timeout: 20 * time.Second,
		},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := pool.Invoke(context.Background(), "Hello", []byte(`{"name":"world"}`), lambdaruntime.InvokeOptions{})
	fmt.Println(string(result.Payload), result.Error, err)
	// Output: {"statusCode":200,"body":"hello world"} <nil> <nil>
}

// TestTenant checks that the context has the tenant ID, and undefined without tenant isolation.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-context.html
func TestTenant(t *testing.T) {
	const code = `exports.handler = async (event, context) => String(context.tenantId)`
	for _, c := range []struct {
		perTenant bool
		want      string
	}{{true, `"acme"`}, {false, `"undefined"`}} {
		invoke, _ := deploy(t, lambdaruntime.Spec{
			Handler: "index.handler", PerTenant: c.perTenant, Dir: runtimetest.Files(t, map[string]string{"index.js": code}),
		}, "")
		if got := runtimetest.Shown(invoke("{}")); got != c.want {
			t.Errorf("PerTenant %t: got %s, want %s", c.perTenant, got, c.want)
		}
	}
}
