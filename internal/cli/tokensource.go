package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/dev"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// issuerSource is where the issuers of a token come from.
type issuerSource struct {
	name    string // its name in messages
	issuers []devissuer.Issuer
}

const noIssuer = "no authorizer accepts tokens of a known issuer: routes are guarded by IAM, by the app's own " +
	"functions, or not at all"

// source finds the issuers: those of --assembly, or else those of cdk.out, or else those of the "gatehouse dev" that
// runs from the working directory.
func (t *tokenFlags) source(ctx context.Context, p *command.Process) (issuerSource, error) {
	if t.assembly != "" {
		return t.ofAssembly(p, t.assembly)
	}
	folder := filepath.Join(p.Dir, command.DefaultAssembly)
	_, err := os.Stat(filepath.Join(folder, "manifest.json"))
	if err == nil {
		return t.ofAssembly(p, folder)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return issuerSource{}, fmt.Errorf("the assembly in %s: %w: name another folder with --assembly", folder, err)
	}
	running, err := dev.Find(ctx, p)
	switch {
	case err != nil:
		return issuerSource{}, err
	case running == nil:
		return issuerSource{}, errors.New("there is no cloud assembly in ./" + command.DefaultAssembly +
			", and no \"gatehouse dev\" runs from this folder: " +
			"run \"cdk synth\" or \"gatehouse dev\" here, or name an assembly with --assembly")
	case len(t.parameters) > 0:
		return issuerSource{}, command.Wrongly("--parameters without an assembly: the issuers are those of the "+
			"\"gatehouse dev\" at %s, which has its own parameters", running.URL)
	}
	from := issuerSource{"gatehouse dev at " + running.URL, running.Issuers}
	if len(from.issuers) == 0 {
		return from, fmt.Errorf("%s: %s", from.name, noIssuer)
	}
	return from, nil
}

func (t *tokenFlags) ofAssembly(p *command.Process, dir string) (issuerSource, error) {
	a, model, err := command.ReadAssembly(dir, t.parameters)
	if err != nil {
		return issuerSource{}, err
	}
	p.NoteParameters("token", a, t.parameters)
	issuers, unread := devissuer.FromModel(model)
	switch {
	case len(issuers) == 0 && unread != nil:
		return issuerSource{}, fmt.Errorf("%s: %w", dir, unread)
	case len(issuers) == 0:
		return issuerSource{}, fmt.Errorf("%s: %s", dir, noIssuer)
	case unread != nil:
		p.Note("token", "%s: an authorizer is left out: %v", dir, unread)
	}
	return issuerSource{dir, issuers}, nil
}
