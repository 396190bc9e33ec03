package nodejs

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// TestStreams checks the answers of handlers of Lambda's own kind for streams.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
func TestStreams(t *testing.T) {
	nodepeer.Need(t)
	const (
		nulls   = "\x00\x00\x00\x00\x00\x00\x00\x00"
		respond = `const from = (stream) => awslambda.HttpResponseStream.from(stream, {statusCode: 201, headers: {A: 'b'}});`
	)
	cases := []struct{ name, code, want, fails string }{
		{
			"parts",
			`stream.write('one'); stream.write(Buffer.from('two')); stream.write({three: 3}); stream.end()`,
			`onetwo{"three":3}`,
			"",
		},
		{
			"metadata",
			`stream = from(stream); stream.write('one'); stream.end()`,
			`{"statusCode":201,"headers":{"A":"b"}}` + nulls + "one",
			"",
		},
		{"a pipeline",
			`await require('node:stream/promises').pipeline(require('node:stream').Readable.from(['one', 'two']), from(stream))`,
			`{"statusCode":201,"headers":{"A":"b"}}` + nulls + "onetwo", ""},
		{"no end", `stream.write('one')`, "one", ""},
		{"nothing", ``, "", ""},
		{"much",
			`for (let i = 0; i < 100; i++) { if (!stream.write('x'.repeat(9999))) { await new Promise((r) => ` +
				`stream.once('drain', r)) } } stream.end()`,
			strings.Repeat("x", 999900), ""},
		{"an error at once", `throw new TypeError('no')`, "", "TypeError: no"},
		{
			"an error later",
			`stream.write('one'); await new Promise((r) => setTimeout(r, 20)); throw new TypeError('no')`,
			"one",
			"TypeError: no",
		},
	}
	code := respond +
		"const all = {}; exports.handler = awslambda.streamifyResponse((event, ...rest) => all[event](...rest));\n"
	for n, c := range cases {
		code += fmt.Sprintf("all[%d] = async (stream, context) => {%s};\n", n, c.code)
	}
	command, err := Command(code)
	if err != nil {
		t.Fatal(err)
	}
	pool := lambdaruntime.New(lambdaruntime.Options{})
	t.Cleanup(pool.Close)
	if err := pool.Replace(lambdaruntime.Spec{
		Name: "Fn", Command: command, Runtime: "nodejs24.x", Handler: "index.handler",
		Dir: t.TempDir(), Timeout: runtimetest.Patience,
	}); err != nil {
		t.Fatal(err)
	}
	for n, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			event := []byte(strconv.Itoa(n))
			for range 2 { // all of them in one process
				stream, result, err := pool.InvokeStream(t.Context(), "Fn", event, lambdaruntime.InvokeOptions{})
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				if stream != nil {
					body, failed := io.ReadAll(stream.Body)
					got = string(body)
					var failure *lambdaruntime.FunctionError
					if errors.As(failed, &failure) {
						result.Error = failure
					} else if failed != nil {
						t.Error(failed)
					}
				}
				fails := ""
				if result.Error != nil {
					fails = result.Error.Type + ": " + result.Error.Message
				}
				if got != c.want || fails != c.fails {
					t.Errorf("got %.200q, %s; want %.200q, %s", got, fails, c.want, c.fails)
				}
			}
		})
	}
}
