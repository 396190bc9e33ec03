package plan

import "testing"

func TestWrongBackends(t *testing.T) {
	testRefusals(t, []refusal{
		{"nothing answers", add(Route{Pattern: "GET /a"}),
			`route "GET /a": its function is nil: give it an awslambda.IFunction, such as gofunction.New returns, or an ` +
				`Integration`},
		{"two things answer", add(Route{Pattern: "GET /a", Function: fn, Integrated: true}),
			`route "GET /a": it has a Function and an Integration, and one of them answers: leave one out`},
		{"options of a function", add(Route{Pattern: "GET /a", Integrated: true, LambdaOptions: true}),
			`its IntegrationOptions are of a Function, and an Integration answers it: give them to the integration itself`},
		{"without the proxy", add(Route{Pattern: "GET /a", Function: fn, NoProxy: true}),
			`its IntegrationOptions turn the proxy integration off: write the route with Integrate and ` +
				`awsapigateway.NewLambdaIntegration, which says what the answers are`},
		{"open beside guarded", add(Route{Pattern: "GET /{name}", Integrated: true, Access: []Access{Public{"x"}}},
			Route{Pattern: "POST /jobs", Integrated: true}),
			`route "GET /{name}" is public and gets what "POST /jobs", which is guarded, does not take`},
	})
}

// Routes with integrations have no function, and so no router that could mistake one for the other.
func TestIntegrationsAreNoSiblings(t *testing.T) {
	p, err := New(table(add(
		Route{Pattern: "GET /jobs/{id}", Integrated: true, Access: []Access{anyScope("a")}},
		Route{Pattern: "GET /jobs/all", Integrated: true, Access: []Access{anyScope("b")}},
	)))
	if err != nil {
		t.Fatal(err)
	}
	if found := p.Siblings(); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}
