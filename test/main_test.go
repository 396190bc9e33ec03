// Package test looks at the finished product from outside: the templates of the example in all its variants, what a
// module of another owner sees of it, and the API end to end: on this machine, with the real functions, callers and
// neighbours.
package test

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

func TestMain(m *testing.M) { snapshot.Main(m) }
