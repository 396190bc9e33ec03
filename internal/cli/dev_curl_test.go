package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// printed is a line to try, with its expected result.
type printed struct {
	status int
	curl   string
}

var printedLine = regexp.MustCompile(`(?m)^# (\d{3}): .*\n(curl .*)$`)

func (r *running) printed(t *testing.T) (out []printed) {
	t.Helper()
	for _, found := range printedLine.FindAllStringSubmatch(r.stdout.String(), -1) {
		status, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, printed{status, found[2]})
	}
	return out
}

// words splits a line as a POSIX shell does, as far as the printed lines need this.
func words(line string) (out []string) {
	for _, w := range regexp.MustCompile(`(?:[^\s']|'[^']*')+`).FindAllString(line, -1) {
		out = append(out, strings.ReplaceAll(w, "'", ""))
	}
	return out
}

// do makes the request that a curl line is for.
func do(t *testing.T, line string) *http.Response {
	t.Helper()
	var url, signing, user, body string
	verb, header := http.MethodGet, http.Header{}
	w := words(line)
	for i := 1; i < len(w); i++ {
		value := func() string { i++; return w[i] }
		switch w[i] {
		case "-i":
		case "-X":
			verb = value()
		case "-H":
			name, text, _ := strings.Cut(value(), ": ")
			header.Add(name, text)
		case "-b":
			header.Add("Cookie", value())
		case "-d":
			body = value()
		case "--aws-sigv4":
			signing = value()
		case "--user":
			user = value()
		default:
			url = w[i]
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), verb, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	if signing != "" {
		parts := strings.Split(signing, ":") // aws:amz:region:service
		id, secret, _ := strings.Cut(user, ":")
		hash := sha256.Sum256([]byte(body))
		err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret},
			r, hex.EncodeToString(hash[:]), parts[3], parts[2], time.Now())
		if err != nil {
			t.Fatal(err)
		}
	}
	return send(t, r)
}

func get(t *testing.T, url string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, r)
}

// send reads the body, so that the connection can be used again.
func send(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return answer
}

// tryAll makes every printed request, and has curl make it too where curl is there.
func (r *running) tryAll(t *testing.T) (statuses []int) {
	t.Helper()
	curl, _ := exec.LookPath("curl")
	for _, p := range r.printed(t) {
		statuses = append(statuses, p.status)
		if got := do(t, p.curl).StatusCode; got != p.status {
			t.Errorf("%d, want %d: %s\n%s", got, p.status, p.curl, &r.stdout)
		}
		if curl == "" {
			continue
		}
		silent := fmt.Sprintf("curl --max-time %d -s -o /dev/null -w '%%{http_code}'", int(answersWithin.Seconds()))
		out, err := exec.Command("sh", "-c", strings.Replace(p.curl, "curl -i", silent, 1)).CombinedOutput()
		if err != nil || string(out) != strconv.Itoa(p.status) {
			t.Errorf("curl: %s, want %d: %v: %s\n%s", out, p.status, err, p.curl, &r.stdout)
		}
	}
	return statuses
}
