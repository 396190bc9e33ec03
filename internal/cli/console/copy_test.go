package console

import (
	"encoding/json"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// awkward are values that a shell and JavaScript would read in their own way.
var awkward = []string{
	`it's`,
	`"a" $HOME $(id) ` + "`id`",
	`\' \" \`,
	`'`,
	`"`,
	` x `,
	`*?[a] {b,c} ~ # ! & | ;`,
	`\u0041 ${TOKEN} é`,
}

// awkwardCall makes a request with such values around credentials, and returns the copied command.
func awkwardCall(t *testing.T) copies {
	t.Helper()
	c := newConsole(t, shop())
	r := request("POST /prod/files/a?n=it%27s&access_token=opaque-query&z=1", "Authorization: Bearer opaque-credential",
		"Content-Type: application/json")
	for _, value := range awkward {
		r.Headers = append(r.Headers, exchange.Header{Name: "X-Note", Value: value})
	}
	r.Headers = append(r.Headers, exchange.Header{Name: "X-Note", Value: `'opaque-credential' "opaque-credential"`})
	text, err := json.Marshal(awkward)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = text
	return posted[copies](t, c, "/~/copy", object{"id": idOf(c.gateway.Serve(t.Context(), r))}, 200)
}

const set = "s3t $x ' \" \\" // the value of the variables

// TestCopyInAShell checks that a shell reads the right words from the copied line.
func TestCopyInAShell(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the line is for a POSIX shell")
	}
	line := awkwardCall(t).Curl
	cmd := exec.Command("sh", "-c", `curl() { for word; do printf '%s\0' "$word"; done; }`+"\n"+line)
	cmd.Env = []string{"TOKEN=" + set, "X_NOTE=" + set, "PART=" + set}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	want := []string{"-i", "-X", "POST", "-H", "Authorization: Bearer " + set, "-H", "Content-Type: application/json"}
	for _, value := range awkward {
		want = append(want, "-H", "X-Note: "+value)
	}
	body, err := json.Marshal(awkward)
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, "-H", `X-Note: '`+set+`' "`+set+`"`, "-d", string(body),
		base+"/prod/files/a?n=it%27s&access_token="+set+"&z=1")
	if diff := cmp.Diff(want, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")); diff != "" {
		t.Errorf("%s\n%s", diff, line)
	}
}

// TestCopyInJavaScript checks that JavaScript reads the right values from the copied call.
func TestCopyInJavaScript(t *testing.T) {
	nodepeer.Need(t)
	call := awkwardCall(t).Fetch
	script := `const fetch = (...all) => { console.log(JSON.stringify(all)) }
const TOKEN = process.argv[1], X_NOTE = TOKEN, PART = TOKEN
const run = async () => { ` + call + ` }
run()`
	out, err := exec.Command("node", "-e", script, "--", set).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, call)
	}
	headers := []any{[]any{"Authorization", "Bearer " + set}, []any{"Content-Type", "application/json"}}
	for _, value := range awkward {
		headers = append(headers, []any{"X-Note", strings.TrimSpace(value)})
	}
	headers = append(headers, []any{"X-Note", `'` + set + `' "` + set + `"`})
	body, err := json.Marshal(awkward)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{base + "/prod/files/a?n=it%27s&access_token=" + set + "&z=1", map[string]any{
		"method": "POST", "headers": headers, "body": string(body),
	}}
	var got []any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, call)
	}
}
