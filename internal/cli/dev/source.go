package dev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/rebuild"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// source is what is served: an app that is synthesized, or an existing assembly.
type source struct {
	process *command.Process
	flags   flags

	app         *cdkapp.App // nil for an assembly
	ran         bool        // the app has completed a run
	assembly    string      // the assembly's folder
	files       *cdkapp.Sources
	before      kept     // the assembly before the app's last run
	scratch     string   // a folder to remove at the end; "" for no folder
	engine      []string // variables for CDK's engine, besides the environment
	said        map[cloudassembly.Message]bool
	saidOutside bool                 // functions with unwatched files that were reported
	assets      map[string]time.Time // when an asset of a served assembly was last used; zero if it is in use
}

// openSource opens the app or the assembly.
func openSource(ctx context.Context, p *command.Process, f flags) (_ *source, err error) {
	s := &source{process: p, flags: f, assembly: f.assembly}
	if s.assembly == "" {
		app, err := cdkapp.Load(p.Dir, f.app, f.context)
		if err != nil {
			return nil, err
		}
		if folder, ok := app.Folder(); ok {
			s.assembly = folder
		} else {
			s.app = app
		}
	} else if !filepath.IsAbs(s.assembly) {
		s.assembly = filepath.Join(p.Dir, s.assembly)
	}
	s.files = &cdkapp.Sources{Dir: s.assembly, Without: outputs()}
	if s.app == nil && f.watchFolder != "" {
		return nil, fmt.Errorf("--watch-folder %s: the folder has an app's sources, and the app, %s, is an assembly",
			f.watchFolder, s.assembly)
	}
	if s.app == nil {
		return s, nil
	}
	if s.files.Dir, err = watchedFolder(p.Dir, f.watchFolder); err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp(p.Temporary(), "gatehouse-dev-")
	if err != nil {
		return nil, fmt.Errorf("no folder for the assembly: %w: the folder for temporary files is %s: make room in it and "+
			"let this user write to it, or set another one with TMPDIR (TMP on Windows)", err, p.Temporary())
	}
	s.scratch, s.assembly = scratch, filepath.Join(scratch, "cdk.out")
	s.engine = Engine(ctx, p, "dev", s.app, scratch)
	return s, nil
}

// watchedFolder returns the folder whose changes count for an app: that of --watch-folder, or the app's own.
func watchedFolder(app, given string) (string, error) {
	if given == "" {
		return app, nil
	}
	folder := given
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(app, folder)
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return "", fmt.Errorf("--watch-folder %s: no such folder: name one that has the app's in it, such as \"..\"", given)
	}
	above, own := &cdkapp.Sources{Dir: folder}, &cdkapp.Sources{Dir: app}
	if below, err := filepath.Rel(above.Root(), own.Root()); err != nil || !filepath.IsLocal(below) {
		return "", fmt.Errorf("--watch-folder %s does not have the app's folder, %s, in it: name one that has, "+
			"such as \"..\"", given, own.Root())
	}
	return folder, nil
}

// watched returns the watched folder as users name it. The app may use files outside of it.
func (s *source) watched() string { return absolute(s.files.Dir) }

// folder returns the folder of the app or of the assembly.
func (s *source) folder() string {
	if s.app == nil {
		return absolute(s.assembly)
	}
	return absolute(s.process.Dir)
}

func absolute(folder string) string {
	if abs, err := filepath.Abs(folder); err == nil {
		return abs
	}
	return folder
}

// outputs returns the files of standard output and standard error, as in "gatehouse dev --watch > dev.txt".
func outputs() (files []fs.FileInfo) {
	for _, out := range []*os.File{os.Stdout, os.Stderr} {
		if info, err := out.Stat(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
		}
	}
	return files
}

// synthesize runs the app. It always writes into the same folder: the names of files identify their content, so files
// of the API that is being served stay. The old manifest is removed: otherwise an app that ends without an error and
// without an assembly would seem to have made the same one again. If the app fails, the old assembly is restored.
func (s *source) synthesize(ctx context.Context) (err error) {
	if s.app == nil {
		return nil
	}
	if err := s.configure(); err != nil {
		return err
	}
	if s.before, err = keep(s.assembly); err != nil {
		return fmt.Errorf("the old assembly cannot be read: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.undo())
		}
	}()
	for _, old := range []string{filepath.Join(s.assembly, "manifest.json"), s.record()} {
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the old assembly cannot be removed: %w", err)
		}
	}
	note := stillRuns(s.app.Command, s.ran) // evaluated now: IfSlow may call it after the app has ended
	defer s.process.IfSlow(func() { s.process.Note("dev", "%s", note) })()
	err = s.app.Synthesize(ctx, cdkapp.Run{
		Outdir:  s.assembly,
		Scratch: s.scratch,
		Environ: slices.Concat(s.process.Environ(), s.engine, s.builds()),
		Output:  s.process.Stderr,
	})
	s.ran = s.ran || err == nil
	return err
}

// stillRuns is the note on a slow app. After the first run, CDK is compiled.
func stillRuns(command string, ran bool) string {
	text := "still running the app: " + command
	if !ran {
		text += ": the first run may compile CDK for a few minutes"
	}
	return text
}

// builds returns the variables that tell package gofunction how to build functions, and where to record it.
func (s *source) builds() []string {
	debug := ""
	if s.flags.debug {
		debug = "1"
	}
	return []string{gobundle.RecordVariable + "=" + s.record(), gobundle.DebugVariable + "=" + debug}
}

// undo restores the assembly from before the app's last run, since the new one is not served.
func (s *source) undo() error {
	if s.app == nil {
		return nil
	}
	if err := s.before.restore(); err != nil {
		return fmt.Errorf("the old assembly cannot be restored: %w", err)
	}
	return nil
}

// record returns the file in which the app records how it built functions.
func (s *source) record() string { return filepath.Join(s.scratch, "builds.jsonl") }

// functions returns the functions that can be built without the app, with the files that they are built from. It
// returns nil if there are none, so that every change runs the app: for an assembly, or for an app that has just not
// recorded them.
func (s *source) functions(ctx context.Context, g *apigateway.Gateway) *rebuild.Functions {
	if s.app == nil {
		return nil
	}
	var folders []rebuild.Folder
	for _, f := range g.Model().Functions {
		if f.Code.Folder == "" || lambdaruntime.RunsExecutable(f.Runtime) {
			continue
		}
		name := g.FunctionLog().ShortName(f.Name)
		if !strings.HasPrefix(name, f.Stack+"/") {
			name = f.Stack + "/" + name // the form in gofunction's records
		}
		folders = append(folders, rebuild.Folder{Function: name, Path: f.Code.Folder})
	}
	functions, err := rebuild.Learn(ctx, rebuild.Options{
		Record: s.record(), Assembly: s.assembly, Root: s.files.Root(), Scratch: s.scratch, Environ: s.process.Environ(),
		Folders: folders,
	})
	if err != nil {
		return nil // the app's next run reports the error
	}
	if outside := functions.Outside(); len(outside) > 0 && !s.saidOutside {
		s.saidOutside = true
		s.process.Note("dev", "files outside of %s are not watched, as those of %s: name a folder that has both in it with "+
			"--watch-folder, such as --watch-folder ..", s.watched(), strings.Join(outside, ", "))
	}
	return functions
}

// originals returns a function that finds the folders that assets were copied from; nil for an assembly, whose sources
// may be anywhere.
func (s *source) originals() func(folder string) string {
	if s.app == nil {
		return nil
	}
	return (&originals{root: s.files.Root()}).sourceOf
}

// configure reads the app's configuration, which may have changed since the app last ran.
func (s *source) configure() error {
	app, err := cdkapp.Load(s.process.Dir, s.flags.app, s.flags.context)
	if err != nil {
		return err
	}
	if folder, ok := app.Folder(); ok {
		return fmt.Errorf("the app is now the folder %s instead of a command: start again to serve the assembly in it",
			folder)
	}
	s.app = app
	return nil
}

// explain adds to an error of the gateway what to do about it.
func (s *source) explain(err error) error {
	switch {
	case errors.Is(err, cloudassembly.ErrNotAssembly) && s.app != nil:
		if _, missing := os.Stat(filepath.Join(s.assembly, "manifest.json")); errors.Is(missing, fs.ErrNotExist) {
			return fmt.Errorf("the app %q exited without an error, but wrote no cloud assembly: end its main with "+
				"app.Synth(nil), and leave AppProps.Outdir unset", s.app.Command)
		}
		return fmt.Errorf("the app %q wrote no cloud assembly that can be read: %w", s.app.Command, err)
	case errors.Is(err, cloudassembly.ErrNotAssembly) && s.flags.assembly != "":
		return fmt.Errorf("%w, or name another folder with --assembly", err)
	}
	return err
}

// close removes the folder of the app's assembly.
func (s *source) close() {
	if s.scratch == "" {
		return
	}
	if err := os.RemoveAll(s.scratch); err != nil {
		s.process.Note("dev", "the folder %s could not be removed: %v", s.scratch, err)
	}
}
