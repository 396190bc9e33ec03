package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// emptyTable simulates an Amazon DynamoDB table without items.
func emptyTable(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, `{"Items":[],"Count":0,"ScannedCount":0}`)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestDevExample runs the example as the README says, with its functions built and CDK's engine in Node.js. By default
// it runs one kind of authorizer, and with GATEHOUSE_TEST_ALL=1 all of them.
func TestDevExample(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the example takes some seconds to synthesize")
	}
	t.Parallel()
	for _, program := range []string{"node", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no %s, which the example's app needs", program)
		}
	}
	kinds := []struct {
		kind string
		want []int // the statuses of the printed lines
	}{
		{"token", []int{200, 200, 401, 403}},
		{"request", []int{200, 200, 401, 403}},
		{"cognito", []int{200, 200, 401, 401}},
		{"jwt", []int{200, 200, 401, 403}},
		{"iam", []int{200, 200, 403}},
	}
	if os.Getenv("GATEHOUSE_TEST_ALL") == "" {
		kinds = kinds[:1]
	}
	for _, tt := range kinds {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			r, temp := startCDK(t, "../..", "-c", "authorizer="+tt.kind, "--env",
				"AWS_ENDPOINT_URL_DYNAMODB="+emptyTable(t))
			if before, _, _ := strings.Cut(r.stdout.String(), "listening on "); strings.Contains(before, " | ") {
				t.Errorf("functions log before the first request:\n%s", before)
			}
			if got := r.tryAll(t); !slices.Equal(got, tt.want) {
				t.Errorf("the lines to try get %v, want %v", got, tt.want)
			}
			r.wait(t, func() bool {
				return strings.Count(r.stdout.String(), "  GET /prod/") >= len(tt.want) &&
					strings.Contains(r.stdout.String(), "    Backend |") // the function's log
			})
			if status := r.stop(t); status != succeeded || left(t, temp) != "[]" {
				t.Errorf("status %d, files left: %s", status, left(t, temp))
			}
		})
	}
}
