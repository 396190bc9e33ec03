// Package gateway tests APIs end to end. The local gateway serves templates of CDK with the real functions. Browsers,
// OpenID providers and the DynamoDB table are programs of other projects.
package gateway

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

func TestMain(m *testing.M) { snapshot.Main(m) }
