package nodejs

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// What handlers of Lambda's own kind for streams answer with.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
func TestStreams(t *testing.T) {
	nodepeer.Need(t)
	const (
		nulls   = "\x00\x00\x00\x00\x00\x00\x00\x00"
		respond = `const from = (stream) => awslambda.HttpResponseStream.from(stream, {statusCode: 201, headers: {A: 'b'}});`
	)
	pool := lambdaruntime.New(lambdaruntime.Options{})
	t.Cleanup(pool.Close)
	for _, c := range []struct{ name, code, want, fails string }{
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
		{"a pipeline", `await require('node:stream/promises').pipeline(require('node:stream').Readable.from(['one', 'two']), from(stream))`,
			`{"statusCode":201,"headers":{"A":"b"}}` + nulls + "onetwo", ""},
		{"no end", `stream.write('one')`, "one", ""},
		{"nothing", ``, "", ""},
		{"much", `for (let i = 0; i < 100; i++) { if (!stream.write('x'.repeat(9999))) { await new Promise((r) => stream.once('drain', r)) } } stream.end()`,
			strings.Repeat("x", 999900), ""},
		{"an error at once", `throw new TypeError('no')`, "", "TypeError: no"},
		{
			"an error later",
			`stream.write('one'); await new Promise((r) => setTimeout(r, 20)); throw new TypeError('no')`,
			"one",
			"TypeError: no",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			command, err := Command(
				respond + "exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {" + c.code + "})",
			)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.ReplaceAll(c.name, " ", "-")
			if err := pool.Replace(lambdaruntime.Spec{Name: name, Command: command, Runtime: "nodejs24.x", Handler: "index.handler",
				Dir: t.TempDir(), Timeout: runtimetest.Patience}); err != nil {
				t.Fatal(err)
			}
			for range 2 { // in one process
				stream, result, err := pool.InvokeStream(t.Context(), name, []byte("{}"), lambdaruntime.InvokeOptions{})
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				if stream != nil {
					body, failed := io.ReadAll(stream.Body)
					got = string(body)
					var of *lambdaruntime.FunctionError
					if errors.As(failed, &of) {
						result.Error = of
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
