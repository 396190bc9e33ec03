package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Install writes the files of a Node.js server into the user's cache folder and installs the packages of its
// package-lock.json with npm. A later run uses the same folder and does not run npm again.
func Install(ctx context.Context, name string, files fs.FS) (dir string, err error) {
	caches, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	lock, err := fs.ReadFile(files, "package-lock.json")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir = filepath.Join(caches, "gatehouse-benchmarks", name+"-"+hex.EncodeToString(sum[:6]))
	if err := write(dir, files); err != nil {
		return "", err
	}
	done := filepath.Join(dir, "installed")
	if _, err := os.Stat(done); err == nil {
		return dir, nil
	}
	fmt.Println("running npm ci in", dir, "(once)")
	c := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	c.Dir = dir
	if text, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, text)
	}
	return dir, os.WriteFile(done, nil, 0o600)
}

// write writes files into a folder and overwrites the files of an earlier run.
func write(dir string, files fs.FS) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
