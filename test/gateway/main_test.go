// Package gateway asks APIs end to end: templates of CDK in the local gateway, with the real functions, and callers and
// neighbours that are not Gatehouse's: browsers, OpenID providers, a table of DynamoDB.
package gateway

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

func TestMain(m *testing.M) { snapshot.Main(m) }
