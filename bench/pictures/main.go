// Command pictures makes the pictures of the documentation, each in a light and a dark version.
//
//	go run ./bench/pictures            # the drawings
//	go run ./bench/pictures -console   # also the console page of gatehouse dev
//	go run ./bench/pictures -page      # also the page of examples/spa
//
// Pictures of pages need Node.js, Chromium, and the packages that npm ci installs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	out := flag.String("out", "docs/pictures", "the `folder` to write to")
	console := flag.Bool("console", false, "also take a picture of the console page")
	page := flag.Bool("page", false, "also take a picture of the page of examples/spa")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *console, *page); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, console, page bool) error {
	for name, svg := range drawings() {
		if err := os.WriteFile(filepath.Join(out, name), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	if console {
		if err := photograph(ctx, out, subject{script: "console.cjs", folder: ".", event: "console"}); err != nil {
			return err
		}
	}
	if page {
		return photograph(ctx, out, subject{script: "page.cjs", folder: "examples/spa", event: "app"})
	}
	return nil
}

// drawings returns the drawings by file name.
func drawings() map[string]string {
	return map[string]string{
		"request-light.svg": request(light),
		"request-dark.svg":  request(dark),
	}
}
