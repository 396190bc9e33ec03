package command

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// OpenKeys opens the keys that sign tokens.
func OpenKeys(p *Process) (*devissuer.KeyStore, error) {
	cache, err := p.CacheDir()
	if err != nil {
		return nil, fmt.Errorf("no folder for the key: %w: set HOME or XDG_CACHE_HOME", err)
	}
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(cache)})
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("%w: keys are kept in the user's cache folder, %s: make room in it and let this user write "+
			"to it, or set another one with XDG_CACHE_HOME (HOME on macOS, LOCALAPPDATA on Windows)", err, cache)
	}
	return keys, err
}

// ChooseFrom returns an error that lists issuers by the flags that choose them.
func ChooseFrom(source string, choice *devissuer.ChoiceError) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v", source, choice.Err)
	if choice.URL != "" {
		fmt.Fprintf(&b, ": --issuer %s", choice.URL)
	}
	b.WriteString(": choose one of")
	for _, i := range choice.Issuers {
		fmt.Fprintf(&b, "\n  --issuer %s", tryout.Quote(i.URL))
		if len(i.Audiences) > 0 {
			fmt.Fprintf(&b, " --audience %s", tryout.Quote(i.Audiences[0]))
		}
		if len(i.TakenBy) > 0 {
			fmt.Fprintf(&b, "  # for %s", strings.Join(i.TakenBy, ", "))
		}
	}
	return errors.New(b.String())
}
