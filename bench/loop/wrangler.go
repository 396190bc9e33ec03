package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/server"
)

//go:embed node
var node embed.FS

var ready = regexp.MustCompile(`Ready on (http://127\.0\.0\.1:\d+)`)

// wrangler measures wrangler dev. It returns the median seconds of an edit of the "code" and of the "settings".
func (b *bench) wrangler(ctx context.Context) (medians map[string]float64, err error) {
	files, err := fs.Sub(node, "node")
	if err != nil {
		return nil, err
	}
	installed, err := server.Install(ctx, "loop", files)
	if err != nil {
		return nil, err
	}
	code, err1 := fs.ReadFile(files, "worker.js")
	settings, err2 := fs.ReadFile(files, "wrangler.json")
	codeFile, settingsFile := filepath.Join(b.dir, "worker", "worker.js"), filepath.Join(b.dir, "worker", "wrangler.json")
	if err := errors.Join(err1, err2, save(codeFile, code), save(settingsFile, settings)); err != nil {
		return nil, err
	}
	port, err1 := server.FreePort()
	inspector, err2 := server.FreePort()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	program := filepath.Join(installed, "node_modules", "wrangler", "bin", "wrangler.js")
	p, err := server.Program{
		Name: "node",
		Args: []string{
			program, "dev", "--local", "--ip", "127.0.0.1", "--port", strconv.Itoa(port),
			"--inspector-port", strconv.Itoa(inspector),
		},
		Dir:  filepath.Dir(codeFile),
		Env:  []string{"WRANGLER_SEND_METRICS=false", "CI=1"},
		Logs: b.dir,
	}.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer p.Stop()
	found, err := awaitText(p, ready, 1)
	if err != nil {
		return nil, err
	}
	url := found[1]
	seconds := map[string][]float64{}
	for n := range b.edits + 1 {
		mark := fmt.Sprintf("edit-%d", n)
		for name, e := range map[string]edit{
			"code": {
				path: codeFile, text: strings.Replace(string(code), `"ok"`, `"`+mark+`"`, 1),
				url: url, want: `"status":"` + mark,
			},
			"settings": {
				path: settingsFile, text: strings.Replace(string(settings), "none", mark, 1),
				url: url, want: `"setting":"` + mark,
			},
		} {
			took, err := e.seconds(ctx)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				seconds[name] = append(seconds[name], took)
			}
		}
	}
	medians = map[string]float64{}
	for name, edits := range seconds {
		fmt.Printf("\nseconds from the saved file to the new answer, wrangler dev, %s: %.2f\n", name, edits)
		medians[name] = figures.Median(edits)
	}
	return medians, nil
}
