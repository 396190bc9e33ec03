// Package jsiienv knows what jsii, which runs CDK for apps in Go, Python, Java and .NET, takes from the environment:
// where it unpacks CDK, and which releases of Node.js it prints a warning about.
//
// It does not load jsii and does not change the environment of this process.
package jsiienv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Variables that jsii reads.
// Source: https://github.com/aws/jsii/blob/main/packages/%40jsii/kernel/src/tar-cache/default-cache-root.ts
const (
	// CacheRoot names the folder in which jsii unpacks CDK once for all apps.
	CacheRoot = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"

	// cacheMode is "enabled", which is the default, or else CDK is unpacked for each process into a temporary folder.
	cacheMode = "JSII_RUNTIME_PACKAGE_CACHE"
)

// CacheFolder returns the folder in which jsii unpacks CDK on an operating system. It is "" where there is no folder to
// look at: jsii does without, or takes a folder for temporary files.
func CacheFolder(getenv func(string) string, goos string) string {
	if mode := getenv(cacheMode); mode != "" && !strings.EqualFold(mode, "enabled") {
		return ""
	}
	if root := getenv(CacheRoot); root != "" {
		return root
	}
	home, below := getenv("HOME"), []string{".cache", "aws", "jsii", "package-cache"}
	switch goos {
	case "darwin":
		below = []string{"Library", "Caches", "com.amazonaws.jsii", "package-cache"}
	case "windows":
		home, below = getenv("LOCALAPPDATA"), []string{"AWS", "jsii", "package-cache"}
	}
	if home == "" {
		return ""
	}
	return filepath.Join(append([]string{home}, below...)...)
}

// ErrCache says that jsii cannot write to its cache folder. It then fails, or waits without end where the system
// reports a missing folder that cannot be made, as below /proc and for some automounted home folders.
var ErrCache = errors.New("jsii, which runs CDK, cannot write to its cache folder")

// CheckCache reports whether jsii can write to the folder of [CacheFolder], or make it. The error is an [ErrCache] with
// the way out. It leaves nothing behind.
func CheckCache(getenv func(string) string, goos string) error {
	dir := CacheFolder(getenv, goos)
	if dir == "" {
		return nil
	}
	if err := writable(dir); err != nil {
		return fmt.Errorf("%w %s: %w: name a folder that this user can write to with %s", ErrCache, dir, err, CacheRoot)
	}
	return nil
}

// writable makes a folder and removes it, in dir or in the nearest folder above that exists. A folder of which only
// subfolders can be written to will do, since jsii writes into those of the packages.
func writable(dir string) error {
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if errors.Is(err, fs.ErrNotExist) && filepath.Dir(at) != at {
			continue
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: at, Err: syscall.ENOTDIR}
		}
		err = probe(at)
		if err == nil || at != dir {
			return err
		}
		below, _ := os.ReadDir(at)
		for _, entry := range below {
			if entry.IsDir() && probe(filepath.Join(at, entry.Name())) == nil {
				return nil
			}
		}
		return err
	}
}

func probe(dir string) error {
	made, err := os.MkdirTemp(dir, ".gatehouse-")
	if err != nil {
		return err
	}
	return os.Remove(made)
}
