//go:build lambda.norpc && !gatehouse_binding

package authz

import (
	"context"

	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
)

// checksBindings is false in a function that is built without them. The compiler then leaves out what it guards. Such
// a function does not start with a configuration that requires bindings.
const checksBindings = false

func (c Config) checkDPoP(func(format string, a ...any)) {}

func (a *Authorizer) startProofs(func(string) string) error { return nil }

func (a *Authorizer) present(e event) (text string, byDPoP bool, err error) {
	text, err = e.findToken(a.sources)
	return text, false, err
}

func (a *Authorizer) checkHolder(context.Context, event, policycompiler.ARN, string, bool, claims) error {
	return nil
}

func bindingReason(error) string { return "" }
