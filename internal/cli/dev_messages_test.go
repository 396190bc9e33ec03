package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDevMessages checks that messages of the app's constructs are printed once, and new ones after a change.
func TestDevMessages(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, mockAPI("Shop", "orders"))
	says := func(entries string) {
		writeFile(t, filepath.Join(dir, "source", "manifest.json"), `{"version":"54.0.0","artifacts":{"Test":{`+
			`"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","displayName":"Test",`+
			`"properties":{"templateFile":"Test.template.json"},"metadata":{"/Test/Shop":[`+entries+`]}}}}`)
	}
	const first = `{"type":"aws:cdk:warning","data":"one function answers both [ack: gatehouse:siblingRoutes]"},
		{"type":"aws:cdk:warning","data":"built for this machine [ack: gatehouse:hostBuild]"}`
	says(first)
	r, _ := start(t, dir, "--watch")
	says(first + `,{"type":"aws:cdk:error","data":"it has no owner"}`)
	wants := []string{
		"gatehouse dev: note: warning at /Test/Shop: one function answers both [ack: gatehouse:siblingRoutes]\n",
		"gatehouse dev: note: error at /Test/Shop: it has no owner: " +
			"\"cdk synth\" and \"cdk deploy\" fail until this is fixed\n",
	}
	r.wait(t, func() bool { return strings.Contains(r.stderr.String(), wants[1]) })
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), "the new API is served") })
	notes := r.stderr.String()
	for _, want := range wants {
		if strings.Count(notes, want) != 1 {
			t.Errorf("want once\n%sgot\n%s", want, notes)
		}
	}
	if strings.Contains(notes, "built for this machine") {
		t.Errorf("what the command itself does is a warning:\n%s", notes)
	}
	r.stop(t)
}
