package cli

import (
	"slices"
	"strings"
	"testing"
)

// listed has the visible parts of the list of requests.
type listed struct {
	Paths []string
	Said  string
}

// useAgain replays, edits and copies a request of another client, filters the list, keeps a persona, and calls from the
// OpenAPI description.
func useAgain(t *testing.T, say func(command string, answer any)) {
	t.Helper()
	var seen struct {
		Line, Decision, Curl, Fetch, Replayed, Target, Headers, Edited string

		Refused                        struct{ Text, Field string }
		Words, None, Blocked           listed
		Kept, Still, Personas, Without []string
		Operations, Tried, Refilled    []string
		Differences                    []string
		OfForm, Example                string
	}
	say("again", &seen)
	contains := func(name, text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s: want %q in %s", name, part, text)
			}
		}
		if strings.Contains(text, "opaque-credential") {
			t.Errorf("%s shows the credential: %s", name, text)
		}
	}
	contains("the line of the request", seen.Line, "502", "POST /v1/made", "no stock", "Blocked by the browser: ")
	contains("its decision", seen.Decision, "RangeError", "index.js:3", "making {\"id\": 7}", "browser\nblocked",
		"blocked by the browser: ", "CORS", "Body of the request (9 bytes)")
	contains("curl", seen.Curl, "curl -i -X POST ", "-H 'Authorization: Bearer '\"$TOKEN\"", "-d '{\"id\": 7}'",
		"/v1/made?fail=1&access_token='\"$PART\"")
	contains(
		"fetch",
		seen.Fetch,
		"await fetch(",
		`method: "POST"`,
		`["Authorization", "Bearer " + TOKEN]`,
		`body: "{\"id\": 7}"`,
	)
	contains("the replay", seen.Replayed, "502", "Show the new request")
	if seen.Target != "/v1/made?fail=1&access_token=[not shown]" {
		t.Errorf("the editor has the target %q", seen.Target)
	}
	contains("the editor's headers", seen.Headers, "Origin: https://shop.example.com", "Authorization: Bearer [not shown]")
	if seen.Refused.Field != "target" || !strings.Contains(seen.Refused.Text, `"no slash": want a path`) {
		t.Errorf("an edit that is refused: %+v", seen.Refused)
	}
	contains("the edited request", seen.Edited, "201", `"made": 8`, `"token": "[not shown]"`)

	made := func(n int) []string { return slices.Repeat([]string{"/v1/made"}, n) }
	if !slices.Equal(seen.Words.Paths, made(2)) || !strings.HasPrefix(seen.Words.Said, "2 of ") {
		t.Errorf("filtered by words: %+v", seen.Words)
	}
	if len(seen.None.Paths) > 0 || !strings.HasPrefix(seen.None.Said, "None of ") {
		t.Errorf("a filter that none fits: %+v", seen.None)
	}
	if !slices.Equal(seen.Blocked.Paths, made(3)) {
		t.Errorf("those that the browser blocks: %+v", seen.Blocked)
	}

	if want := []string{"POST /v1/made", "fail=1", "", `{"id": 7}`}; !slices.Equal(seen.Refilled, want) {
		t.Errorf("the form has %q, want %q", seen.Refilled, want)
	}
	ada := []string{"kept Ada", "ada", "orders/write extra"}
	if !slices.Equal(seen.Kept, ada) || !slices.Equal(seen.Still, ada) {
		t.Errorf("a persona after loading again: %q, and with another route: %q", seen.Kept, seen.Still)
	}
	if !slices.Equal(seen.Without, []string{"", "developer", "orders/write"}) {
		t.Errorf("without a persona: %q", seen.Without)
	}
	if !slices.Contains(seen.Personas, "Ada") || len(seen.Personas) < 4 {
		t.Errorf("the personas are %q", seen.Personas)
	}
	if want := []string{
		"1 difference from AWS", "false", "Test/ApiStage: ignored here: X-Ray (TracingEnabled)",
	}; !slices.Equal(seen.Differences, want) {
		t.Errorf("the differences are %q, want %q", seen.Differences, want)
	}
	if want := []string{
		"GET /hello anyone", "ANY /hello/{file+} anyone", "POST /made anyone", "GET /orders scope orders/read",
		"OPTIONS /orders anyone", "POST /orders scope orders/write", "GET /signed whom IAM allows execute-api:Invoke",
	}; !slices.Equal(seen.Operations, want) {
		t.Errorf("the OpenAPI description has %q, want %q", seen.Operations, want)
	}
	const all = "{\n  \"item\": \"text\",\n  \"note\": \"text\",\n  \"quantity\": 2\n}"
	if !slices.Equal(seen.Tried, []string{"POST /v1/orders", all}) {
		t.Errorf("Try it: %q", seen.Tried)
	}
	if want := "{\n  \"item\": \"text\",\n  \"quantity\": 2\n}"; seen.Example != want {
		t.Errorf("the other example body is %s, want %s", seen.Example, want)
	}
	contains("fetch of the form", seen.OfForm, `await fetch("http://`, `/v1/orders", {`, `"Bearer eyJ`)
}
