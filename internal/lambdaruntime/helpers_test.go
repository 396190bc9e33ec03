package lambdaruntime

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/functest"
)

// patience limits how long a test waits for something that must happen. No test sleeps that long.
const patience = 2 * time.Minute

// built is the folder with the functions: <name>/bootstrap.
var built string

func TestMain(m *testing.M) {
	if os.Getenv("TEST_GATEWAY") != "" {
		beTheGateway() // see survive_test.go
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "functions")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = dir
	for _, name := range []string{"echo", "faults"} {
		if err := functest.Build(filepath.Join(dir, name, "bootstrap"), "./testdata/"+name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}

// record collects log lines. A test can wait for a line.
type record struct {
	mu      sync.Mutex
	lines   []LogLine
	changed chan struct{}
}

func newRecord() *record { return &record{changed: make(chan struct{}, 1)} }

func (r *record) add(l LogLine) {
	r.mu.Lock()
	r.lines = append(r.lines, l)
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// find waits for a line with the text in it.
func (r *record) find(t *testing.T, text string) LogLine {
	t.Helper()
	limit := time.After(patience)
	for {
		r.mu.Lock()
		i := slices.IndexFunc(r.lines, func(l LogLine) bool { return strings.Contains(l.Text, text) })
		if i >= 0 {
			defer r.mu.Unlock()
			return r.lines[i]
		}
		r.mu.Unlock()
		select {
		case <-r.changed:
		case <-limit:
			t.Fatalf("no line with %q in the log: %+v", text, r.lines)
		}
	}
}

// newPool is a pool that ends with the test.
func newPool(t testing.TB, o Options) *Pool {
	t.Helper()
	if o.Log == nil {
		o.Log = func(l LogLine) {
			if os.Getenv("FUNCTIONS_TEST_LOG") != "" {
				fmt.Fprintf(os.Stderr, "%+v\n", l)
			}
		}
	}
	p := New(o)
	t.Cleanup(p.Close)
	return p
}

// fault is the spec of one of the functions in testdata/faults.
func fault(handler string) Spec {
	return Spec{
		Name:    handler,
		Runtime: "provided.al2023",
		Dir:     filepath.Join(built, "faults"),
		Handler: handler,
		Timeout: patience,
	}
}

func add(t testing.TB, p *Pool, specs ...Spec) {
	t.Helper()
	for _, s := range specs {
		if err := p.Replace(s); err != nil {
			t.Fatal(err)
		}
	}
}

// invoke fails the test unless the function could be invoked.
func invoke(t testing.TB, p *Pool, name, payload string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	r, err := p.Invoke(ctx, name, []byte(payload), InvokeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// answered fails the test unless the function answered.
func answered(t testing.TB, p *Pool, name, payload string) string {
	t.Helper()
	r := invoke(t, p, name, payload)
	if r.Error != nil {
		t.Fatalf("%s: %v", name, r.Error)
	}
	return string(r.Payload)
}

// gate is where functions report to the test and wait for it.
type gate struct {
	listener net.Listener
	visitors chan visitor
}

type visitor struct {
	who  string
	conn net.Conn
}

func newGate(t testing.TB) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{l, make(chan visitor, 1000)}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				who, err := bufio.NewReader(conn).ReadString('\n')
				if err == nil {
					g.visitors <- visitor{strings.TrimSpace(who), conn}
				}
			}()
		}
	}()
	return g
}

// env is how a function finds the gate.
func (g *gate) env() map[string]string { return map[string]string{"GATE": g.listener.Addr().String()} }

func (g *gate) wait(t testing.TB) visitor {
	t.Helper()
	select {
	case v := <-g.visitors:
		return v
	case <-time.After(patience):
		t.Fatal("no function came to the gate")
		return visitor{}
	}
}

func (v visitor) release() { v.conn.Close() }

// gone waits until the process that holds the connection has ended.
func (v visitor) gone(t testing.TB) {
	t.Helper()
	v.conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, v.conn); err != nil && os.IsTimeout(err) {
		t.Fatalf("the %s still runs", v.who)
	}
}
