package cdkapp

import (
	"bytes"
	"strings"
	"testing"
)

func TestOfMisuse(t *testing.T) {
	const goStack = "\n" +
		"goroutine 1 [running]:\n" +
		"github.com/gatehouse-cdk/gatehouse/constructs/secureapi.New({0x7f3b, 0xa443}, {0x1622, 0x3}, 0xa443)\n" +
		"\t/home/ada/go/pkg/mod/github.com/gatehouse-cdk/gatehouse@v0.1.0/constructs/secureapi/secureapi.go:65 +0x337\n" +
		"main.newStack({0x7f3b, 0xa443}, {0x1623, 0x6})\n" +
		"\t/home/ada/shop/stack.go:32 +0x86a\n" +
		"main.main()\n" +
		"\t/home/ada/shop/main.go:16 +0xb9\n" +
		"exit status 2\n"
	const short = "\n" +
		"goroutine 1 [running]:\n" +
		"    at stack.go:32 (newStack)\n" +
		"    at main.go:16 (main)\n" +
		"exit status 2\n"
	const message = "panic: secureapi: Shop/Api: CORS: AllowOrigins is empty\n"
	const several = "panic: secureapi: Shop/Api: 2 things are wrong:\n\t  - a\n\t  - b (c)\n"
	replaced := strings.ReplaceAll(goStack, "go/pkg/mod/github.com/gatehouse-cdk/gatehouse@v0.1.0", "clone")
	for _, tt := range []struct {
		name, why   string
		input, want string
	}{
		{"an error of the table", "the app's own frames say where", message + goStack, message + short},
		{"several errors", "they are lines of one message", several + goStack, several + short},
		{"a replaced module", "its path has no version", message + replaced, message + short},
		{"another panic", "its cause may be anywhere", "panic: runtime error\n" + goStack,
			"panic: runtime error\n" + goStack},
		{"a message in a line", "that is output of the app", "see panic: secureapi: x\n" + goStack,
			"see panic: secureapi: x\n" + goStack},
		{"output after the stack", "it stays", message + goStack + "    at x (node_modules/y.js:1:2)\n",
			message + short + "    at x (node_modules/y.js:1:2)\n"},
		{"a line without an end", "it is not lost", "half\npan", "half\npan"},
		{"a dot at a time", "", "....", "...."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, size := range []int{1, 7, len(tt.input)} {
				var b bytes.Buffer
				m := &ofMisuse{to: &b, dir: "/home/ada/shop"}
				for rest := tt.input; rest != ""; rest = rest[min(size, len(rest)):] {
					if _, err := m.Write([]byte(rest[:min(size, len(rest))])); err != nil {
						t.Fatal(err)
					}
				}
				m.flush()
				if got := b.String(); got != tt.want {
					t.Errorf("in pieces of %d: got\n%s\nwant\n%s", size, got, tt.want)
				}
			}
		})
	}
}
