package secureapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// Accept accepts a finding of the checks. Neither synthesis nor "gatehouse check" then refuses it. The scope is the
// construct that the finding names, or the construct that owns the resource: an API, a method, an authorizer or a
// function URL, for example. The rule is an ID that "gatehouse check --rules" lists. The reason is for reviewers;
// Accept writes it into the template, in the resource's metadata "gatehouse:accepts".
//
//	url := function.AddFunctionUrl(&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_NONE})
//	secureapi.Accept(url, "open-function-url", "a webhook, which verifies its caller's signature itself")
//
// If the rule finds nothing there, the checks report the acceptance. Accept panics with an error if the scope has no
// resource, if the rule does not exist, or if the reason is empty.
func Accept(scope constructs.IConstruct, rule, reason string) {
	if scope == nil {
		panic(fmt.Errorf("secureapi: Accept: the scope is nil: give it the construct that the finding names"))
	}
	path := *scope.Node().Path()
	if known := rules.Acceptable(); !slices.Contains(known, rule) {
		panic(fmt.Errorf("secureapi: %s: Accept: there is no rule %q: want one of %s", path, rule, strings.Join(known,
			", ")))
	}
	if strings.TrimSpace(reason) == "" {
		panic(fmt.Errorf("secureapi: %s: Accept: %s needs a reason, for those who review it", path, rule))
	}
	resource := resourceOf(scope)
	if resource == nil {
		panic(fmt.Errorf("secureapi: %s: Accept: it has no resource of its own: give it the construct that the "+
			"finding names", path))
	}
	accepts := map[string]any{rule: reason}
	if before, ok := resource.GetMetadata(jsii.String(rules.AcceptsMetadata)).(map[string]any); ok {
		for name, text := range before {
			if name != rule {
				accepts[name] = text
			}
		}
	}
	resource.AddMetadata(jsii.String(rules.AcceptsMetadata), accepts)
}

// resourceOf returns the resource that a construct is or stands for, or nil.
func resourceOf(c constructs.IConstruct) awscdk.CfnResource {
	if api, ok := c.(*API); ok {
		c = api.RestAPI
	}
	for range 8 { // an L3's default child may be an L2
		if r, ok := c.(awscdk.CfnResource); ok {
			return r
		}
		if c = c.Node().DefaultChild(); c == nil {
			return nil
		}
	}
	return nil
}
