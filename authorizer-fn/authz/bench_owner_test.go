package authz

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// BenchmarkOwners measures a decision on a cached token, for 100 routes whose paths name their owner.
func BenchmarkOwners(b *testing.B) {
	var routes []string
	for i := range 100 {
		resource := fmt.Sprintf("/users/{id}/resource-%d", i/5)
		pattern := [...]string{
			"GET " + resource,
			"POST " + resource,
			"GET " + resource + "/{item}",
			"PUT " + resource + "/{item}",
			"DELETE " + resource + "/{item}/parts/{part}",
		}[i%5]
		routes = append(routes, fmt.Sprintf(
			`{"route":%q,"requires":[{"kind":"pathIs","parameter":"id","claim":"sub"}]}`, pattern))
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	f := newFixture(b, func(s *setup) {
		s.routes = `{"version":1,"routes":[` + strings.Join(routes, ",") + `]}`
		s.options.Log = null
	})
	event := authztest.TokenEvent(authztest.ARN("GET", "/users/auth0%7C7/resource-3/1"),
		"Bearer "+token(object{"sub": "auth0|7"}))
	ctx, cancel := lambdaContext()
	defer cancel()
	if answer, err := f.Invoke(ctx, event); err != nil || !strings.Contains(string(answer), `"Allow"`) {
		b.Fatal(string(answer), err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Invoke(ctx, event); err != nil {
			b.Fatal(err)
		}
	}
}
