package secureapi

import (
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// configureFunctions passes the configuration to the functions. A function that serves two APIs has only one
// environment, so the two configurations must agree.
func (b *builder) configureFunctions() {
	environment := b.plan.Middleware().Environment()
	for _, f := range b.functions[:len(b.functions)-len(b.api.logins)] { // a login has its own CORS settings
		if of, ok := f.(interface{ Lambda() awslambda.IFunction }); ok {
			f = of.Lambda() // the function of an alias or a version
		}
		own, ok := f.(awslambda.Function)
		if !ok {
			continue // imported: its environment cannot be changed
		}
		if b.ofAnotherStack(own) && slices.ContainsFunc(slices.Collect(maps.Values(environment)), cdktoken.Unresolved) {
			b.fail("CORS: an origin is a CDK token, and the function %s of another stack would need it in its "+
				"environment, so that each stack depended on the other: write the origin out", *own.Node().Path())
		}
		for _, name := range slices.Sorted(maps.Keys(environment)) {
			b.claim(own, name, environment[name])
			own.AddEnvironment(jsii.String(name), jsii.String(environment[name]), nil)
		}
	}
}

// claims has the variables of functions that are in use, with their values. The functions are not collected, but jsii
// keeps them as long as the process anyway.
var claims = struct {
	sync.Mutex
	of map[variable]string
}{of: map[variable]string{}}

type variable struct {
	function awslambda.Function
	name     string
}

// claim records that a function's variable has this value. It refuses a different value, because the function would
// apply one API's CORS to the other's answers.
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
