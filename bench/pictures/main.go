// Command pictures makes the documentation's pictures, light and dark.
//
//	go run ./bench/pictures            # the drawings
//	go run ./bench/pictures -console   # and the console page of gatehouse dev, which takes npm ci and Chromium
//	go run ./bench/pictures -page      # and the page of examples/spa, which takes the same
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
	out := flag.String("out", "docs/pictures", "the folder to write to")
	console := flag.Bool("console", false, "take the console page's picture, too")
	page := flag.Bool("page", false, "take the picture of the page of examples/spa, too")
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

// drawings are the pictures that are drawn, by the name of their file.
func drawings() map[string]string {
	return map[string]string{
		"request-light.svg": request(light),
		"request-dark.svg":  request(dark),
	}
}
