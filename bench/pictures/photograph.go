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
	script string // in this folder; it takes the pictures
	folder string // of the app that gatehouse dev runs
	event  string // of gatehouse dev, which has the page's address
}

// photograph runs an app with gatehouse dev and takes a page's pictures with Chromium.
func photograph(ctx context.Context, out string, of subject) error {
	browser, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		if browser, err = exec.LookPath("chromium"); err != nil {
			return err
		}
	}
	url, stop, err := serve(ctx, of)
	if err != nil {
		return err
	}
	defer stop()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("bench", "pictures", of.script), browser, url, out)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// serve builds and runs the command, and returns where the page is.
func serve(ctx context.Context, of subject) (url string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "gatehouse-pictures-")
	if err != nil {
		return "", nil, err
	}
	if err := example.Build(ctx, dir, example.Command); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "gatehouse"), "dev", "--port", "0", "--json")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it has functions to stop
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir, cmd.Stderr = of.folder, os.Stderr
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
		case of.event:
			url = event.URL
		case "listening":
			go func() { // what comes from now on is not used, but must not fill the pipe
				for lines.Scan() {
				}
			}()
			return url, stop, nil
		}
	}
	stop()
	return "", nil, errors.New("gatehouse dev ended before it listened")
}
