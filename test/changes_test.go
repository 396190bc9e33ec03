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

// changesFile has what "gatehouse diff" prints of each change, with its exit.
const changesFile = "testdata/changes.txt"

// TestChanges compares a stack with what each of some changes makes of it. Each is a synthesis: those that a reviewer
// could not see in "gatehouse routes" before, and some others, are tried by each go test, and all of them by .ci/run.
func TestChanges(t *testing.T) {
	all := snapshot.Updating() || os.Getenv("GATEHOUSE_TEST_ALL") != ""
	text, err := os.ReadFile(changesFile)
	if err != nil && !all {
		t.Fatal(err)
	}
	t.Setenv(gofunction.HostBuildVariable, "1") // as the other tests build the authorizer, whose table counts
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
			t.Errorf("%s does not have this; look at each line, and write it with -update:\n%s", changesFile, section)
		}
	}
	if snapshot.Updating() {
		if err := os.WriteFile(changesFile, []byte(written.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(string(text), "\nexit "); !snapshot.Updating() && n != len(changes) {
		t.Errorf("%s has %d changes, want %d: write it with -update", changesFile, n, len(changes))
	}
}

// reviewedMatrix is the matrix of the stack with a change.
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
