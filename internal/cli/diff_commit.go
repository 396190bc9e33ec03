package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/dev"
)

// ofCommit synthesizes the app in a commit and in the working directory. It checks the commit out into a separate
// folder, and removes that afterwards.
func (d *diffFlags) ofCommit(ctx context.Context, p *command.Process) (before, after matrix.Matrix, err error) {
	git := func(args ...string) (string, error) { return runGit(ctx, p, args...) }
	within, err := git("rev-parse", "--show-prefix")
	if err != nil {
		return before, after, fmt.Errorf("--against %q: %w: run it in the repository of the app, or compare two assemblies",
			d.against, err)
	}
	if _, err := cdkapp.Load(p.Dir, "", nil); err != nil {
		if errors.Is(err, cdkapp.ErrNoConfig) {
			err = fmt.Errorf("%w here: run it in the folder of the app, or compare two assemblies", cdkapp.ErrNoConfig)
		}
		return before, after, fmt.Errorf("--against %q: %w", d.against, err)
	}
	commit, err := git("rev-parse", "--verify", "--quiet", "--end-of-options", d.against+"^{commit}")
	if err != nil {
		return before, after,
			fmt.Errorf("--against %q: no such commit in this repository: fetch it first, or name another one",
				d.against)
	}
	scratch, err := os.MkdirTemp(p.Temporary(), "gatehouse-diff-")
	if err != nil {
		return before, after, fmt.Errorf("no folder for the assemblies: %w", err)
	}
	root, err := rootOf(p.Dir, within)
	if err != nil {
		return before, after, errors.Join(err, os.RemoveAll(scratch))
	}
	at := checkout{root: root, base: filepath.Join(scratch, "tree")}
	tree := at.tree()
	defer func() {
		// The context may have ended.
		_, gone := runGit(context.WithoutCancel(ctx), p, "worktree", "remove", "--force", tree)
		if gone != nil {
			_, _ = runGit(context.WithoutCancel(ctx), p, "worktree", "prune")
		}
		err = errors.Join(err, os.RemoveAll(scratch))
	}()
	if _, err := git("worktree", "add", "--quiet", "--detach", tree, commit); err != nil {
		return before, after, err
	}
	modules, err := git("-C", tree, "ls-files", "-z", "--", ":(glob)**/go.mod", ":(glob)**/go.work")
	if err != nil {
		return before, after, err
	}
	if err := at.lendOutside(strings.FieldsFunc(modules, func(r rune) bool { return r == 0 })); err != nil {
		return before, after, err
	}
	there := filepath.Join(tree, filepath.FromSlash(within))
	if err := lendModules(root, tree); err != nil {
		return before, after, err
	}
	before, err = d.synthesized(ctx, p, there, filepath.Join(scratch, "was"))
	switch {
	case errors.Is(err, cdkapp.ErrNoConfig): // the app is new, or was in another folder
		p.Note("diff", "%s has no %s: all that the app allows counts as gained", d.against, path.Join(within, "cdk.json"))
	case err != nil:
		return before, after, fmt.Errorf("%s: %w%s", d.against, err, notInCommit(err, tree))
	}
	after, err = d.synthesized(ctx, p, p.Dir, filepath.Join(scratch, "is"))
	return before, after, err
}

// rootOf returns the root of the repository that contains a folder, given the folder's path within the repository. The
// folder may be a link into the repository.
func rootOf(dir, within string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	above := func(dir string) string {
		for range strings.Count(within, "/") {
			dir = filepath.Dir(dir)
		}
		return dir
	}
	root := above(dir)
	if _, err := os.Stat(filepath.Join(root, ".git")); err == nil {
		return root, nil
	}
	dir, err = filepath.EvalSymlinks(dir)
	return above(dir), err
}

// lendModules links what npm installed in the folders of a repository into a checkout of it, if the commit has the
// folder: installed modules are in no commit. Functions and layers may have their own node_modules. It writes nothing
// outside of the checkout, wherever links in the commit lead.
func lendModules(root, tree string) error {
	const name = "node_modules"
	root, err := filepath.EvalSymlinks(root) // WalkDir does not follow links
	if err != nil {
		return err
	}
	checkout, err := os.OpenRoot(tree)
	if err != nil {
		return err
	}
	defer checkout.Close()
	return filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // it was just deleted, or this user may not read it
		case entry.Name() != name && at != root && entry.IsDir() &&
			(strings.HasPrefix(entry.Name(), ".") || entry.Name() == command.DefaultAssembly):
			return fs.SkipDir
		case entry.Name() != name:
			return nil
		}
		below, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		_, missing := os.Stat(at)
		_, there := checkout.Lstat(below)
		_, folder := checkout.Stat(filepath.Dir(below)) // the commit may not have the folder
		if missing == nil && there != nil && folder == nil {
			if err := checkout.Symlink(at, below); err != nil {
				return fmt.Errorf("%s cannot be linked: %w", below, err)
			}
		}
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
}

// notInCommit explains why an app of a commit does not find a folder there; "" for other errors.
func notInCommit(err error, tree string) string {
	if !strings.Contains(err.Error(), "Cannot find asset at "+tree) {
		return ""
	}
	return "\nthe commit does not have that folder, as files that Git ignores are in none: " +
		"commit a file in it, have the app make it, or compare two assemblies"
}

// synthesized runs the app in a folder, or reads the assembly that its cdk.json names.
func (d *diffFlags) synthesized(ctx context.Context, p *command.Process, dir, scratch string) (matrix.Matrix, error) {
	app, err := cdkapp.Load(dir, "", nil)
	if err != nil {
		return matrix.Matrix{}, err
	}
	if folder, ok := app.Folder(); ok {
		return d.ofAssembly(folder)
	}
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		return matrix.Matrix{}, err
	}
	out := filepath.Join(scratch, command.DefaultAssembly)
	engine, side := *p, "the working directory"
	if dir != p.Dir {
		side = d.against
		engine.Stderr = io.Discard // its notes would be the same for both runs
	}
	defer p.IfSlow(func() {
		p.Note("diff", "still running the app as of %s: %s: the first run may compile CDK for a few minutes", side,
			app.Command)
	})()
	var said bytes.Buffer
	if err := app.Synthesize(ctx, cdkapp.Run{
		Outdir:  out,
		Scratch: scratch,
		Environ: append(p.Environ(), dev.Engine(ctx, &engine, "diff", app, scratch)...),
		Output:  &said, // both runs would write the same
	}); err != nil {
		return matrix.Matrix{}, fmt.Errorf("%w\n%s", err, strings.TrimRight(said.String(), "\n"))
	}
	return d.ofAssembly(out)
}

// runGit runs git in the working directory and returns its output without the last newline.
func runGit(ctx context.Context, p *command.Process, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env = p.Dir, p.Environ()
	out, err := cmd.Output()
	var failed *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("--against needs git, which is not installed: install it, or compare two assemblies")
	case errors.As(err, &failed):
		if args[0] == "-C" {
			args = args[2:]
		}
		return "", fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(failed.Stderr)))
	}
	return strings.TrimRight(string(out), "\n"), err
}
