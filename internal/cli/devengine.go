package cli

import (
	"context"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// prepareEngine finds what jsii needs, which runs CDK for apps in other languages than JavaScript: a folder that it can
// write to, or it may wait without end, and variables that keep its eleven lines about an old Node.js out of the output.
// One line is said instead.
func (d *dev) prepareEngine(ctx context.Context) {
	if !d.app.UsesJSII() {
		return
	}
	environ := d.environ()
	getenv := func(name string) (value string) {
		for _, entry := range environ {
			if n, v, _ := strings.Cut(entry, "="); n == name {
				value = v
			}
		}
		return value
	}
	if err := jsiienv.CheckCache(getenv, runtime.GOOS); err != nil {
		d.note("dev", "%v; until then CDK is unpacked into a temporary folder, which takes some seconds", err)
		d.engine = append(d.engine, jsiienv.CacheRoot+"="+filepath.Join(d.scratch, "jsii"))
	}
	silence, note := jsiienv.Silence(getenv, d.app.NodeVersion(ctx, environ), d.now())
	if note != "" {
		d.note("dev", "%s", note)
	}
	d.engine = append(d.engine, silence...)
}
