package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

//go:embed node
var node embed.FS

// install puts the peer into the user's cache folder, where a later run finds it again.
func install(ctx context.Context) (dir string, err error) {
	caches, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	lock, err := node.ReadFile("node/package-lock.json")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir = filepath.Join(caches, "gatehouse-benchmarks", "loop-"+hex.EncodeToString(sum[:6]))
	if err := unpack(dir, "package.json", "package-lock.json"); err != nil {
		return "", err
	}
	done := filepath.Join(dir, "installed")
	if _, err := os.Stat(done); err == nil {
		return dir, nil
	}
	fmt.Println("npm ci, once, into", dir)
	c := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	c.Dir = dir
	if text, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, text)
	}
	return dir, os.WriteFile(done, nil, 0o600)
}

// unpack writes files of the peer into a folder.
func unpack(dir string, names ...string) error {
	for _, name := range names {
		text, err := fs.ReadFile(node, "node/"+name)
		if err != nil {
			return err
		}
		if err := save(filepath.Join(dir, name), text); err != nil {
			return err
		}
	}
	return nil
}

var ready = regexp.MustCompile(`Ready on (http://127\.0\.0\.1:\d+)`)

// wrangler measures wrangler dev: the medians of an edit of its code and of one of its settings.
func (b *bench) wrangler(ctx context.Context) (medians map[string]float64, err error) {
	installed, err := install(ctx)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "worker")
	if err := unpack(dir, "worker.js", "wrangler.json"); err != nil {
		return nil, err
	}
	port, err1 := freePort()
	inspector, err2 := freePort()
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("no free port: %w, %w", err1, err2)
	}
	program := filepath.Join(installed, "node_modules", "wrangler", "bin", "wrangler.js")
	p, err := launch(ctx, b.dir, dir, []string{"WRANGLER_SEND_METRICS=false", "CI=1"}, "node", program, "dev", "--local",
		"--ip", "127.0.0.1", "--port", strconv.Itoa(port), "--inspector-port", strconv.Itoa(inspector))
	if err != nil {
		return nil, err
	}
	defer p.stop()
	url, err := p.says(ready, 1)
	if err != nil {
		return nil, err
	}
	code, err1 := fs.ReadFile(node, "node/worker.js")
	settings, err2 := fs.ReadFile(node, "node/wrangler.json")
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("%w, %w", err1, err2)
	}
	seconds := map[string][]float64{}
	for n := range b.edits + 1 {
		mark := fmt.Sprintf("edit-%d", n)
		for name, e := range map[string]edit{
			"code": {
				path: filepath.Join(dir, "worker.js"), text: strings.Replace(string(code), `"ok"`, `"`+mark+`"`, 1),
				url: url, want: `"status":"` + mark,
			},
			"settings": {
				path: filepath.Join(dir, "wrangler.json"), text: strings.Replace(string(settings), "none", mark, 1),
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
	for name, all := range seconds {
		fmt.Printf("\nseconds from the saved file to the new answer, wrangler dev, %s: %.2f\n", name, all)
		medians[name] = median(all)
	}
	return medians, nil
}

// freePort is one that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
