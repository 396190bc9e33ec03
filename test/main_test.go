// Package test looks at the templates that CDK writes: those of the example and of stacks with all settings as
// snapshots, by what they promise and by the rules of CDK, cdk-nag and Gatehouse; at what AWS SAM makes of the same
// APIs, in the files sam_*_test.go; at what changes of a stack are said to let in; and at how the house is laid out. No
// function runs here. The folders below look at the rest of the finished product: gateway at what APIs answer on this
// machine, docs at the documentation and at modules outside, api at the exported names.
//
// A folder of tests that load CDK costs its linking, 5 s of processor time each time that its tests run, so that these
// share one.
package test

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

func TestMain(m *testing.M) { snapshot.Main(m) }
