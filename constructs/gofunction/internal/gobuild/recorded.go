package gobuild

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// Recorded is how Build builds a target, for another program to do the same.
func (b *Builder) Recorded(t Target) (gobundle.Build, error) {
	t, err := t.resolve()
	if err != nil {
		return gobundle.Build{}, err
	}
	c, err := b.command(t)
	if err != nil {
		return gobundle.Build{}, err
	}
	environ := t.fixed()
	for _, name := range linkerVariables {
		environ = append(environ, name+"=") // which is as if it were not set
	}
	return gobundle.Build{
		Dir: t.Dir, Package: t.Package, Flags: slices.Clone(c.flags),
		Linker: strings.TrimPrefix(t.linkerFlags(), "-ldflags="), Environ: environ,
	}, nil
}
