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

// checkout is a copy of this repository in which files are edited.
type checkout struct{ dir string }

func (x checkout) path(name string) string { return filepath.Join(x.dir, filepath.FromSlash(name)) }

// newCheckout copies the files of the repository that git tracks, and new ones.
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
	return x, save(x.path(ownFile), []byte(fmt.Sprintf(ownText, "none")))
}

// replace changes a file of the copy.
func (x checkout) replace(file, old, replacement string) error {
	text, err := x.replaced(file, old, replacement)
	if err != nil {
		return err
	}
	return save(x.path(file), []byte(text))
}

// replaced is the text of a file with another text in the place of one that is in it once.
func (x checkout) replaced(file, old, replacement string) (string, error) {
	text, err := os.ReadFile(x.path(file))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), old); n != 1 {
		return "", fmt.Errorf("%s has %q %d times: the benchmark edits it", file, old, n)
	}
	return strings.Replace(string(text), old, replacement, 1), nil
}

// The files that are edited: one of the function alone, one of a package that the stack imports too, and the stack.
const (
	ownFile   = "backend-fn/edited.go"
	bothFile  = "backend-fn/orders/handler.go"
	bothOld   = `"status": "ok"`
	stackFile = "app/stack/stack.go"
	stackOld  = `secureapi.Handle("GET /orders", backend, read...),`
)

// ownText is that of the function's own file, with the text that it adds to each answer.
const ownText = `package main

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

// old matches what gatehouse dev prints if an edit failed.
var old = regexp.MustCompile(`the old API is still served`)

// says waits until a text occurs a number of times in the log of a server, and returns the groups of the first match.
func says(p *server.Process, text *regexp.Regexp, times int) ([]string, error) {
	return p.Await(server.Await{Text: text, Times: times, Not: old, Every: 50 * time.Millisecond, Within: patience})
}

// processorSeconds returns the processor time of a process, with everything that it started and that has ended: the go
// command with its compilers, the app with CDK's engine. It returns 0 if there is no /proc. It depends less on other
// activity of the machine than the elapsed time does.
func processorSeconds(pid int) float64 {
	p, _ := machine.ReadProcess(pid)
	return (p.Own + p.Children).Seconds()
}

// rest is how long gatehouse has to ask go for the files of the functions again, in the background.
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
	found, err := says(p, listening, 1)
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

	// One of each kind comes first: it fills go's cache with what is compiled for this folder alone.
	bothText, err1 := x.replaced(bothFile, bothOld, `"status": "MARK"`)
	stackText, err2 := x.replaced(stackFile, stackOld,
		`secureapi.Handle("GET /MARK", backend, secureapi.Public("an edit")), `+stackOld)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	var own, both, stack times
	for n := range b.edits + 1 {
		mark := fmt.Sprintf("edit-%d", n)
		marked := func(text string) string { return strings.ReplaceAll(text, "MARK", mark) }
		for _, e := range []struct {
			edit
			into *times
			done *regexp.Regexp // printed when everything that follows is done
		}{
			{edit{x.path(ownFile), fmt.Sprintf(ownText, mark), health, "X-Edit:[" + mark + "]"}, &own, built},
			{edit{x.path(bothFile), marked(bothText), health, `"status":"` + mark}, &both, ran},
			{edit{x.path(stackFile), marked(stackText), api + "/" + mark, "404 "}, &stack, ran},
		} {
			said := p.Said(e.done)
			before := processorSeconds(p.PID())
			seconds, err := e.seconds(ctx)
			if err != nil {
				return err
			}
			used := processorSeconds(p.PID()) - before
			if _, err := says(p, e.done, said+1); err != nil {
				return err
			}
			time.Sleep(rest) // people take longer until the next save
			if n > 0 {
				e.into.passed, e.into.used = append(e.into.passed, seconds), append(e.into.used, used)
			}
		}
	}
	stop()
	client.Wait()
	report("function edit, a file of its own", own, mostFunction, peer["code"])
	report("function edit, a file of the stack too", both, mostFunction, peer["code"])
	report("stack edit", stack, mostStack, peer["settings"])
	fmt.Printf("\n%d of %d requests were lost meanwhile\n", a.lost.Load(), a.asked.Load())
	figures.Report(figures.Figure{
		Subject: "the inner loop, requests that are lost", Name: "of those meanwhile", Peer: "the limit",
		Measured: float64(a.lost.Load()), Ratio: float64(a.lost.Load()), AtMost: 0.5,
	})
	if first := a.first.Load(); first != nil {
		return fmt.Errorf("a request was lost: %s", *first)
	}
	return nil
}
