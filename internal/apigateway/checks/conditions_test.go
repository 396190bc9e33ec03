package checks

import (
	"strings"
	"testing"
	"time"
)

// TestConditionsOfAnAuthorizersPolicy makes two requests with one token from two addresses. The second one uses the
// cached policy, whose conditions are evaluated for that request.
func TestConditionsOfAnAuthorizersPolicy(t *testing.T) {
	const here, elsewhere = "203.0.113.9", "198.51.100.7"
	conditional := func(effect, condition string) string {
		return strings.TrimSuffix(statement(effect, "", "*"), "}") + `,"Condition":{` + condition + `}}`
	}
	for _, c := range []struct {
		name, policy, here, elsewhere string
	}{
		{
			"a Deny for an address",
			policyOf(statement("Allow", "", "*"), conditional("Deny", `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)),
			explicit403,
			"ok",
		},
		{
			"an Allow for an address",
			policyOf(conditional("Allow", `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)),
			"ok",
			implicit403,
		},
		{
			"an Allow for all others",
			policyOf(conditional("Allow", `"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)),
			implicit403,
			"ok",
		},
		{
			"a Deny from some day on",
			policyOf(
				statement("Allow", "", "*"),
				conditional("Deny", `"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}`),
			),
			explicit403,
			explicit403,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := docLambda
			g := newGate("")
			m := guarded(g.token(60*second, ""))
			g.Guard = New(g.options)
			g.answer = func(string) (string, error) { return answering(c.policy), nil }
			for address, answer := range map[string]string{here: c.here, elsewhere: c.elsewhere} {
				for range 2 {
					call := g.call(m, "GET /", "Authorization: x")
					call.SourceIP = address
					want(t, source, g.Check(t.Context(), call), answer)
				}
			}
			g.asked(t, source, 1)
		})
	}
}

// TestACachedPolicyThatEnds has a policy that ends with its token, as the included authorizer can write it. The cache
// keeps the policy for its TTL, but after the end it allows nothing.
func TestACachedPolicyThatEnds(t *testing.T) {
	source := docLambda
	g := newGate("")
	m := guarded(g.token(60*second, ""))
	g.Guard = New(g.options)
	end := g.now.Add(20 * second).UTC().Truncate(second)
	g.answer = func(string) (string, error) {
		return answering(policyOf(strings.TrimSuffix(statement("Allow", "", "*"), "}") +
			`,"Condition":{"DateLessThan":{"aws:CurrentTime":"` + end.Format(time.RFC3339) + `"}}}`)), nil
	}
	for _, step := range []struct {
		at   time.Time
		want string
	}{{g.now, "ok"}, {end.Add(-second), "ok"}, {end, implicit403}, {end.Add(30 * second), implicit403}} {
		g.now = step.at
		want(t, source, g.check(m, "GET /", "Authorization: x"), step.want)
	}
	g.asked(t, source, 1)
}
