//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// handOut is the app that the gateway runs, in a separate process: it copies the assembly to where it is wanted. As
// with CDK, existing assets stay, and templates are written again. Each function's environment differs from the last
// time, so that all functions are replaced.
func handOut(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rest)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".template.json") {
			if text, err = changed(text); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			return os.WriteFile(target, text, 0o644)
		}
		if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, info.Mode().Perm())
	})
}

// changed returns a template whose functions have another environment.
func changed(text []byte) ([]byte, error) {
	var template map[string]any
	if err := json.Unmarshal(text, &template); err != nil {
		return nil, err
	}
	resources, _ := template["Resources"].(map[string]any)
	for _, r := range resources {
		r, _ := r.(map[string]any)
		properties, _ := r["Properties"].(map[string]any)
		if r["Type"] != "AWS::Lambda::Function" || properties == nil {
			continue
		}
		environment, _ := properties["Environment"].(map[string]any)
		variables, _ := environment["Variables"].(map[string]any)
		if variables == nil {
			variables = map[string]any{}
			properties["Environment"] = map[string]any{"Variables": variables}
		}
		variables["SOAK_SWAP"] = strconv.FormatInt(time.Now().UnixNano(), 10)
	}
	return json.Marshal(template)
}
