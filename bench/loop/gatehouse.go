package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/example"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/server"
)

// checkout is a copy of this repository, for edits.
type checkout struct{ dir string }

func (x checkout) path(name string) string { return filepath.Join(x.dir, filepath.FromSlash(name)) }

// newCheckout copies the files of the repository, except those that git ignores.
func newCheckout(ctx context.Context, dir string) (x checkout, err error) {
	out, err := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return x, fmt.Errorf("git ls-files: %w", err)
	}
	x.dir = dir
	if err := copyTree(dir, strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })); err != nil {
		return x, err
	}
	for _, e := range []struct{ file, old, new string }{
		{"backend-fn/main.go", "cors.Handler(orders.New(", "cors.Handler(edited(orders.New("},
		{"backend-fn/main.go", "orders.Options{Log: log})", "orders.Options{Log: log}))"},
	} {
		if err := x.replace(e.file, e.old, e.new); err != nil {
			return x, err
		}
	}
	return x, save(x.path(functionFile), []byte(fmt.Sprintf(functionText, "none")))
}

// replace changes a file of the copy.
func (x checkout) replace(file, old, replacement string) error {
	text, err := x.replaced(file, old, replacement)
	if err != nil {
		return err
	}
	return save(x.path(file), []byte(text))
}

// replaced returns the text of a file of the copy, with a text that occurs once replaced.
func (x checkout) replaced(file, old, replacement string) (string, error) {
	text, err := os.ReadFile(x.path(file))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), old); n != 1 {
		return "", fmt.Errorf("%s has %q %d times: the benchmark replaces it and needs it once", file, old, n)
	}
	return strings.Replace(string(text), old, replacement, 1), nil
}

// The files to edit: one of the function's main package, one of a package that the stack imports too, and the stack.
const (
	functionFile = "backend-fn/edited.go"
	sharedFile   = "backend-fn/orders/handler.go"
	sharedOld    = `"status": "ok"`
	stackFile    = "app/stack/stack.go"
	stackOld     = `secureapi.Handle("GET /orders", backend, read...),`
)

// functionText is the text of functionFile. Its verb is the value of a header that it adds to each answer.
const functionText = `package main

import "net/http"

func edited(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Edit", %q)
		h.ServeHTTP(w, r)
	})
}
`

var (
	listening = regexp.MustCompile(`(?m)^listening on (http://127\.0\.0\.1:\d+)$`)
	built     = regexp.MustCompile(`the new \S+ is served, after`)
	ran       = regexp.MustCompile(`the new API is served, after`)
)

// editFailed matches what gatehouse dev prints if an edit fails.
var editFailed = regexp.MustCompile(`the old API is still served`)

// awaitText waits until a text occurs a number of times in a server's log, and returns the groups of the first match.
func awaitText(p *server.Process, text *regexp.Regexp, times int) ([]string, error) {
	return p.Await(server.Await{
		Text: text, Times: times, Failure: editFailed, Every: 50 * time.Millisecond, Within: patience,
	})
}

// processorSeconds returns the processor time of a process and its ended descendants: the go command with its
// compilers, and the app with CDK's engine. It returns 0 without /proc. Other work on the machine affects it less than
// the elapsed time.
func processorSeconds(pid int) float64 {
	p, _ := machine.ReadProcess(pid)
	return (p.Own + p.Children).Seconds()
}

// rest is the pause between edits. In it, gatehouse dev asks the go command for the functions' files, in the
// background.
const rest = 2 * time.Second

func (b *bench) gatehouse(ctx context.Context, peer map[string]float64) error {
	if err := example.Build(ctx, b.dir, example.Command); err != nil {
		return err
	}
	x, err := newCheckout(ctx, filepath.Join(b.dir, "example"))
	if err != nil {
		return err
	}
	p, err := server.Program{
		Name: filepath.Join(b.dir, "gatehouse"),
		Args: []string{"dev", "--watch", "--port", "0"},
		Dir:  x.dir,
		Logs: b.dir, // not a watched folder
	}.Start(ctx)
	if err != nil {
		return err
	}
	defer p.Stop()
	found, err := awaitText(p, listening, 1)
	if err != nil {
		return err
	}
	api := found[1] + "/prod"
	health := api + "/health"

	asking, stop := context.WithCancel(ctx)
	defer stop()
	var a asker
	var client sync.WaitGroup
	client.Go(func() { a.ask(asking, health) })

	// The first edit of each kind is not measured. It fills Go's build cache with the packages of this folder.
	sharedText, err1 := x.replaced(sharedFile, sharedOld, `"status": "MARK"`)
	stackText, err2 := x.replaced(stackFile, stackOld,
		`secureapi.Handle("GET /MARK", backend, secureapi.Public("an edit")), `+stackOld)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	var functionEdits, sharedEdits, stackEdits times
	for n := range b.edits + 1 {
		mark := fmt.Sprintf("edit-%d", n)
		marked := func(text string) string { return strings.ReplaceAll(text, "MARK", mark) }
		for _, e := range []struct {
			edit
			into *times
			done *regexp.Regexp // printed when everything caused by the edit is done
		}{
			{
				edit{x.path(functionFile), fmt.Sprintf(functionText, mark), health, "X-Edit:[" + mark + "]"},
				&functionEdits, built,
			},
			{edit{x.path(sharedFile), marked(sharedText), health, `"status":"` + mark}, &sharedEdits, ran},
			{edit{x.path(stackFile), marked(stackText), api + "/" + mark, "404 "}, &stackEdits, ran},
		} {
			printed := p.Count(e.done)
			before := processorSeconds(p.PID())
			seconds, err := e.seconds(ctx)
			if err != nil {
				return err
			}
			used := processorSeconds(p.PID()) - before
			if _, err := awaitText(p, e.done, printed+1); err != nil {
				return err
			}
			time.Sleep(rest) // people save less often
			if n > 0 {
				e.into.passed, e.into.used = append(e.into.passed, seconds), append(e.into.used, used)
			}
		}
	}
	stop()
	client.Wait()
	report("function edit, own file", functionEdits, functionBound, peer["code"])
	report("function edit, file shared with the stack", sharedEdits, functionBound, peer["code"])
	report("stack edit", stackEdits, stackBound, peer["settings"])
	fmt.Printf("\nlost %d of %d requests during the edits\n", a.lost.Load(), a.asked.Load())
	figures.Report(figures.Figure{
		Subject: "the inner loop, lost requests", Name: "during all edits", Peer: "the limit",
		Measured: float64(a.lost.Load()), Ratio: float64(a.lost.Load()), AtMost: 0.5,
	})
	if first := a.first.Load(); first != nil {
		return fmt.Errorf("a request was lost: %s", *first)
	}
	return nil
}
