package stack

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var shop = Code{
	Dir: "/tmp/asset.1", Module: "example.com/shop", Main: "example.com/shop/fn/orders-fn",
	Libraries: librariesOf([]*debug.Module{
		{Path: "github.com/x/retry", Version: "v1.0.0"},
		{Path: "github.com/gatehouse-cdk/gatehouse", Replace: &debug.Module{Path: "../src/checkout", Version: "(devel)"}},
		{Path: "example.com/orders", Replace: &debug.Module{Path: "/home/ann/shop/orders"}},
	}),
}

// TestTrim reads the stacks of error documents, and of what processes wrote when they died.
func TestTrim(t *testing.T) {
	for _, c := range []struct {
		name, why string
		document  string // of a runtime
		wrote     string // by a process; in place of a document
		want      string // the trimmed frames, a line each
	}{
		{
			name: "a panic of Go's main package",
			why:  "aws-lambda-go leaves the last folder of its path alone, and its own frames follow",
			document: `{"errorType":"string","stackTrace":[
				{"path":"runtime/panic.go","line":783,"label":"gopanic"},
				{"path":"orders-fn/main.go","line":42,"label":"serve"},
				{"path":"orders-fn/main.go","line":12,"label":"main.func1"},
				{"path":"github.com/aws/aws-lambda-go@v1.55.1/lambda/handler.go","line":9,"label":"callBytesHandlerFunc"}]}`,
			want: "fn/orders-fn/main.go:42 (serve)\nfn/orders-fn/main.go:12 (main.func1)",
		},
		{
			name: "a panic in a library that own code called",
			why:  "what the developer can change is what is shown",
			document: `{"stackTrace":[{"path":"encoding/json/decode.go","line":7,"label":"(*Decoder).Decode"},
				{"path":"example.com/shop/orders/store.go","line":3,"label":"(*Store).Get"},
				{"path":"github.com/x/retry@v1.0.0/retry.go","line":5,"label":"Do"},
				{"path":"orders-fn/main.go","line":8,"label":"serve"}]}`,
			want: "orders/store.go:3 ((*Store).Get)\n" +
				"fn/orders-fn/main.go:8 (serve)",
		},
		{
			name: "Gatehouse from a folder",
			why:  "its frames are a library's; those of another replaced module are of the developer's own code",
			document: `{"stackTrace":[{"path":"shop/orders/store.go","line":3,"label":"(*Store).Get"},
				{"path":"ann/src/checkout/lambdahttp/mux.go","line":7,"label":"(*Mux).ServeHTTP"},
				{"path":"github.com/gatehouse-cdk/gatehouse/lambdahttp/start.go","line":7,"label":"Start"},
				{"path":"orders-fn/main.go","line":8,"label":"main"}]}`,
			want: "shop/orders/store.go:3 ((*Store).Get)\n" +
				"fn/orders-fn/main.go:8 (main)",
		},
		{
			name: "Gatehouse from a folder, in a process that dies",
			why:  "there the path is whole",
			wrote: "panic: x\n\ngoroutine 7 [running]:\nmain.serve(...)\n\texample.com/shop/fn/orders-fn/main.go:42\n" +
				"github.com/gatehouse-cdk/gatehouse/lambdahttp.Start(...)\n" +
				"\t/home/ann/src/checkout/lambdahttp/start.go:43 +0x1",
			want: "fn/orders-fn/main.go:42 (serve)",
		},
		{
			name: "no own frame",
			why:  "those of the library are better than none",
			document: `{"stackTrace":[{"path":"runtime/panic.go","line":9,"label":"gopanic"},
				{"path":"github.com/x/y@v1/y.go","line":1,"label":"F"}]}`,
			want: "github.com/x/y@v1/y.go:1 (F)",
		},
		{name: "an error that a Go function returned", why: "it has no stack", document: `{"errorType":"errorString"}`},
		{
			name: "Node.js",
			why:  "its files are absolute",
			document: `{"trace":["TypeError: x is not a function","    at handler (/tmp/asset.1/index.js:3:9)",
				"    at next (/tmp/asset.1/node_modules/koa/koa.js:3:9)",
				"    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)"]}`,
			want: "index.js:3 (handler)",
		},
		{
			name: "Python",
			why:  "its stack is text, and has the outermost frame first",
			document: `{"stackTrace":["  File \"/tmp/asset.1/app.py\", line 3, in handler\n    f()\n",
				"  File \"/usr/lib/python3.13/json/__init__.py\", line 5, in loads\n"]}`,
			want: "app.py:3 (handler)",
		},
		{
			name: "a syntax error of an ES module",
			why:  "the line before its source is the only one that says where it is",
			document: `{"trace":["file:///tmp/asset.1/lib/price.mjs:2","export const x = ;","                 ^","",
				"SyntaxError: Unexpected token ';'","    at compileSourceTextModule (node:internal/modules/esm/utils:346:16)"]}`,
			want: "lib/price.mjs:2",
		},
		{
			name:     "a syntax error of Python",
			why:      "Lambda writes the line in another way",
			document: `{"stackTrace":["  File \"/tmp/asset.1/app.py\" Line 3\n    x = = 1\n"]}`,
			want:     "app.py:3",
		},
		{name: "not a stack", why: "anything can be in a document", document: `{"stackTrace":7,"trace":{}}`},
		{name: "not a document", why: "", document: `[`},
		{
			name: "a Go program that dies",
			why:  "a panic outside of the handler reaches no runtime, only standard error",
			wrote: "panic: out of tea\n\ngoroutine 7 [running]:\nmain.(*server).serve(0xc000012345, {0x1, 0x2})\n" +
				"\texample.com/shop/fn/orders-fn/main.go:42 +0x1d\nnet/http.(*conn).serve(...)\n\tnet/http/server.go:2102\n" +
				"created by main.main in goroutine 1\n\texample.com/shop/fn/orders-fn/main.go:20 +0x5\nexit status 2",
			want: "fn/orders-fn/main.go:42 ((*server).serve)\n" +
				"fn/orders-fn/main.go:20 (main)",
		},
		{
			name: "a panic that was recovered",
			why:  "debug.Stack begins with who recovers, and the failure is before the panic",
			wrote: "goroutine 7 [running]:\nruntime/debug.Stack()\n\truntime/debug/stack.go:26 +0x5\n" +
				"main.safely.func1()\n\texample.com/shop/fn/orders-fn/main.go:9 +0x1\npanic({0x1, 0x2})\n" +
				"\truntime/panic.go:783 +0x1\nmain.serve(...)\n\texample.com/shop/fn/orders-fn/main.go:42",
			want: "fn/orders-fn/main.go:42 (serve)",
		},
		{
			name: "a Python traceback",
			why:  "",
			wrote: "Traceback (most recent call last):\n  File \"/tmp/asset.1/app.py\", line 1, in <module>\n" +
				"    import x\nImportError",
			want: "app.py:1 (<module>)",
		},
		{name: "no stack in what it wrote", why: "", wrote: "got an order at 12:00\n\tindented"},
	} {
		t.Run(c.name, func(t *testing.T) {
			frames := OfDocument([]byte(c.document))
			if c.wrote != "" {
				frames = OfLines(strings.Split(c.wrote, "\n"))
			}
			var got []string
			for _, f := range shop.Trim(frames) {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.why, diff)
			}
		})
	}
}

// TestLines trims the output of a process while it arrives.
func TestLines(t *testing.T) {
	for _, c := range []struct{ name, wrote, want string }{
		{"no stack", "a\n\tb\n\nmain.f(1)", "a\n\tb\n\nmain.f(1)"},
		{
			"Go",
			"panic: x\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\texample.com/shop/fn/orders-fn/main.go:4 +0x1\n" +
				"net/http.F(...)\n\tnet/http/server.go:1\n\nafter(1)",
			"panic: x\n\ngoroutine 1 [running]:\n    at fn/orders-fn/main.go:4 (f)\n\nafter(1)",
		},
		{
			"a call without its file", "goroutine 1 [running]:\nmain.f(0x1)\nexit status 2",
			"goroutine 1 [running]:\nmain.f(0x1)\nexit status 2",
		},
		{
			"an error document in aws-lambda-go's log",
			`2026/11/29 15:08:21 {"errorMessage":"out of tea","errorType":"string","stackTrace":[` +
				`{"path":"runtime/panic.go","line":1,"label":"p"},` +
				`{"path":"orders-fn/main.go","line":4,"label":"f"}]}`,
			"2026/11/29 15:08:21 string: out of tea\n    at fn/orders-fn/main.go:4 (f)",
		},
		{
			"Python",
			"Traceback (most recent call last):\n  File \"/tmp/asset.1/app.py\", line 6, in handler\n    f()\n    ^^^\n" +
				"  File \"/usr/lib/python3.11/json/decoder.py\", line 3, in decode\n    raise E(\n    ^^\nE: x\n    indented",
			"Traceback (most recent call last):\n    at app.py:6 (handler)\nE: x\n    indented",
		},
		{
			"a stack in a line of JSON",
			`{"error":"panic: x\ngoroutine 7 [running]:\nruntime/debug.Stack()\n\truntime/debug/stack.go:26 +0x5\n` +
				`panic({0x1, 0x2})\n\truntime/panic.go:783 +0x1\nmain.serve(\"a\")\n\texample.com/shop/fn/orders-fn/main.go:42 ` +
				`+0x1\n","status":500}`,
			`{"error":"panic: x","status":500}` + "\n    at fn/orders-fn/main.go:42 (serve)",
		},
		{"one that has no end", `{"error":"panic: x\ngoroutine 7`, `{"error":"panic: x\ngoroutine 7`},
		{"another document", `{"errorMessage":7}`, `{"errorMessage":7}`},
		{
			"Node.js",
			"Error: x\n    at f (/tmp/asset.1/index.js:1:2)\n    at g (node:internal/y:1:2)\n" +
				"    at new Promise (<anonymous>)\n    at [eval]:189:24\n    at serve ([eval]:399:70)\nnext",
			"Error: x\n    at index.js:1 (f)\nnext",
		},
		{
			"a syntax error of Node.js",
			"/tmp/asset.1/lib/price.js:2\n  const x = ;\n            ^\n\nSyntaxError: Unexpected token ';'\n" +
				"    at wrapSafe (node:internal/x:1:2)",
			"    at lib/price.js:2\n  const x = ;\n            ^\n\nSyntaxError: Unexpected token ';'",
		},
		{"a place that is not in the function's folder", "/opt/report.js:2", "/opt/report.js:2"},
		{
			"a file of JSON", "SyntaxError: /tmp/asset.1/prices.json: Unexpected token ','",
			"SyntaxError: prices.json: Unexpected token ','",
		},
		{
			"a module that is missing",
			"Error: Cannot find module './price'\nRequire stack:\n- /tmp/asset.1/lib/orders.js\n- /tmp/asset.1/index.js",
			"Error: Cannot find module './price'\nRequire stack:\n- lib/orders.js\n- index.js",
		},
		{"a folder that the function itself wrote", "reads /tmp/asset.1/prices.csv", "reads /tmp/asset.1/prices.csv"},
		{
			"a syntax error of Python", "[ERROR] x\n  File \"/tmp/asset.1/app.py\" Line 3\n    x = = 1\nnext",
			"[ERROR] x\n    at app.py:3\nnext",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := Lines{Code: func() Code { return shop }}
			var got []string
			for line := range strings.SplitSeq(c.wrote, "\n") {
				got = append(got, l.Next(line)...)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestStandard compares the list of first parts with that of the go command.
func TestStandard(t *testing.T) {
	out, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		t.Skip("the go command is not here: ", err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		first, _, _ := strings.Cut(path, "/")
		if !slices.Contains(standard, first) {
			t.Errorf("the list lacks %q", first)
		}
	}
}

// FuzzStack reads any text as a document and as lines. No frame may be invented, and trimming may not add any.
func FuzzStack(f *testing.F) {
	f.Add(`{"stackTrace":[{"path":"runtime/panic.go","line":9,"label":"gopanic"}]}`)
	f.Add(`{"trace":["    at handler (/tmp/asset.1/index.js:3:9)"]}`)
	f.Add(`{"stackTrace":["  File \"/tmp/asset.1/app.py\", line 3, in handler"]}`)
	f.Add("goroutine 1 [running]:\nmain.f(0x1)\n\texample.com/shop/fn/orders-fn/main.go:4 +0x1\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		for _, frames := range [][]Frame{OfDocument([]byte(text)), OfLines(lines)} {
			trimmed := shop.Trim(frames)
			if len(trimmed) > len(frames) {
				t.Errorf("%d frames, trimmed to %d", len(frames), len(trimmed))
			}
			for _, frame := range frames {
				if frame.File == "" || frame.Line < 0 {
					t.Errorf("the frame %+v", frame)
				}
			}
		}
		l, n := Lines{Code: func() Code { return shop }}, 0
		for _, line := range lines {
			if out := l.Next(line); !strings.Contains(line, documentStart) && !strings.Contains(line, escapedStack) {
				n += len(out)
			}
		}
		if n > len(lines) {
			t.Errorf("%d lines became %d", len(lines), n)
		}
	})
}

// TestSource checks that a file in a function's folder has the name that it has in the original folder.
func TestSource(t *testing.T) {
	copied := Code{Dir: "/tmp/asset.1", Source: func() string { return "fns/orders" }}
	frames := copied.Trim(OfLines([]string{"    at f (/tmp/asset.1/lib/price.js:3:9)", "    at g (/opt/index.js:1:1)"}))
	if got := frames[0].String(); got != "fns/orders/lib/price.js:3 (f)" {
		t.Errorf("got the frame %s", got)
	}
	const message = "Cannot find module '/tmp/asset.1/a.mjs' imported from file:///tmp/asset.1/index.mjs, nor /opt/a.mjs"
	const want = "Cannot find module 'fns/orders/a.mjs' imported from fns/orders/index.mjs, nor /opt/a.mjs"
	if got := copied.Message(message); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := (Code{}).Message(message); got != message {
		t.Errorf("without a folder: got %s", got)
	}
	link := filepath.Join(t.TempDir(), "link")
	dir := t.TempDir()
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := (Code{Dir: link}).own(Frame{File: filepath.ToSlash(real) + "/index.mjs", Line: 1})
	if f.File != "index.mjs" || !f.Own {
		t.Errorf("a file that is named without symbolic links: got %+v", f)
	}
}
