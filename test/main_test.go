// Package test tests the templates that CDK writes for the example and for stacks with all settings. It compares them
// with snapshots, checks their properties, and applies the rules of CDK, cdk-nag and Gatehouse. The files sam_*_test.go
// compare templates with those that AWS SAM makes for the same APIs. Other tests check the reports of gained access for
// changes of a stack, and the imports between this module's packages. No function runs here.
//
// The folders below test other parts: gateway the answers of APIs on this machine, docs the documentation and modules
// of users, api the exported names.
//
// These tests share one package, because linking a test package with CDK takes 5 s of processor time.
package test

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

func TestMain(m *testing.M) { snapshot.Main(m) }
