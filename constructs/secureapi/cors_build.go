package secureapi

import (
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// configureFunctions hands the configuration to the functions. One that serves two APIs has one environment, so these
// must agree.
func (b *builder) configureFunctions() {
	environment := b.plan.Middleware().Environment()
	for _, f := range b.functions[:len(b.functions)-len(b.api.logins)] { // a login has CORS of its own
		if of, ok := f.(interface{ Lambda() awslambda.IFunction }); ok {
			f = of.Lambda() // of an alias or a version
		}
		own, ok := f.(awslambda.Function)
		if !ok {
			continue // imported: its environment is not this app's to change
		}
		if b.ofAnotherStack(own) && slices.ContainsFunc(slices.Collect(maps.Values(environment)), plan.Unresolved) {
			b.fail("CORS: an origin is a CDK token, and the function %s of another stack would need it in its "+
				"environment, so that each stack depended on the other: write the origin out", *own.Node().Path())
		}
		for _, name := range slices.Sorted(maps.Keys(environment)) {
			b.claim(own, name, environment[name])
			own.AddEnvironment(jsii.String(name), jsii.String(environment[name]), nil)
		}
	}
}

// claims are the variables of functions that are taken, with their values. jsii keeps the functions as long as the
// process.
var claims = struct {
	sync.Mutex
	of map[variable]string
}{of: map[variable]string{}}

type variable struct {
	function awslambda.Function
	name     string
}

// claim marks a function's variable as taken with this value, and refuses another value: the function would apply one
// API's CORS to the other's answers.
func (b *builder) claim(f awslambda.Function, name, value string) {
	claims.Lock()
	defer claims.Unlock()
	if have, taken := claims.of[variable{f, name}]; taken && have != value {
		b.fail("CORS: the function %s answers for another API with other CORS settings, and has one environment: give "+
			"both APIs the same CORS, with AllowMethods and AllowHeaders, whose defaults are the API's own, or each "+
			"its own function",
			*f.Node().Path())
	}
	claims.of[variable{f, name}] = value
}
