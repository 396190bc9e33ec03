// Package rebuild rebuilds functions of a cloud assembly if only their files have changed, so that the app need not
// run: this takes one second instead of several. Functions in Go are built; those whose asset is a folder of sources
// are copied.
//
// It relies on what package gofunction recorded when the app ran, and asks the go command which files belong to which
// program. If a file is unknown, or the app is built from it, the app must run. The package runs no function.
package rebuild

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// ErrApp is returned if the app must run, because its output for a function may have changed with the function.
var ErrApp = errors.New("the app has to run")

// ErrBuild is returned for code that does not build. The error contains the go command's output.
var ErrBuild = errors.New("the function does not build")

// Options configures a rebuild.
type Options struct {
	Record   string // the file of gofunction's records
	Assembly string // the folder of the assembly
	Root     string // the watched folder, without symbolic links
	Scratch  string // a folder for build results, on the same file system as Assembly
	Environ  []string
	Folders  []Folder // the functions that go does not build
}

// owner has files: those of a function, or those of the app.
type owner interface {
	contains(file string) bool
}

// Functions are the functions of an assembly, with the files that they are built from.
type Functions struct {
	options Options
	records []gobundle.Record // without Build for functions that are folders
	owns    []owner           // of the records, in the same order
	app     files             // empty if unknown, because the app recorded nothing
	failed  map[string]bool   // functions whose last build failed
	outside []string          // functions whose packages are not below the root
}

// Learn reads the records of an app that has just run, asks go for the files of its functions and of the app, and looks
// for the folders of the other functions. It returns nil if no function can be rebuilt without the app.
func Learn(ctx context.Context, o Options) (*Functions, error) {
	records, err := gobundle.Read(o.Record)
	if err != nil {
		return nil, err
	}
	f := &Functions{options: o, records: records, owns: make([]owner, len(records)), failed: map[string]bool{}}
	if len(records) > 0 {
		if f.app, err = f.appFiles(ctx); err != nil {
			return nil, err
		}
		if err := f.learn(ctx); err != nil {
			return nil, err
		}
	}
	for _, one := range o.Folders {
		hash := hashOf(one.Path)
		if hash == "" {
			continue
		}
		if source, found := SourceOf(o.Root, one.Path); found {
			f.records = append(f.records, gobundle.Record{Function: one.Function, Asset: hash})
			f.owns = append(f.owns, folder(source))
		}
	}
	if len(f.records) == 0 {
		return nil, nil
	}
	return f, nil
}

// Outside returns the functions whose own packages are in the user's modules but not below the root.
func (f *Functions) Outside() []string {
	if f == nil {
		return nil
	}
	return f.outside
}

// Again asks go for the files of the functions again, since a new build may have other imports. For code that does not
// build, it keeps what was known.
func (f *Functions) Again(ctx context.Context) { _ = f.learn(ctx) }

// learn asks go once for all functions that are built with the same settings, as most are.
func (f *Functions) learn(ctx context.Context) error {
	owns := slices.Clone(f.owns)
	learned := make([]bool, len(f.records))
	var elsewhere []string
	for i, r := range f.records {
		if _, is := f.owns[i].(folder); is || learned[i] {
			continue
		}
		var alike []int
		var packages []string
		for j := i; j < len(f.records); j++ {
			b := f.records[j].Build
			b.Package = r.Build.Package
			if b.Same(r.Build) && !learned[j] {
				alike, packages = append(alike, j), append(packages, f.records[j].Build.Package)
			}
		}
		of, outside, err := list(ctx, listing{
			dir: r.Build.Dir, flags: r.Build.Flags, environ: slices.Concat(f.options.Environ, r.Build.Environ),
			packages: packages, root: f.options.Root,
		})
		if err != nil {
			return err
		}
		for n, j := range alike {
			owns[j], learned[j] = of[n], true
			if outside[n] {
				elsewhere = append(elsewhere, f.records[j].Function)
			}
		}
	}
	f.owns, f.outside = owns, elsewhere
	return nil
}

func (f *Functions) appFiles(ctx context.Context) (files, error) {
	app := f.records[0].App
	of, _, err := list(ctx, listing{
		dir: app.Dir, flags: app.Flags, environ: f.options.Environ, packages: []string{app.Package}, root: f.options.Root,
	})
	if err != nil {
		return nil, err
	}
	return of[0], nil
}

// Of returns the functions that changed files belong to, and those whose last build failed, by construct path. It also
// returns whether the app must run: it must if a file is built into it, or belongs to nothing known. If a file belongs
// to no function, no functions are returned, since the app builds all of them.
func (f *Functions) Of(changed []string) (functions []string, app bool) {
	if f == nil {
		return nil, true
	}
	affected := make([]bool, len(f.records))
	for _, path := range changed {
		known := false
		for i := range f.records {
			if f.owns[i].contains(path) {
				affected[i], known = true, true
			}
		}
		if !known {
			return nil, true
		}
		app = app || f.app.contains(path)
	}
	for i, r := range f.records {
		affected[i] = affected[i] || f.failed[r.Function]
	}
	for i, r := range f.records {
		if !affected[i] {
			continue
		}
		for j, other := range f.records {
			if other.Asset == r.Asset && !affected[j] {
				return nil, true // two programs share an asset, but may differ from now on
			}
		}
		functions = append(functions, r.Function)
	}
	return functions, app
}

// Build builds functions, and replaces the old ones in the assembly. If one of them does not build, the assembly does
// not change.
//
// The error is an [ErrApp], an [ErrBuild], or that of a folder that cannot be written.
func (f *Functions) Build(ctx context.Context, functions []string) error {
	dir, err := os.MkdirTemp(f.options.Scratch, "build-")
	if err != nil {
		return fmt.Errorf("no folder for the function: %w", err)
	}
	defer os.RemoveAll(dir)

	var chosen []int
	for i, r := range f.records {
		if slices.Contains(functions, r.Function) {
			chosen = append(chosen, i)
			f.failed[r.Function] = true // until the new asset is in place
		}
	}
	executables, err := f.compile(ctx, dir, chosen)
	if err != nil {
		return err
	}
	renamed := map[string]string{} // maps old assets to new ones
	for n, i := range chosen {
		old := f.records[i].Asset
		if _, done := renamed[old]; done {
			continue
		}
		var asset string
		if source, is := f.owns[i].(folder); is {
			asset, err = f.copyFolder(dir, source)
		} else {
			asset, err = f.place(dir, old, executables[n])
		}
		if err != nil {
			return err
		}
		renamed[old] = asset
	}
	if err := rename(f.options.Assembly, renamed); err != nil {
		return err
	}
	for _, i := range chosen {
		f.records[i].Asset = renamed[f.records[i].Asset]
		delete(f.failed, f.records[i].Function)
	}
	return nil
}

// compile builds the executables of the chosen records at the same time, each once. It returns them in that order.
func (f *Functions) compile(ctx context.Context, dir string, chosen []int) (executables []string, err error) {
	type one struct {
		build gobundle.Build
		path  string
		err   error
	}
	var all []*one
	executables = make([]string, len(chosen))
	for n, i := range chosen {
		if _, is := f.owns[i].(folder); is {
			continue
		}
		b := f.records[i].Build
		at := slices.IndexFunc(all, func(o *one) bool { return o.build.Same(b) })
		if at < 0 {
			at = len(all)
			all = append(all, &one{build: b, path: filepath.Join(dir, fmt.Sprintf("%s-%d", gobundle.Executable, at))})
		}
		executables[n] = all[at].path
	}
	atOnce(len(all), func(n int) { all[n].err = build(ctx, all[n].build, f.options.Environ, all[n].path, f.options.Root) })
	for _, o := range all {
		if o.err != nil {
			return nil, o.err
		}
	}
	return executables, nil
}
