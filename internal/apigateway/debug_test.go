package apigateway

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// TestDebug checks that a function still answers if it takes longer than its timeout and that of its route, and that it
// runs in one process.
func TestDebug(t *testing.T) {
	t.Parallel() // it waits for a function that takes its time
	r := bare()
	r["Fn"].(object)["Properties"].(object)["Timeout"] = 1
	hasty := proxy("Fn")
	hasty["TimeoutInMillis"] = 50
	addRoute(r, "POST /hasty/{proxy+}", hasty)
	assembly := assemblyOf(t, r)
	var started atomic.Int64
	g := Start(t, assembly, Options{Debug: true, Functions: lambdaruntime.Options{Started: func(function string, pid int) {
		if function == "" || pid <= 0 {
			t.Errorf("function %q runs as process %d", function, pid)
		}
		started.Add(1)
	}}})
	answers := make(chan string, 2)
	for range cap(answers) { // at the same time: the second waits for the first
		go func() {
			answer, err := http.Post(g.URL+"/prod/hasty/sleep", "", strings.NewReader("1100"))
			if err != nil {
				answers <- err.Error()
				return
			}
			defer answer.Body.Close()
			text, _ := io.ReadAll(answer.Body)
			answers <- answer.Status + " " + string(text)
		}()
	}
	for range cap(answers) {
		if got := <-answers; !strings.HasPrefix(got, "200 ") {
			t.Errorf("got %s", got)
		}
	}
	if n := started.Load(); n != 1 {
		t.Errorf("%d processes ran, want one", n)
	}
}
