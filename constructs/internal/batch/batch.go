// Package batch makes all methods of a REST API in one call to CDK's engine.
//
// CDK's Go packages talk to the engine, which is another process and in JavaScript, by a message for each constructor
// and each method. A method of an API takes three of them, and its resource two more; an app of many routes spends more
// time on messages than on its templates. jsii has no message for several calls, but it loads packages, and a function
// of a package is one call however many objects it makes. This package has such a function, in JavaScript, which uses
// the public API of CDK alone: package/lib/index.js.
//
// It decides nothing: what a method has, its caller says. Only plain values can be passed; CDK's tokens in texts, lists
// and numbers are plain.
package batch

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go/runtime"
)

// The package as npm has it: its name, what jsii knows of it, and its code.
var (
	//go:embed package/package.json
	manifest []byte
	//go:embed package/jsii.json
	assembly []byte
	//go:embed package/lib/index.js
	code []byte
)

const (
	name    = "gatehouse-batch"
	version = "0.0.0"
)

// Method is a method to make.
type Method struct {
	Name
	Metadata map[string]string `json:"metadata,omitempty"` // of the resource in the template

	// Properties are those of awsapigateway.CfnMethodProps, without the ids of the API and the resource. None if CDK's L2
	// has made the method, which only gets Metadata then.
	Properties map[string]any `json:"properties,omitempty"`

	// Like names a method that CDK's L2 has made, whose function this one invokes too. Without it, the properties have the
	// integration.
	Like *Name `json:"like,omitempty"`
}

// Name is a method's.
type Name struct {
	Path string `json:"path"` // of its resource, which is made if it is not there
	Verb string `json:"verb"`
}

// Finished is what an API's deployment depends on, and what its metadata says.
type Finished struct {
	Guards []Guard        `json:"guards"`
	Plan   map[string]any `json:"plan"` // without the logical ids of the authorizers and the policy
	Keys   Keys           `json:"keys"`

	Described any                   `json:"-"` // what the deployment depends on beside the guards
	Policy    awsiam.PolicyDocument `json:"-"` // of the plan; nil for none
}

// Guard is an authorizer of an API.
type Guard struct {
	ID         string         `json:"id"`
	Settings   map[string]any `json:"settings"` // in its metadata
	Deployed   map[string]any `json:"deployed"` // what the deployment depends on
	Authorizer any            `json:"-"`        // CDK's; nil for IAM
}

// Keys are the names of the metadata.
type Keys struct {
	Plan       string `json:"plan"`
	Authorizer string `json:"authorizer"`
}

// Finish has an API's deployment depend on what it deploys, and writes metadata.
func Finish(api awsapigateway.RestApi, f Finished) {
	if f.Guards == nil {
		f.Guards = []Guard{}
	}
	authorizers := make([]any, len(f.Guards))
	for i, g := range f.Guards {
		authorizers[i] = g.Authorizer
	}
	text, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Errorf("batch: %w: pass plain values alone", err))
	}
	var policy any
	if f.Policy != nil {
		policy = f.Policy
	}
	call("finish", api, authorizers, policy, f.Described, string(text))
}

// Methods makes methods of an API, on which its deployment then depends. It panics as CDK does, say if there is such a
// method already.
func Methods(api awsapigateway.RestApi, methods []Method) {
	if len(methods) == 0 {
		return
	}
	text, err := json.Marshal(methods)
	if err != nil {
		panic(fmt.Errorf("batch: %w: pass plain values alone", err))
	}
	call("methods", api, string(text))
}

// Settle fixes the logical ids of what is in a scope, and that of an API's deployment, once they are final. CDK makes
// an id anew wherever a template refers to it, and the deployment's as a hash of the whole API: a sixth of the time
// that an app of many APIs takes to synthesize. The ids stay the same.
//
// It has what methods share resolved once, too. Key is the name of metadata of the API that [Finish] has written.
func Settle(scope constructs.Construct, api awsapigateway.RestApi, key string) {
	call("settle", scope, api, key)
}

// Conditional has an API's deployment depend on methods that a condition leaves out, also where [Methods] has made
// none.
func Conditional(api awsapigateway.RestApi) { call("conditional", api) }

// Only has all resources and outputs of a scope made where a condition holds, also those that are added later, unless
// they have a condition already.
func Only(scope constructs.Construct, condition awscdk.CfnCondition) {
	call("only", scope, condition)
}

// Check has the files of an app's assembly validated each time that they are written, before CDK's validation plugins
// run. A message that is returned fails the synthesis.
func Check(app awscdk.App, files constructs.IValidation) {
	call("check", app, files)
}

func call(method string, arguments ...any) {
	runtime.Load(name, version, tarball())
	runtime.StaticInvokeVoid(name+".Batch", method, arguments)
}
