package cli

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// section is the part of a page below a heading.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	_, below, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", page, heading)
	}
	below, _, _ = strings.Cut(below, "\n## ")
	return below
}

// commandsIn are the commands of a section, one a line.
func commandsIn(t *testing.T, page, heading string) []string {
	t.Helper()
	_, block, found := strings.Cut(section(t, page, heading), "```sh\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatalf("%s: %q has no commands", page, heading)
	}
	return strings.Split(strings.TrimSpace(block), "\n")
}

// theOrders is the answer of the API.
const theOrders = `{"orders":[]}`

// TestDevMachine follows docs/machines.md with curl and with its Go program, for an API behind a user pool.
func TestDevMachine(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl, with which docs/machines.md gets tokens")
	}
	api := guardedAPI("orders")
	method := api["ApiordersGet"].(map[string]any)["Properties"].(map[string]any)
	method["Integration"].(map[string]any)["IntegrationResponses"] = []any{map[string]any{
		"StatusCode": "200", "ResponseTemplates": map[string]any{"application/json": theOrders},
	}}
	api["Client"].(map[string]any)["Properties"] = map[string]any{
		"UserPoolId": ref("Pool"), "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
		"AllowedOAuthFlows": []string{"client_credentials"}, "AllowedOAuthScopes": []string{"orders/read"},
	}
	r, _ := start(t, fakeApp(t, api))
	environ := append(withoutCDK(), "no_proxy=*")
	var secret strings.Builder
	s := &command.Process{
		Stdout: &secret, Stderr: &r.stderr, Now: time.Now, CacheDir: func() (string, error) { return r.cache, nil },
	}
	if status := run(t.Context(), s, []string{"token", "--client-secret"}); status != succeeded {
		t.Fatalf("gatehouse token --client-secret: %d: %s", status, &r.stderr)
	}
	known := []string{
		"http://127.0.0.1:3000/prod", r.url + "/v1",
		"http://127.0.0.1:3000", r.url,
		"https://api.example.com", r.url + "/v1",
		`"$(gatehouse token --client-secret)"`, strings.TrimSpace(secret.String()),
		"CLIENT_SECRET", strings.TrimSpace(secret.String()),
	}
	shell := func(line string) string {
		t.Helper()
		line = strings.NewReplacer(known...).Replace(line)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(line, "curl", curl, 1))
		cmd.Env = environ
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v: %s", line, err, out)
		}
		return string(out)
	}
	here, anywhere := commandsIn(t, "machines.md", "On your machine"), commandsIn(t, "machines.md", "With curl")
	id, endpoint := clientOf(t, shell(here[0]))
	known = append(known, "TOKEN_ENDPOINT", endpoint, "CLIENT_ID", id)
	for _, commands := range [][]string{here[1:], anywhere} {
		var got struct {
			Token     string `json:"access_token"`
			Type      string `json:"token_type"`
			Refresh   string `json:"refresh_token"`
			ExpiresIn int    `json:"expires_in"`
		}
		answer := shell(commands[0])
		if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Token == "" || got.ExpiresIn <= 0 ||
			got.Refresh != "" {
			t.Fatalf("%s: %s", commands[0], answer)
		}
		if answer := shell(strings.Replace(commands[1], "Bearer TOKEN", "Bearer "+got.Token, 1)); answer != theOrders {
			t.Errorf("%s: %s", commands[1], answer)
		}
		if answer := shell(commands[1]); answer != `{"message":"Unauthorized"}` {
			t.Errorf("%s without a token: %s", commands[1], answer)
		}
	}

	_, program, _ := strings.Cut(section(t, "machines.md", "In Go"), "```go\n")
	program, _, _ = strings.Cut(program, "```")
	file := filepath.Join(t.TempDir(), "main.go")
	writeFile(t, file, program)
	report := func(clientSecret string) ([]byte, error) {
		c := exec.CommandContext(t.Context(), "go", "run", file)
		c.Env = append(environ, "CLIENT_ID="+id, "CLIENT_SECRET="+clientSecret, "TOKEN_ENDPOINT="+endpoint,
			"API="+r.url+"/v1")
		return c.CombinedOutput()
	}
	if out, err := report(strings.TrimSpace(secret.String())); err != nil || string(out) != theOrders {
		t.Errorf("the program of docs/machines.md: %v: %s", err, out)
	}
	if out, err := report("wrong"); err == nil || !strings.Contains(string(out), "invalid_client") {
		t.Errorf("the program of docs/machines.md with a wrong secret: %v: %s", err, out)
	}
}

var discoveryURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+/[^"]*/\.well-known/openid-configuration`)

// clientOf is the app client that a list of issuers has, and the token endpoint of its user pool.
func clientOf(t *testing.T, list string) (id, endpoint string) {
	t.Helper()
	var issuers struct {
		Issuers []struct {
			Apps []struct{ ClientID string }
		}
	}
	at := discoveryURL.FindString(list)
	if err := json.Unmarshal([]byte(list), &issuers); err != nil || at == "" || len(issuers.Issuers) != 1 ||
		len(issuers.Issuers[0].Apps) != 1 {
		t.Fatalf("want one issuer with one client: %s", list)
	}
	answer := get(t, at)
	body, _ := io.ReadAll(answer.Body)
	var metadata struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	if err := json.Unmarshal(body, &metadata); err != nil || metadata.TokenEndpoint == "" {
		t.Fatalf("%s: %s", at, body)
	}
	return issuers.Issuers[0].Apps[0].ClientID, metadata.TokenEndpoint
}
