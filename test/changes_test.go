package test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// changesFile has the output and the exit status of "gatehouse diff" for each change.
const changesFile = "testdata/changes.txt"

// TestChanges compares a stack before and after each change. A change needs a synthesis, so go test tries only those
// that "gatehouse routes" did not show before, and some others. .ci/run tries all changes.
func TestChanges(t *testing.T) {
	all := snapshot.Updating() || os.Getenv("GATEHOUSE_TEST_ALL") != ""
	text, err := os.ReadFile(changesFile)
	if err != nil && !all {
		t.Fatal(err)
	}
	t.Setenv(gofunction.HostBuildVariable, "1") // build the authorizer like the other tests, because its table is compared
	old := reviewedMatrix(t, func(*reviewed) {})
	var written strings.Builder
	for _, c := range changes {
		if !all && !c.always {
			continue
		}
		d := accessdiff.Compare(old, reviewedMatrix(t, c.change))
		section := fmt.Sprintf("-- %s --\nexit %d\n%s\n", c.name, d.Exit(), d.Text())
		written.WriteString(section)
		if !snapshot.Updating() && !strings.Contains(string(text), section) {
			t.Errorf("%s does not have this output; check each line and run the test with -update:\n%s", changesFile, section)
		}
	}
	if snapshot.Updating() {
		if err := os.WriteFile(changesFile, []byte(written.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(string(text), "\nexit "); !snapshot.Updating() && n != len(changes) {
		t.Errorf("%s has %d changes, want %d: run the test with -update", changesFile, n, len(changes))
	}
}

// reviewedMatrix returns the access matrix of the stack after a change.
func reviewedMatrix(t *testing.T, change func(*reviewed)) matrix.Matrix {
	t.Helper()
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir: &dir, AnalyticsReporting: jsii.Bool(false), TreeMetadata: jsii.Bool(false),
	})
	newReviewed(app, change)
	app.Synth(nil)
	a, err := cloudassembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := matrix.Of(apimodel.Read(a, cloudassembly.Options{}), "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}
