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

// handOut is the app that the gateway runs in a separate process. It copies the assembly to outDir. Like CDK, it keeps
// existing assets and overwrites templates. Each function gets a different environment than before, so that the gateway
// replaces all functions.
func handOut(assembly, outDir string) error {
	return filepath.WalkDir(assembly, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(assembly, path)
		if err != nil {
			return err
		}
		target := filepath.Join(outDir, rest)
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

// changed returns the template with a different environment for each function.
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
