package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// issuerSource is where the issuers of a token are from.
type issuerSource struct {
	name    string // in messages
	issuers []devissuer.Issuer
}

const noIssuer = "no authorizer takes tokens of an issuer that is known: routes are guarded by IAM, by functions of the app's own, or not at all"

// source finds the issuers: those of --assembly, or else those of cdk.out, or else those of the "gatehouse dev" that runs
// from the working directory.
func (t *tokenFlags) source(ctx context.Context, s *surroundings) (issuerSource, error) {
	if t.assembly != "" {
		return t.ofAssembly(s, t.assembly)
	}
	folder := filepath.Join(s.dir, defaultAssembly)
	_, err := os.Stat(filepath.Join(folder, "manifest.json"))
	if err == nil {
		return t.ofAssembly(s, folder)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return issuerSource{}, fmt.Errorf("the assembly in %s: %w: name another folder with --assembly", folder, err)
	}
	dev, err := s.findDev(ctx)
	switch {
	case err != nil:
		return issuerSource{}, err
	case dev == nil:
		return issuerSource{}, errors.New("there is no cloud assembly in ./" + defaultAssembly + ", and no \"gatehouse dev\" runs from this folder: " +
			"run \"cdk synth\" or \"gatehouse dev\" here, or name an assembly with --assembly")
	case len(t.parameters) > 0:
		return issuerSource{}, wrongly("--parameters without an assembly: the issuers are those of the \"gatehouse dev\" at %s, which has parameters of its own", dev.url)
	}
	from := issuerSource{"gatehouse dev at " + dev.url, dev.issuers}
	if len(from.issuers) == 0 {
		return from, fmt.Errorf("%s: %s", from.name, noIssuer)
	}
	return from, nil
}

func (t *tokenFlags) ofAssembly(s *surroundings, dir string) (issuerSource, error) {
	a, model, err := readAssembly(dir, t.parameters)
	if err != nil {
		return issuerSource{}, err
	}
	s.noteParameters("token", a, t.parameters)
	issuers, unread := devissuer.FromModel(model)
	switch {
	case len(issuers) == 0 && unread != nil:
		return issuerSource{}, fmt.Errorf("%s: %w", dir, unread)
	case len(issuers) == 0:
		return issuerSource{}, fmt.Errorf("%s: %s", dir, noIssuer)
	case unread != nil:
		s.note("token", "%s: an authorizer is left out: %v", dir, unread)
	}
	return issuerSource{dir, issuers}, nil
}
