package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/example"
)

// subject is a page to take pictures of.
type subject struct {
	script string // the file in this folder that takes the pictures
	folder string // the folder of the app that gatehouse dev runs
	event  string // the event of gatehouse dev that has the page's address
}

// photograph runs an app with gatehouse dev and takes pictures of a page with Chromium.
func photograph(ctx context.Context, out string, page subject) error {
	browser, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		if browser, err = exec.LookPath("chromium"); err != nil {
			return err
		}
	}
	url, stop, err := serve(ctx, page)
	if err != nil {
		return err
	}
	defer stop()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("bench", "pictures", page.script), browser, url, out)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// serve builds gatehouse, runs the app with it, and returns the address of the page.
func serve(ctx context.Context, page subject) (url string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "gatehouse-pictures-")
	if err != nil {
		return "", nil, err
	}
	if err := example.Build(ctx, dir, example.Command); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "gatehouse"), "dev", "--port", "0", "--json")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // so that it stops its functions
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir, cmd.Stderr = page.folder, os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Cancel()
		_ = cmd.Wait()
		os.RemoveAll(dir)
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var event struct{ Event, URL string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			continue
		}
		switch event.Event {
		case page.event:
			url = event.URL
		case "listening":
			go func() { // read on, so that the pipe does not fill
				for lines.Scan() {
				}
			}()
			return url, stop, nil
		}
	}
	stop()
	return "", nil, errors.New("gatehouse dev ended before it listened")
}
