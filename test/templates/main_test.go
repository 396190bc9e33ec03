// Package templates looks at the templates that CDK writes: those of the example and of stacks with all settings as
// snapshots, by what they promise and by the rules of CDK, cdk-nag and Gatehouse; and what changes of a stack are said to
// let in. No function runs: package gateway asks what an API answers.
package templates

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

func TestMain(m *testing.M) { snapshot.Main(m) }
